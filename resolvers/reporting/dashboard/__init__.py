"""Dashboards: which tiles there are, where figures come from, how the worker makes them."""
