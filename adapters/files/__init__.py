"""Files as centres write them, turned into records: encoding, delimiter, header, tail, bounds.

`open_table` is the door: path in, `Table` out; its `records()` streams `SourceRecord`s.
"""
