"""One file per program that can be compared; all of them in `all_programs`."""
