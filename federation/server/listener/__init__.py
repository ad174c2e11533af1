"""The listening socket: TLS, bounded protocols, starting and ending."""
