"""`serve --workers N`: several processes of one server on one port; see `supervisor`."""
