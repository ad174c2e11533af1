"""The rules of `platforms`, one per file; pure."""
