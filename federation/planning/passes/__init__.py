"""Plan rewrites, one per file; they never import each other."""
