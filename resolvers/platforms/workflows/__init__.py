"""The declared workflows of `platforms`."""
