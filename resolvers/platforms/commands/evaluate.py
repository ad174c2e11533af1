"""Evidence of an evaluation, and items of a rectification that were put right."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Final
from uuid import UUID

from resolvers.hub.commands import Command
from resolvers.platforms.commands.cases import lock_case, tell_stage
from resolvers.platforms.commands.plans import move_plan
from resolvers.platforms.rights import CNIPA, HOST, OFFICE
from resolvers.platforms.rules.texts import check_text
from resolvers.platforms.workflows.recognition import EVALUATING, IN_PERIOD, RECOGNITION
from resolvers.refusal import Problems, not_found, refuse
from resolvers.workflow import require

ADD_EVIDENCE: Final = """
insert into platforms.evaluation_evidence (case_id, method, result, note, found_on)
values ($1, $2, $3, $4, $5)
"""
ITEM: Final = "select done from platforms.rectification_item where id = $1 and case_id = $2"
CLOSE_ITEM: Final = """
update platforms.rectification_item set done = true, evidence = $2 where id = $1
"""


@dataclass(frozen=True, slots=True)
class Evidence:
    method: str
    result: str
    note: str
    on: date


async def record_evidence(command: Command, case_id: UUID, given: Evidence, today: date) -> None:
    """Keep a finding of the evaluation.

    A document check that passes approves the work plan, which is one of the documents.

    Raises:
        Refused: NOT_FOUND, TRANSITION_NOT_ALLOWED outside of an evaluation, TEXT_…, DATE_RANGE.
    """
    async with command.transaction() as work:
        case = await lock_case(work, case_id)
        require(CNIPA, work.caller)
        work.key = str(case.id)
        if case.stage not in EVALUATING:
            raise RECOGNITION.not_allowed(case.stage, "RECORD_EVIDENCE")
        problems = Problems()
        check_text(problems, given.note, 2_000, "evidence", "note")
        problems.check(
            given.on <= today,
            "DATE_RANGE",
            "日期不应晚于今天",
            "The day is in the future",
            "evidence",
            "on",
        )
        problems.raise_if_any()
        await work.tx.execute(
            "platforms.add_evidence",
            ADD_EVIDENCE,
            case.id,
            given.method,
            given.result,
            given.note,
            given.on,
        )
        plan_status = case.row["plan_status"]
        passed = given.method == "MATERIAL_CHECK" and given.result == "PASS"
        if passed and plan_status == "UNDER_REVIEW":
            await move_plan(work, case.row["work_plan_id"], plan_status, "APPROVE", given.note)
        await tell_stage(work, case.center, case.id, case.stage)


async def close_item(command: Command, case_id: UUID, item_id: UUID, evidence: str) -> None:
    """Note that one thing was put right, with its evidence.

    Raises:
        Refused: NOT_FOUND, TRANSITION_NOT_ALLOWED outside of the period, ALREADY_DONE, TEXT_….
    """
    async with command.transaction() as work:
        case = await lock_case(work, case_id)
        require((*HOST, *OFFICE), work.caller, case.center.subject)
        work.key = str(case.id)
        if case.stage not in IN_PERIOD:
            raise RECOGNITION.not_allowed(case.stage, "CLOSE_ITEM")
        problems = Problems()
        check_text(problems, evidence, 2_000, "evidence")
        problems.raise_if_any()
        done = await work.tx.fetchval("platforms.item", ITEM, item_id, case.id)
        if done is None:
            raise not_found("案件没有这一项", "The case has no such item", "itemId")
        if done:
            raise refuse("ALREADY_DONE", "此项已完成", "The item is done already", "itemId")
        await work.tx.execute("platforms.close_item", CLOSE_ITEM, item_id, evidence)
        await tell_stage(work, case.center, case.id, case.stage)
