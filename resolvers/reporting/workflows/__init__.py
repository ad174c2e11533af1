"""The declared workflows of `reporting` (DOMAIN §2.5)."""
