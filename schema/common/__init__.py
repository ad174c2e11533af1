"""What the hub's own subgraphs share: scalars, value types, entity resolution, request context."""
