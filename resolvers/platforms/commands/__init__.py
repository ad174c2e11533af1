"""What the mutations of `platforms` do.

The row of a centre is the lock of everything that belongs to it: every command takes it first, so
two commands about one centre never wait for each other in a circle.
"""
