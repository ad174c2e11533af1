"""Executes queries of our own subgraphs by plans made once per document, in place of graphql-core's
work per field.

graphql-core asks anew for every field of every object: which field is meant, with which arguments,
through which wrappers, of which type; and runs a task for every asynchronous field and every object
above one. Here that is decided once per selection (`fields`), and an object is completed by reading
what was decided. Whatever a plan does not cover — a resolver with extensions, an argument that is
refused, a value of an unexpected class — goes through graphql-core for that field, so its rules and
its words of errors stay in one place.
"""
