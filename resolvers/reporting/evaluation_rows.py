"""Rows of yearly evaluations as resolvers see them."""

from __future__ import annotations

from dataclasses import dataclass, fields
from datetime import date
from decimal import Decimal
from uuid import UUID

from asyncpg import Record

from resolvers.reporting.rules.scoring import Line


@dataclass(frozen=True, slots=True)
class EvaluationRow:
    """One centre's evaluation of one year."""

    id: UUID
    center_code: str
    year: int
    kind: str
    function: str | None
    jurisdiction_code: str
    stage: str
    data_score: Decimal | None
    total: Decimal | None
    grade: str | None
    rank: int | None
    strengths: str | None
    problems: str | None
    published_on: date | None
    objection: str | None

    @property
    def group(self) -> tuple[int, str, str | None]:
        """Who it is compared and ranked with."""
        return self.year, self.kind, self.function


@dataclass(frozen=True, slots=True)
class ScoreRow:
    """The scores of one criterion. `source`: who said `self_score`, INDICATORS or SELF."""

    criterion: str
    weight: int
    prefilled: Decimal | None
    self_score: Decimal | None
    province: Decimal | None
    expert: Decimal | None
    source: str

    @property
    def line(self) -> Line:
        return Line(self.criterion, self.weight, self.self_score, self.expert)


def evaluation_row(record: Record) -> EvaluationRow:
    return EvaluationRow(*(record[each.name] for each in fields(EvaluationRow)))


def score_row(record: Record) -> ScoreRow:
    return ScoreRow(*(record[each.name] for each in fields(ScoreRow)))
