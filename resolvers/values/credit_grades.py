"""Credit grades by score (DOMAIN §2.7): A from 85, B from 70, C from 60, D below.

A penalty in two years caps the grade at C, so a C may stand beside a higher score.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Final

LOWEST_SCORE: Final = Decimal(0)
FULL_SCORE: Final = Decimal(100)
CAPPED: Final = "C"
_THRESHOLDS: Final[tuple[tuple[Decimal, str], ...]] = (
    (Decimal(85), "A"),
    (Decimal(70), "B"),
    (Decimal(60), "C"),
)


def grade_of_score(score: Decimal) -> str:
    """Return the grade of a score from 0 to 100.

    >>> [grade_of_score(Decimal(score)) for score in ("85", "84.99", "60", "0")]
    ['A', 'B', 'C', 'D']
    """
    return next((grade for least, grade in _THRESHOLDS if score >= least), "D")
