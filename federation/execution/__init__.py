"""Plan in, response out; compiled to Python once per plan."""
