"""What is told of operations: access log, metrics, traces, usage."""
