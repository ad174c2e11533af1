"""Which character separates the cells: comma, tab or semicolon (DOMAIN §4.1).

Counted outside quotation marks on the first five lines. The delimiter of a table occurs equally
often on most of its lines, while separators inside cells (`;` between holders) vary; so the lines
that agree come first and the number of cells second.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

DELIMITERS = (",", "\t", ";")
LINES_LOOKED_AT = 5


def detect_delimiter(lines: Iterable[str]) -> str:
    """Return the delimiter of a text whose first lines are given; a comma when none occurs.

    >>> detect_delimiter(["a\\tb,c\\td", "1\\t2,5,7\\t3"])
    '\\t'
    """
    outside = [_outside_quotes(line) for line in lines][:LINES_LOOKED_AT]
    best, best_score = ",", (0, 0)
    for delimiter in DELIMITERS:
        counts = Counter(count for line in outside if (count := line.count(delimiter)))
        if not counts:
            continue
        # Most lines first, then the more cells: a title line above the header has neither.
        score = max((lines_agreeing, cells) for cells, lines_agreeing in counts.items())
        if score > best_score:
            best, best_score = delimiter, score
    return best


def _outside_quotes(line: str) -> str:
    return "".join(line.split('"')[::2]) if '"' in line else line
