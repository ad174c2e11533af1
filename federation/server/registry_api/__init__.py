"""The registry over HTTP: Rover's platform API, Uplink, Hive's CDN form, our own operations."""
