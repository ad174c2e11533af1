"""Where each field can come from; shared by composition and planning."""
