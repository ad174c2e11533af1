"""What comes and goes over HTTP and WebSocket, in all its forms."""
