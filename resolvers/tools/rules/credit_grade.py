"""Credit score and grade (DOMAIN §2.7).

The score is the weighted mean of indicator scores from 0 to 100; A from 85, B from 70, C from 60, D
below. A penalty caps the grade at C. An indicator is about penalties when its name says so, in
Chinese (处罚) or English (penalty, penalties); there is a penalty when it scores less than 100.
Suggested indicators: qualification 0.15, contract performance 0.25, complaint rate 0.20, data
truthfulness 0.20, penalties 0.20.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from resolvers.values.credit_grades import CAPPED, FULL_SCORE, grade_of_score

TOLERANCE: Final = Decimal("0.001")
_PENALTY: Final = ("处罚", "penalt")
_PLACES: Final = Decimal("0.000001")


@dataclass(frozen=True, slots=True)
class Indicator:
    """`weight` above 0, at most 1; `score` from 0 to 100; `source`: where the score is from."""

    name: str
    weight: Decimal
    score: Decimal
    source: str

    @property
    def tells_of_penalty(self) -> bool:
        named = self.name.casefold()
        return self.score < FULL_SCORE and any(word in named for word in _PENALTY)


@dataclass(frozen=True, slots=True)
class Credit:
    score: Decimal
    grade: str


def weights_fit(indicators: Sequence[Indicator]) -> bool:
    """Whether the weights sum to 1.

    >>> third = Indicator("x", Decimal("0.333"), FULL_SCORE, "s")
    >>> weights_fit([third] * 3), weights_fit([third] * 2)
    (True, False)
    """
    return abs(_total(indicators) - 1) <= TOLERANCE


def evaluate(indicators: Sequence[Indicator]) -> Credit:
    """Return score and grade; the weights fit.

    >>> evaluate([Indicator("资质", Decimal(1), Decimal("84.99"), "年检")]).grade
    'B'
    """
    total = _total(indicators)
    score = sum((each.weight * each.score for each in indicators), Decimal(0)) / total
    grade = grade_of_score(score)
    if grade in "AB" and any(each.tells_of_penalty for each in indicators):
        grade = CAPPED
    return Credit(score.quantize(_PLACES), grade)


def _total(indicators: Sequence[Indicator]) -> Decimal:
    return sum((each.weight for each in indicators), Decimal(0))
