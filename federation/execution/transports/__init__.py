"""Ways to call a subgraph: HTTP, in process."""
