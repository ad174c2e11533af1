"""What subgraphs answered, kept for as long as they allow (`decisions/0009`)."""
