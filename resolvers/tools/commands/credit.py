"""Credit of third-party institutions: evaluate, publish, appeal, revise."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final
from uuid import UUID

from resolvers.hub.commands import Command, Work
from resolvers.hub.history import Change, record_change
from resolvers.identity import Subject
from resolvers.peer_facts import check_organizations, find_center
from resolvers.peers import Peers
from resolvers.refusal import Problems, not_found, refuse
from resolvers.tools import sql
from resolvers.tools.commands.residency import suspend_for_grade
from resolvers.tools.records import credit_row
from resolvers.tools.rows import CreditRow
from resolvers.tools.rules.credit_grade import Credit, Indicator, evaluate, weights_fit
from resolvers.tools.workflows.credit import BY_PLATFORM, CREDIT
from resolvers.workflow import require

MOST_INDICATORS: Final = 20
LONGEST_STATEMENT: Final = 2_000


@dataclass(frozen=True, slots=True)
class CreditDraft:
    institution_uscc: str
    platform_code: str
    indicators: tuple[Indicator, ...]
    valid_from: date
    valid_to: date


async def evaluate_credit(
    command: Command, peers: Peers, draft: CreditDraft, problems: Problems
) -> UUID:
    """Store an evaluation as DRAFT, its grade worked out, and return its id.

    Raises:
        Forbidden: for another platform than the caller's.
        Refused: what `problems` holds already, INDICATORS_COUNT, INDICATOR_TWICE, WEIGHT, SCORE,
            WEIGHTS_SUM, DATE_ORDER, CENTER_UNKNOWN, CENTER_NOT_WORKING, ORGANIZATION_UNKNOWN,
            NOT_RESIDENT.
        PeerUnavailable: another subgraph does not answer.
    """
    require(BY_PLATFORM, command.caller, Subject.of(platform=draft.platform_code))
    check_indicators(problems, draft.indicators, "input", "indicators")
    problems.check(
        draft.valid_from <= draft.valid_to,
        "DATE_ORDER",
        "有效期起始日不应晚于截止日",
        "The term begins after it ends",
        "input",
        "validFrom",
    )
    problems.raise_if_any()
    center = await find_center(peers, problems, draft.platform_code, None, "input", "platformCode")
    institution = draft.institution_uscc
    await check_organizations(peers, problems, [(institution, ("input", "institutionUscc"))])
    problems.raise_if_any()
    assert center is not None
    credit = evaluate(draft.indicators)
    async with command.transaction() as work:
        resident = await work.tx.fetchval(
            "tools.is_resident", sql.IS_RESIDENT, institution, draft.platform_code
        )
        if not resident:
            raise refuse(
                "NOT_RESIDENT",
                "该机构未入驻该平台",
                "The institution is not resident at the platform",
                "input",
                "institutionUscc",
            )
        found: UUID = await work.tx.fetchval(
            "tools.add_credit",
            sql.ADD_CREDIT,
            institution,
            draft.platform_code,
            center.jurisdiction,
            credit.grade,
            float(credit.score),
            draft.valid_from,
            draft.valid_to,
        )
        await _write_indicators(work, found, draft.indicators)
        work.key = str(found)
        await record_change(work, "tools", Change(CREDIT.name, str(found), None, "DRAFT", None))
    return found


def check_indicators(problems: Problems, indicators: Sequence[Indicator], *path: str) -> None:
    """Note what is wrong with the indicators as a whole and each by itself."""
    problems.check(
        1 <= len(indicators) <= MOST_INDICATORS,
        "INDICATORS_COUNT",
        f"指标应为 1–{MOST_INDICATORS} 项",
        f"There are 1 to {MOST_INDICATORS} indicators",
        *path,
    )
    problems.check(
        len({each.name for each in indicators}) == len(indicators),
        "INDICATOR_TWICE",
        "指标名称不应重复",
        "No two indicators have the same name",
        *path,
    )
    for place, each in enumerate(indicators[:MOST_INDICATORS]):
        problems.check(
            0 < each.weight <= 1,
            "WEIGHT",
            "权重应大于 0、不大于 1",
            "A weight is above 0, at most 1",
            *path,
            str(place),
            "weight",
        )
        problems.check(
            0 <= each.score <= 100,
            "SCORE",
            "得分应在 0 与 100 之间",
            "A score is from 0 to 100",
            *path,
            str(place),
            "score",
        )
    problems.check(
        weights_fit(indicators),
        "WEIGHTS_SUM",
        "权重之和应为 1（误差不超过 0.001）",
        "The weights sum to 1 (tolerance 0.001)",
        *path,
    )


async def publish_credit(command: Command, evaluation: UUID, today: date) -> None:
    """Publish a draft; grade D suspends the institution's residency at the platform.

    Raises:
        Forbidden: the caller is not the platform.
        Refused: NOT_FOUND, TRANSITION_NOT_ALLOWED, TERM_OVER.
    """
    async with command.transaction() as work:
        row = await _lock(work, evaluation)
        CREDIT.check(row.status, "PUBLISH", command.caller, _subject(row))
        if row.valid_to < today:
            raise refuse("TERM_OVER", "评价有效期已过", "The term of the evaluation is over", "id")
        await work.tx.execute("tools.publish_credit", sql.PUBLISH_CREDIT, evaluation, work.now)
        await _changed(work, row, "PUBLISHED", "PUBLISH", None)
        await _announce(work, row, row.grade, today)


async def appeal_credit(command: Command, evaluation: UUID, statement: str) -> None:
    """Note what the institution says against its evaluation.

    Raises:
        Forbidden: the caller is not the institution.
        Refused: NOT_FOUND, TRANSITION_NOT_ALLOWED.
    """
    async with command.transaction() as work:
        row = await _lock(work, evaluation)
        CREDIT.check(row.status, "APPEAL", command.caller, _subject(row))
        await work.tx.execute("tools.appeal_credit", sql.APPEAL_CREDIT, evaluation, statement)
        await _changed(work, row, "UNDER_APPEAL", "APPEAL", None)


async def revise_credit(
    command: Command,
    evaluation: UUID,
    indicators: Sequence[Indicator],
    comment: str | None,
    problems: Problems,
    today: date,
) -> None:
    """Decide the appeal: the grade is worked out anew from the indicators given.

    Raises:
        Forbidden: the caller is not the platform.
        Refused: what `problems` holds already, NOT_FOUND, TRANSITION_NOT_ALLOWED,
            COMMENT_REQUIRED, and those of the indicators as in `evaluate_credit`.
    """
    check_indicators(problems, indicators, "indicators")
    async with command.transaction() as work:
        row = await _lock(work, evaluation)
        CREDIT.check(row.status, "REVISE", command.caller, _subject(row), comment)
        problems.raise_if_any()
        credit: Credit = evaluate(indicators)
        await work.tx.execute(
            "tools.revise_credit", sql.REVISE_CREDIT, evaluation, credit.grade, float(credit.score)
        )
        await work.tx.execute("tools.clear_indicators", sql.CLEAR_INDICATORS, evaluation)
        await _write_indicators(work, evaluation, indicators)
        await _changed(work, row, "REVISED", "REVISE", comment)
        await _announce(work, row, credit.grade, today)


async def _lock(work: Work, evaluation: UUID) -> CreditRow:
    work.key = str(evaluation)
    record = await work.tx.fetchrow("tools.credit_lock", sql.CREDIT_LOCK, evaluation)
    if record is None:
        raise not_found("没有该信用评价", "There is no such credit evaluation", "id")
    return credit_row(record)


def _subject(row: CreditRow) -> Subject:
    return Subject.of(platform=row.platform_code, institution=row.institution_uscc)


async def _changed(work: Work, row: CreditRow, to: str, action: str, comment: str | None) -> None:
    change = Change(CREDIT.name, str(row.id), row.status, to, action, comment)
    await record_change(work, "tools", change)


async def _announce(work: Work, row: CreditRow, grade: str, today: date) -> None:
    """Tell of a grade in force, and let it take effect on the residency."""
    payload: dict[str, Any] = {"platform": row.platform_code, "grade": grade}
    await work.publish("tools.credit_published", row.institution_uscc, payload)
    if grade == "D" and row.valid_from <= today:
        # one whose term begins later is put into effect by the timer
        await suspend_for_grade(work, row.institution_uscc, row.platform_code)


async def _write_indicators(work: Work, evaluation: UUID, indicators: Sequence[Indicator]) -> None:
    await work.tx.execute(
        "tools.add_indicators",
        sql.ADD_INDICATORS,
        evaluation,
        [each.name for each in indicators],
        [float(each.weight) for each in indicators],
        [float(each.score) for each in indicators],
        [each.source for each in indicators],
    )
