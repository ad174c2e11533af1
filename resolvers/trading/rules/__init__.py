"""The rules of trading, free of databases and requests (DOMAIN §2.7)."""
