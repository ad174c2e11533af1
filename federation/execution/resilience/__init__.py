"""What keeps one bad subgraph from harming others, and us from harming a subgraph."""
