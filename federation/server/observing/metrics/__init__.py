"""Metrics of the process: counted in plain Python, written out when they are scraped."""
