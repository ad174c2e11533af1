"""The yearly evaluation: its criteria, total and grade (DOMAIN §2.8).

The criteria are the six items of the pilot summary (E3) put together to five, plus the data duty.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

_PLACES: Final = Decimal("0.01")
_SELF_SHARE: Final = Decimal("0.9")


@dataclass(frozen=True, slots=True)
class Criterion:
    """One criterion; weights add up to 100. `prefilled`: its self score is made of figures."""

    code: str
    weight: int
    zh: str
    en: str
    prefilled: bool = False


CRITERIA: Final = (
    Criterion("ENTITY_AND_MECHANISM", 15, "建设主体与运行机制", "constructing entity, mechanism"),
    Criterion("TEAM", 10, "人才队伍", "team"),
    Criterion("BUSINESS", 30, "业务开展", "business", prefilled=True),
    Criterion("PRODUCT_DEVELOPMENT", 15, "产品开发", "product development"),
    Criterion("INPUT_AND_BENEFIT", 15, "投入与效益", "input and benefit"),
    Criterion("DATA_REPORTING", 15, "数据报送与质量", "data reporting and quality", prefilled=True),
)
CRITERION: Final = {each.code: each for each in CRITERIA}

_GRADES: Final = ((90, "EXCELLENT"), (75, "GOOD"), (60, "QUALIFIED"))


@dataclass(frozen=True, slots=True)
class Line:
    """The scores of one criterion, 0 to 100."""

    criterion: str
    weight: int
    self_score: Decimal | None
    expert: Decimal | None

    @property
    def score(self) -> Decimal | None:
        """The expert's score where given, else nine tenths of the centre's own."""
        if self.expert is not None:
            return self.expert
        return None if self.self_score is None else self.self_score * _SELF_SHARE


def total_score(lines: Iterable[Line]) -> Decimal | None:
    """Return the weighted total, or None while a line has no score at all.

    >>> total_score([Line("A", 60, Decimal(100), None), Line("B", 40, Decimal(50), Decimal(80))])
    Decimal('86.00')
    """
    total = Decimal(0)
    for line in lines:
        if line.score is None:
            return None
        total += line.weight * line.score
    return (total / 100).quantize(_PLACES)


def grade_of(total: Decimal) -> str:
    """Return the grade: EXCELLENT from 90, GOOD from 75, QUALIFIED from 60, else UNQUALIFIED.

    >>> grade_of(Decimal("74.99"))
    'QUALIFIED'
    """
    return next((grade for least, grade in _GRADES if total >= least), "UNQUALIFIED")


def remarks(lines: Iterable[Line]) -> tuple[str | None, str | None]:
    """Return strengths (criteria from 90) and problems (below 60), in two languages [H]."""
    scored = [(CRITERION[line.criterion], line.score) for line in lines if line.score is not None]
    return (
        _listed([criterion for criterion, score in scored if score >= _GRADES[0][0]]),
        _listed([criterion for criterion, score in scored if score < _GRADES[-1][0]]),
    )


def _listed(criteria: list[Criterion]) -> str | None:
    if not criteria:
        return None
    zh, en = (
        "、".join(each.zh for each in criteria),
        "; ".join(each.en for each in criteria),
    )
    return f"{zh}\n{en}"
