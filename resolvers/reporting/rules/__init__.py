"""The rules of business data and yearly evaluation (DOMAIN §2.8), each pure and in its own file."""
