"""Guidance and support of centres: innovation tasks, support measures, exhibitions."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Final
from uuid import UUID

from resolvers.hub.commands import Command
from resolvers.hub.history import Change, record_change
from resolvers.platforms.commands.centers import lock_center
from resolvers.platforms.rights import CNIPA, HOST, OFFICE
from resolvers.platforms.rules.texts import check_text
from resolvers.platforms.workflows.innovation_task import INNOVATION_TASK
from resolvers.refusal import Problems, not_found
from resolvers.workflow import require

ADD_TASK: Final = """
insert into platforms.innovation_task (center_code, kind, title, status)
values ($1, $2, $3, 'PLANNED') returning id
"""
CENTER_OF_TASK: Final = "select center_code from platforms.innovation_task where id = $1"
TASK_STATUS: Final = "select status from platforms.innovation_task where id = $1"
MOVE_TASK: Final = "update platforms.innovation_task set status = $2 where id = $1"
ADD_MEASURE: Final = """
insert into platforms.support_measure
  (center_code, kind, granted_by, amount_cny, valid_from, valid_to)
values ($1, $2, $3, $4, $5, $6) returning id
"""
ADD_EXHIBITION: Final = """
insert into platforms.exhibition_entry (center_code, exhibition, held_from, held_to)
values ($1, $2, $3, $4) returning id
"""
LARGEST_AMOUNT: Final = Decimal(10) ** 12
LONGEST_EXHIBITION: Final = timedelta(days=366)
_CENT: Final = Decimal("0.01")


@dataclass(frozen=True, slots=True)
class Measure:
    """A project, funding, policy or condition that a locality grants (DOMAIN A12, F13)."""

    kind: str
    granted_by: str
    amount_cny: Decimal | None
    valid_from: date | None
    valid_to: date | None


async def grant_task(command: Command, center_code: str, kind: str, title: str) -> str:
    """Give a centre an innovation task; return the centre's code.

    Raises:
        Refused: NOT_FOUND, TEXT_….
    """
    async with command.transaction() as work:
        center = await lock_center(work, center_code, "centerCode")
        require((*OFFICE, *CNIPA), work.caller, center.subject)
        problems = Problems()
        check_text(problems, title, 200, "title")
        problems.raise_if_any()
        task_id = await work.tx.fetchval("platforms.add_task", ADD_TASK, center.code, kind, title)
        work.key = str(task_id)
        change = Change(INNOVATION_TASK.name, str(task_id), None, "PLANNED", None)
        await record_change(work, "platforms", change)
        payload = {"center": center.code, "kind": kind, "status": "PLANNED"}
        await work.publish("platforms.task_changed", str(task_id), payload)
        return center.code


async def advance_task(command: Command, task_id: UUID, action: str, comment: str | None) -> str:
    """Take a task through START, FINISH or CANCEL; return the centre's code.

    Raises:
        Refused: NOT_FOUND, TRANSITION_NOT_ALLOWED, COMMENT_REQUIRED, TEXT_….
    """
    async with command.transaction() as work:
        code = await work.tx.fetchval("platforms.center_of_task", CENTER_OF_TASK, task_id)
        if code is None:
            raise not_found("没有这个任务", "There is no such task", "id")
        center = await lock_center(work, code)
        work.key = str(task_id)
        status = await work.tx.fetchval("platforms.task_status", TASK_STATUS, task_id)
        found = INNOVATION_TASK.check(status, action, work.caller, center.subject, comment)
        problems = Problems()
        check_text(problems, comment or "", 2_000, "comment", required=False)
        problems.raise_if_any()
        target = found.targets[0]
        await work.tx.execute("platforms.move_task", MOVE_TASK, task_id, target)
        change = Change(INNOVATION_TASK.name, str(task_id), status, target, action, comment)
        await record_change(work, "platforms", change)
        payload = {"center": center.code, "status": target}
        await work.publish("platforms.task_changed", str(task_id), payload)
        return center.code


async def record_support(command: Command, center_code: str, given: Measure) -> str:
    """Note a support measure; return the centre's code.

    Raises:
        Refused: NOT_FOUND, TEXT_…, MONEY_OUT_OF_RANGE, DATE_ORDER.
    """
    async with command.transaction() as work:
        center = await lock_center(work, center_code, "centerCode")
        require((*OFFICE, *CNIPA), work.caller, center.subject)
        problems = Problems()
        check_text(problems, given.granted_by, 200, "input", "grantedBy")
        amount = given.amount_cny
        problems.check(
            amount is None or (0 <= amount <= LARGEST_AMOUNT and amount == amount.quantize(_CENT)),
            "MONEY_OUT_OF_RANGE",
            "金额应在 0 至 1 万亿元之间，最多两位小数",
            "An amount is 0 to 10^12 yuan with at most two decimals",
            "input",
            "amountCny",
        )
        problems.check(
            given.valid_from is None
            or given.valid_to is None
            or given.valid_from <= given.valid_to,
            "DATE_ORDER",
            "截止日期早于起始日期",
            "It ends before it begins",
            "input",
            "to",
        )
        problems.raise_if_any()
        measure_id = await work.tx.fetchval(
            "platforms.add_measure",
            ADD_MEASURE,
            center.code,
            given.kind,
            given.granted_by,
            amount,
            given.valid_from,
            given.valid_to,
        )
        work.key = str(measure_id)
        return center.code


async def record_exhibition(
    command: Command, center_code: str, exhibition: str, held_from: date, held_to: date
) -> str:
    """Note that a centre takes part in an exhibition; return the centre's code.

    Raises:
        Refused: NOT_FOUND, TEXT_…, DATE_ORDER.
    """
    async with command.transaction() as work:
        center = await lock_center(work, center_code, "centerCode")
        require((*HOST, *OFFICE, *CNIPA), work.caller, center.subject)
        problems = Problems()
        check_text(problems, exhibition, 200, "exhibition")
        problems.check(
            timedelta() <= held_to - held_from <= LONGEST_EXHIBITION,
            "DATE_ORDER",
            "展会的起止日期不合理",
            "The exhibition ends before it begins, or lasts more than a year",
            "to",
        )
        problems.raise_if_any()
        entry_id = await work.tx.fetchval(
            "platforms.add_exhibition", ADD_EXHIBITION, center.code, exhibition, held_from, held_to
        )
        work.key = str(entry_id)
        return center.code
