"""Plan to Python source: what is known when a query is planned is decided then, not per object."""
