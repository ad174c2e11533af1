"""The word that was meant: the end of a message about an unknown one."""

from __future__ import annotations

import difflib
from collections.abc import Iterable


def nearest(word: str, known: Iterable[str]) -> str:
    """Return the known word that was meant, or all of them.

    >>> nearest("preccedence", ["precedence", "path"])
    "; did you mean 'precedence'?"
    """
    known = list(known)
    near = difflib.get_close_matches(word, known, n=1, cutoff=0.5)
    return f"; did you mean {near[0]!r}?" if near else f"; known: {', '.join(sorted(known))}"
