"""Reading and locking an evaluation for a command, with its scores."""

from __future__ import annotations

from uuid import UUID

from resolvers.database.pool import Queries
from resolvers.hub.commands import Work
from resolvers.identity import Subject
from resolvers.refusal import not_found
from resolvers.reporting import sql
from resolvers.reporting.evaluation_rows import (
    EvaluationRow,
    ScoreRow,
    evaluation_row,
    score_row,
)


async def lock_evaluation(work: Work, evaluation_id: UUID) -> EvaluationRow:
    """Return the evaluation, locked; raises `Refused` (NOT_FOUND)."""
    record = await work.tx.fetchrow("reporting.evaluation_lock", sql.EVALUATION_LOCK, evaluation_id)
    if record is None:
        raise not_found("没有这项评价", "There is no such evaluation", "id")
    return evaluation_row(record)


async def read_scores(queries: Queries, evaluation_id: UUID) -> tuple[ScoreRow, ...]:
    records = await queries.fetch("reporting.scores", sql.SCORES, [evaluation_id])
    return tuple(score_row(record) for record in records)


def subject_of(evaluation: EvaluationRow) -> Subject:
    """Return who stands in which relation to the evaluation."""
    return Subject.of(center=evaluation.center_code, office=evaluation.jurisdiction_code)
