"""Residency of third-party institutions: apply, lead through the workflow, suspend for grade D."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final
from uuid import UUID

from asyncpg import Record

from resolvers.hub.commands import Command, Work
from resolvers.hub.history import Change, record_change
from resolvers.identity import Subject
from resolvers.peer_facts import check_organizations, find_center
from resolvers.peers import Peers
from resolvers.refusal import Problems, not_found, refuse
from resolvers.tools import sql
from resolvers.tools.records import credit_row, residency_row
from resolvers.tools.rows import ResidencyRow
from resolvers.tools.workflows.residency import BY_EITHER, RESIDENCY
from resolvers.workflow import require

ENDS: Final = frozenset({"LEFT", "EXPELLED"})


@dataclass(frozen=True, slots=True)
class ResidencyDraft:
    institution_uscc: str
    platform_code: str
    category: str


async def apply_residency(
    command: Command, peers: Peers, draft: ResidencyDraft, problems: Problems, today: date
) -> UUID:
    """Store the application as APPLIED and return its id.

    Raises:
        Forbidden: the caller is neither the institution nor the platform.
        Refused: what `problems` holds already, CENTER_UNKNOWN, CENTER_NOT_WORKING,
            CENTER_FUNCTION, ORGANIZATION_UNKNOWN, ALREADY_RESIDENT.
        PeerUnavailable: another subgraph does not answer.
    """
    require(
        BY_EITHER,
        command.caller,
        Subject.of(platform=draft.platform_code, institution=draft.institution_uscc),
    )
    problems.raise_if_any()
    place = ("input", "platformCode")
    center = await find_center(peers, problems, draft.platform_code, None, *place)
    if center is not None:
        problems.check(
            center.kind == "FUNCTIONAL",
            "CENTER_FUNCTION",
            "第三方机构只能入驻功能性平台",
            "Institutions are resident at functional platforms only",
            *place,
        )
    institution = (draft.institution_uscc, ("input", "institutionUscc"))
    await check_organizations(peers, problems, [institution])
    problems.raise_if_any()
    assert center is not None
    async with command.transaction() as work:
        residency: UUID | None = await work.tx.fetchval(
            "tools.add_residency",
            sql.ADD_RESIDENCY,
            draft.institution_uscc,
            draft.platform_code,
            center.jurisdiction,
            draft.category,
            today,
        )
        if residency is None:
            raise refuse(
                "ALREADY_RESIDENT",
                "该机构已以此类别申请或入驻该平台",
                "The institution has applied or is resident in that category already",
                "input",
                "category",
            )
        work.key = str(residency)
        change = Change(RESIDENCY.name, str(residency), None, "APPLIED", None)
        await record_change(work, "tools", change)
        payload = {
            "institution": draft.institution_uscc,
            "platform": draft.platform_code,
            "category": draft.category,
            "status": "APPLIED",
        }
        await work.publish("tools.residency_changed", str(residency), payload)
    return residency


async def advance_residency(
    command: Command, residency: UUID, to: str, comment: str | None, today: date
) -> None:
    """Lead the residency to the status `to`.

    Raises:
        Forbidden: the caller is none of those the table lets do it.
        Refused: NOT_FOUND, TRANSITION_NOT_ALLOWED, COMMENT_REQUIRED, CREDIT_GRADE_D.
    """
    async with command.transaction() as work:
        work.key = str(residency)
        record = await work.tx.fetchrow("tools.residency_lock", sql.RESIDENCY_LOCK, residency)
        if record is None:
            raise not_found("没有该入驻", "There is no such residency", "id")
        row = residency_row(record)
        subject = Subject.of(platform=row.platform_code, institution=row.institution_uscc)
        RESIDENCY.check(row.status, to, command.caller, subject, comment)
        if to == "ACTIVE" and await _grade(work, row, today) == "D":
            raise refuse(
                "CREDIT_GRADE_D",
                "该机构在该平台的当前信用等级为 D，不能准入或恢复",
                "The credit grade in force at the platform is D: it cannot be admitted",
                "to",
            )
        begins_on = today if row.status == "APPLIED" and to == "ACTIVE" else row.begins_on
        await _write(work, row, to, to, begins_on, today if to in ENDS else None, comment)


async def suspend_for_grade(work: Work, institution: str, platform: str) -> None:
    """Suspend the active residencies of an institution at a platform: its credit grade is D."""
    records = await work.tx.fetch(
        "tools.active_residencies", sql.ACTIVE_RESIDENCIES, institution, platform
    )
    await _suspend(work, records)


async def suspend_graded_d(work: Work, today: date, most: int) -> int:
    """Suspend residencies whose grade in force is D by now; return how many, `most` at a time."""
    records = await work.tx.fetch("tools.graded_d", sql.ACTIVE_WITH_GRADE_D, today, most)
    await _suspend(work, records)
    return len(records)


async def _suspend(work: Work, records: Sequence[Record]) -> None:
    for record in records:
        row = residency_row(record)
        await _write(work, row, "SUSPENDED", "SUSPEND_BY_GRADE", row.begins_on, None, None)


async def _write(
    work: Work,
    row: ResidencyRow,
    to: str,
    action: str,
    begins_on: date,
    ends_on: date | None,
    comment: str | None,
) -> None:
    await work.tx.execute(
        "tools.advance_residency", sql.ADVANCE_RESIDENCY, row.id, to, begins_on, ends_on
    )
    change = Change(RESIDENCY.name, str(row.id), row.status, to, action, comment)
    await record_change(work, "tools", change)
    payload = {
        "institution": row.institution_uscc,
        "platform": row.platform_code,
        "category": row.category,
        "status": to,
    }
    await work.publish("tools.residency_changed", str(row.id), payload)


async def _grade(work: Work, row: ResidencyRow, today: date) -> str | None:
    """Return the credit grade in force at the platform."""
    record = await work.tx.fetchrow(
        "tools.grade_in_force",
        sql.CREDIT_OF_ORGANIZATIONS,
        [row.institution_uscc],
        today,
        row.platform_code,
    )
    return credit_row(record).grade if record is not None else None
