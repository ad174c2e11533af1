"""Subgraph states → supergraph model: one module per kind of type."""
