"""Documents that clients name instead of sending: automatic persisted and trusted ones."""
