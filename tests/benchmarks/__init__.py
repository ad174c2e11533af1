"""Benchmarks: what it costs, and how the cost grows. Run by hand, never as a timed test."""
