"""Subgraphs in, supergraph out, or coded errors."""
