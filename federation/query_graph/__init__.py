"""Where each field can come from: shared by composition's satisfiability and by planning."""
