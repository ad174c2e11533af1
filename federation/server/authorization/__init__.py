"""What an operation may read: the graph's access rules, kept before anything is fetched."""
