"""Operation in, query plan out; pure."""
