"""A complete Apollo Federation 2 engine that knows nothing of this hub's domain."""
