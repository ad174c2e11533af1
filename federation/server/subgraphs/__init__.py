"""From settings to the ways to subgraphs, and what is kept of their answers."""
