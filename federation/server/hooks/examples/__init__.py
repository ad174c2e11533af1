"""Worked examples, one for each point. Each can be used as it is."""
