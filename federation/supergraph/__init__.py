"""What the supergraph says: its model, how it is read and printed, what clients see of it."""
