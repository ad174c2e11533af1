"""The engine's sections of hub.yaml, one file per top-level key or group of them."""
