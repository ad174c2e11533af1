"""Configuration files: YAML → typed settings, with errors that point at line and column.

Knows no section: the parts of the program say by msgspec Structs what they accept, and the
composition root puts those together into the Struct of its file. `load` is the entrance.
"""
