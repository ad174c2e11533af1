"""Which supergraph is live."""
