"""Stand-ins for subgraphs: cheap, on one port, each under its path; they count their calls."""
