"""Advance an evaluation to its next stage (DOMAIN §2.5), with what each stage does."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Final
from uuid import UUID

from resolvers.hub.commands import Command, Work
from resolvers.hub.history import Change, record_change
from resolvers.refusal import refuse
from resolvers.reporting import sql
from resolvers.reporting.commands.evaluation_access import (
    lock_evaluation,
    read_scores,
    subject_of,
)
from resolvers.reporting.commands.report_checks import publish_change
from resolvers.reporting.commands.transition_report import checked_comment
from resolvers.reporting.evaluation_figures import prefill
from resolvers.reporting.evaluation_rows import EvaluationRow, evaluation_row
from resolvers.reporting.report_rows import report_row
from resolvers.reporting.rules.ranking import ranks
from resolvers.reporting.rules.scoring import grade_of, remarks, total_score
from resolvers.reporting.workflows.evaluation import EVALUATION, OBJECTION_DAYS
from resolvers.reporting.workflows.report import REPORT

# Entering these ranks the whole group anew.
_RANKING: Final = ("DRAFT_RESULT", "FINAL")


@dataclass(frozen=True, slots=True)
class _Effect:
    """What entering a stage sets beside the stage."""

    data_score: Decimal | None = None
    published_on: date | None = None
    objection: str | None = None


async def advance_evaluation(
    command: Command, evaluation_id: UUID, to: str, comment: str | None, today: date
) -> None:
    """Make one transition.

    Raises:
        Forbidden: the stage is not for the caller to reach.
        Refused: NOT_FOUND, TRANSITION_NOT_ALLOWED, COMMENT_REQUIRED, YEAR_NOT_OVER,
            REPORTS_UNDER_WAY, SCORES_INCOMPLETE, OBJECTION_TOO_LATE, OBJECTION_PERIOD_OPEN.
    """
    comment = checked_comment(comment)
    async with command.transaction() as work:
        if to in _RANKING:
            await _lock_group(work, evaluation_id)
        seen = await lock_evaluation(work, evaluation_id)
        EVALUATION.check(seen.stage, to, command.caller, subject_of(seen), comment)
        effect = await _enter(work, seen, to, comment, today)
        await work.tx.execute(
            "reporting.move_evaluation",
            sql.MOVE_EVALUATION,
            evaluation_id,
            to,
            work.now,
            effect.data_score,
            effect.published_on,
            effect.objection,
        )
        change = Change(EVALUATION.name, str(evaluation_id), seen.stage, to, to, comment)
        await record_change(work, "reporting", change)
        if to == "FINAL":
            await _propose_rectification(work, evaluation_id)
        work.key = str(evaluation_id)


async def _enter(
    work: Work, evaluation: EvaluationRow, to: str, comment: str | None, today: date
) -> _Effect:
    match to:
        case "DATA_FROZEN":
            return await _freeze(work, evaluation, today)
        case "SELF_ASSESSED":
            await _require_self_scores(work, evaluation)
        case "DRAFT_RESULT":
            await _work_out_result(work, evaluation)
        case "PUBLISHED":
            return _Effect(published_on=today)
        case "OBJECTION":
            _require_in_time(evaluation, today)
            return _Effect(objection=comment)
        case "FINAL":
            _require_period_over(evaluation, today)
            if evaluation.stage == "OBJECTION":
                await _work_out_result(work, evaluation)
    return _Effect()


async def _freeze(work: Work, evaluation: EvaluationRow, today: date) -> _Effect:
    """Lock the year's accepted reports and pre-fill what the figures give."""
    if today.year <= evaluation.year:
        raise refuse("YEAR_NOT_OVER", "评价年度尚未结束", "The year is not over yet", "to")
    center, year = evaluation.center_code, evaluation.year
    under_way = await work.tx.fetch(
        "reporting.reports_under_way", sql.REPORTS_UNDER_WAY, center, year
    )
    if under_way:
        numbers = [record["number"] for record in under_way]
        raise refuse(
            "REPORTS_UNDER_WAY",
            f"仍有未办结的报送：{'、'.join(numbers)}",
            f"Reports are still under way: {', '.join(numbers)}",
            "to",
        )
    await _lock_reports(work, center, year)
    group = await _read_group(work, evaluation)
    profile = frozenset({evaluation.kind, evaluation.function or evaluation.kind})
    codes = [each.center_code for each in group]
    filled = await prefill(work.tx, center, profile, codes, year, today)
    for criterion, score in (("BUSINESS", filled.business), ("DATA_REPORTING", filled.data)):
        await work.tx.execute("reporting.prefill", sql.PREFILL, evaluation.id, criterion, score)
    return _Effect(data_score=filled.data_score)


async def _lock_reports(work: Work, center: str, year: int) -> None:
    for record in await work.tx.fetch("reporting.lock_reports", sql.LOCK_REPORTS, center, year):
        report = report_row(record)
        await work.tx.execute(
            "reporting.move_report", sql.MOVE_REPORT, report.id, "LOCKED", work.now, None, None
        )
        change = Change(REPORT.name, str(report.id), report.status, "LOCKED", "LOCK")
        await record_change(work, "reporting", change)
        await publish_change(work, report, "LOCKED")


async def _read_group(work: Work, evaluation: EvaluationRow) -> list[EvaluationRow]:
    records = await work.tx.fetch(
        "reporting.evaluation_group", sql.EVALUATION_GROUP, *evaluation.group
    )
    return [evaluation_row(record) for record in records]


async def _lock_group(work: Work, evaluation_id: UUID) -> None:
    """Lock all who are ranked together, always in one order: before the evaluation itself, or two
    of one group would wait for each other."""
    for record in await work.tx.fetch("reporting.evaluations", sql.EVALUATIONS, [evaluation_id]):
        group = evaluation_row(record).group
        await work.tx.fetch("reporting.evaluation_group_lock", sql.EVALUATION_GROUP_LOCK, *group)


async def _require_self_scores(work: Work, evaluation: EvaluationRow) -> None:
    scores = await read_scores(work.tx, evaluation.id)
    missing = [each.criterion for each in scores if each.self_score is None]
    if missing:
        raise _incomplete(missing)


async def _work_out_result(work: Work, evaluation: EvaluationRow) -> None:
    """Set total, grade and remarks, and rank the whole group anew."""
    scores = await read_scores(work.tx, evaluation.id)
    lines = [each.line for each in scores]
    total = total_score(lines)
    if total is None:
        raise _incomplete([line.criterion for line in lines if line.score is None])
    await work.tx.execute(
        "reporting.set_result",
        sql.SET_RESULT,
        evaluation.id,
        total,
        grade_of(total),
        *remarks(lines),
        work.now,
    )
    group = await _read_group(work, evaluation)
    totals = {each.id: each.total for each in group if each.total is not None}
    await work.tx.executemany("reporting.set_rank", sql.SET_RANK, list(ranks(totals).items()))


def _incomplete(missing: list[str]) -> Exception:
    return refuse(
        "SCORES_INCOMPLETE",
        f"尚缺得分：{'、'.join(missing)}",
        f"Scores are missing: {', '.join(missing)}",
        "to",
    )


def _require_in_time(evaluation: EvaluationRow, today: date) -> None:
    if today > _objections_until(evaluation):
        raise refuse(
            "OBJECTION_TOO_LATE",
            f"异议应在公布后 {OBJECTION_DAYS} 日内提出",
            f"An objection is made within {OBJECTION_DAYS} days of publication",
            "to",
        )


def _require_period_over(evaluation: EvaluationRow, today: date) -> None:
    if evaluation.stage == "PUBLISHED" and today <= _objections_until(evaluation):
        raise refuse(
            "OBJECTION_PERIOD_OPEN",
            f"公布后 {OBJECTION_DAYS} 日的异议期尚未结束",
            f"Objections may still be made, until {OBJECTION_DAYS} days after publication",
            "to",
        )


def _objections_until(evaluation: EvaluationRow) -> date:
    assert evaluation.published_on is not None  # set on entering PUBLISHED
    return evaluation.published_on + timedelta(days=OBJECTION_DAYS)


async def _propose_rectification(work: Work, evaluation_id: UUID) -> None:
    """Tell `platforms` that a final grade calls for a year of rectification (DOMAIN §2.8)."""
    final = await lock_evaluation(work, evaluation_id)
    if final.grade == "UNQUALIFIED":
        payload = {"center": final.center_code, "year": final.year, "total": str(final.total)}
        await work.publish("reporting.rectification_proposed", str(evaluation_id), payload)
