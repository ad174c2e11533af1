"""Who the client is: credentials, and what they prove."""
