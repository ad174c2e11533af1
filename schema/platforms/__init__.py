"""Subgraph `platforms`: platforms and centres, their names, layout limits, policy documents."""
