"""Supervision of centres: opened, taken from step to step, closed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Final
from uuid import UUID

from resolvers.hub.commands import Command, Work
from resolvers.hub.history import Change, record_change
from resolvers.platforms.commands.centers import LockedCenter, lock_center
from resolvers.platforms.rights import CNIPA, OFFICE
from resolvers.platforms.rules.texts import check_text
from resolvers.platforms.workflows.supervision import SUPERVISION
from resolvers.refusal import Problems, not_found
from resolvers.workflow import require

OPEN: Final = """
insert into platforms.supervision_action
  (center_code, jurisdiction_code, field, risk_level, finding, status, opened_on)
values ($1, $2, $3, $4, $5, 'OPEN', $6) returning id
"""
CENTER: Final = "select center_code from platforms.supervision_action where id = $1"
STATUS: Final = "select status from platforms.supervision_action where id = $1"
MOVE: Final = """
update platforms.supervision_action
set status = $2, closed_on = $3, result = $4 where id = $1
"""


@dataclass(frozen=True, slots=True)
class Finding:
    """What an office found at a centre."""

    center_code: str
    field: str
    risk_level: str
    text: str


async def open_supervision(command: Command, found: Finding, today: date) -> UUID:
    """Open an action of the office that acts for the centre; return its id.

    CNIPA may open one too; the centre's office carries it out (上下联动).

    Raises:
        Refused: NOT_FOUND, TEXT_….
    """
    async with command.transaction() as work:
        center = await lock_center(work, found.center_code, "input", "centerCode")
        require((*OFFICE, *CNIPA), work.caller, center.subject)
        problems = Problems()
        check_text(problems, found.text, 2_000, "input", "finding")
        problems.raise_if_any()
        action_id: UUID = await work.tx.fetchval(
            "platforms.open_supervision",
            OPEN,
            center.code,
            center.jurisdiction_code,
            found.field,
            found.risk_level,
            found.text,
            today,
        )
        work.key = str(action_id)
        await _note(work, center, action_id, None, "OPEN", None, None)
        return action_id


async def advance_supervision(
    command: Command, action_id: UUID, step: str, note: str | None, today: date
) -> None:
    """Take an action through ISSUE_NOTICE, START_RECTIFYING or CLOSE, whose `note` is its result.

    Raises:
        Refused: NOT_FOUND, TRANSITION_NOT_ALLOWED, COMMENT_REQUIRED, TEXT_….
    """
    async with command.transaction() as work:
        code = await work.tx.fetchval("platforms.center_of_supervision", CENTER, action_id)
        if code is None:
            raise not_found("没有这个监督事项", "There is no such supervision action", "id")
        center = await lock_center(work, code)
        work.key = str(action_id)
        status = await work.tx.fetchval("platforms.supervision_status", STATUS, action_id)
        found = SUPERVISION.check(status, step, work.caller, center.subject, note)
        problems = Problems()
        path = "result" if step == "CLOSE" else "note"
        check_text(problems, note or "", 2_000, path, required=False)
        problems.raise_if_any()
        closes = step == "CLOSE"
        await work.tx.execute(
            "platforms.move_supervision",
            MOVE,
            action_id,
            found.targets[0],
            today if closes else None,
            note if closes else None,
        )
        await _note(work, center, action_id, status, found.targets[0], step, note)


async def _note(
    work: Work,
    center: LockedCenter,
    action_id: UUID,
    before: str | None,
    after: str,
    step: str | None,
    note: str | None,
) -> None:
    change = Change(SUPERVISION.name, str(action_id), before, after, step, note)
    await record_change(work, "platforms", change)
    payload = {"center": center.code, "jurisdiction": center.jurisdiction_code, "status": after}
    await work.publish("platforms.supervision_changed", str(action_id), payload)
