"""Subgraph `reference`: public code lists and the register of organisations."""
