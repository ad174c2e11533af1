"""When two documents are the same, for a safelist.

They are when they have the same definitions in any order, each of the same lexical tokens in the
same order (GraphQL September 2025 §2.1). What is ignored is what the grammar ignores: white space,
line ends, commas, comments, a byte order mark. Not ignored is anything that only happens to mean
the same: the order of fields, `query {…}` for `{…}`, how a text is quoted.
"""

from __future__ import annotations

import re

_TOKEN = re.compile(
    r'"""(?:[^"\\]|\\"""|\\|"(?!""))*"""'  # block string
    r'|"(?:[^"\\\n\r]|\\.)*"'
    r"|[A-Za-z_][A-Za-z0-9_]*"
    r"|-?[0-9][0-9.eE+-]*"
    r"|\.\.\."
    r"|\#[^\n\r]*"
    r"|[^\s,\ufeff]",
    re.ASCII,
)


def canonical(text: str) -> str:
    """Return what is equal for equal documents; also for texts that are no documents.

    >>> canonical("query A { b, c } # x") == canonical("query A{b c}")
    True
    >>> canonical("{ ...F } fragment F on Q { a }") == canonical("fragment F on Q {a} {...F}")
    True
    >>> canonical("{ a b }") == canonical("{ b a }")
    False
    """
    definitions: list[str] = []
    tokens: list[str] = []
    depth = 0
    for piece in _TOKEN.findall(text):
        if piece[0] == "#":
            continue
        tokens.append(piece)
        if piece in "{([":
            depth += 1
        elif piece in "})]":
            depth -= 1
            if piece == "}" and depth == 0:
                definitions.append(" ".join(tokens))
                tokens = []
    if tokens:
        definitions.append(" ".join(tokens))
    # No token holds this character: not even a text, where it is written as an escape.
    return "\0".join(sorted(definitions))
