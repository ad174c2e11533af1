"""The state machines of trading (DOMAIN §2.5)."""
