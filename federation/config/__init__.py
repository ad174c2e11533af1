"""Configuration files: reading, expansion, refusing unknown keys; knows no section."""
