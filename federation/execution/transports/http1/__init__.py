"""HTTP/1.1 towards subgraphs on the event loop's own transports: one write out, few reads in."""
