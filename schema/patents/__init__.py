"""Subgraph `patents`: patents, publications and legal events, fed by CNIPA data and by centres."""
