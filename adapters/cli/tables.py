"""Tables on a terminal: columns as wide as their text, Chinese characters two places wide."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence


def table_lines(rows: Sequence[Sequence[str]], *, indent: int = 0, widest: int = 40) -> list[str]:
    """Return rows as aligned lines; longer cells are cut, line breaks become spaces.

    >>> table_lines([["项目", "a"], ["x", "bb"]])
    ['项目  a', 'x     bb']
    """
    cut = [[shortened(cell, widest) for cell in row] for row in rows]
    widths = [max(map(width, column)) for column in zip(*cut, strict=True)]
    return [
        " " * indent
        + "  ".join(
            cell + " " * (room - width(cell)) for cell, room in zip(row, widths, strict=True)
        ).rstrip()
        for row in cut
    ]


def width(text: str) -> int:
    """Return how many places a text takes.

    >>> width("项目a")
    5
    """
    return sum(2 if unicodedata.east_asian_width(char) in "WF" else 1 for char in text)


def shortened(text: str, places: int) -> str:
    """Return a text in one line of at most so many places.

    >>> shortened("挂牌项目", 5)
    '挂牌…'
    """
    text = " ".join(text.split())
    if width(text) <= places:
        return text
    kept = ""
    for char in text:
        if width(kept + char) > places - 1:
            break
        kept += char
    return f"{kept}…"
