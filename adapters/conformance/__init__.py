"""The conformance kit: what every kind of source must show, proved against real servers and files.

`cases/` says what must hold; `stages/` puts the records of a case in front of a real source of a
kind; `kit.py` runs the one on the other, on a database of its own, through the same engine as
`hub pull`. A case a kind cannot have says why; it never passes silently.
"""
