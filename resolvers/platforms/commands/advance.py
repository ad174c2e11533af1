"""`advanceRecognition`: one step of a recognition case (DOMAIN §2.5)."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from datetime import date
from typing import Final
from uuid import UUID

from resolvers.hub.commands import Command
from resolvers.platforms.commands.cases import enter_stage, lock_case
from resolvers.platforms.commands.decide import (
    check_members,
    close_plan,
    note_decision,
    start_period,
)
from resolvers.platforms.commands.plans import move_plan
from resolvers.platforms.commands.recognise import recognise
from resolvers.platforms.commands.step import Decision, Step
from resolvers.platforms.dossier import DECLARATIONS, Declarations, Summary
from resolvers.platforms.rules.dossier_complete import check_complete, check_plan_complete
from resolvers.platforms.rules.periods import is_over
from resolvers.platforms.rules.round import is_late
from resolvers.platforms.rules.texts import check_text
from resolvers.platforms.workflows.recognition import RECOGNITION
from resolvers.refusal import Problems, refuse

REVIEWED: Final = """
update platforms.recognition_case
set review_passed = $2, review_opinion = $3, review_jurisdiction = $4, reviewed_on = $5
where id = $1
"""
# The day the dossier first reached CNIPA counts, whatever comes back afterwards.
SUBMITTED: Final = """
update platforms.recognition_case set submitted_on = $2, late = $3
where id = $1 and submitted_on is null
"""
MILESTONES: Final = "select count(*) from platforms.milestone where plan_id = $1"
OPEN_ITEMS: Final = """
select count(*) from platforms.rectification_item where case_id = $1 and not done
"""
LONGEST_COMMENT: Final = 2_000


async def advance(
    command: Command,
    case_id: UUID,
    action: str,
    comment: str | None,
    decision: Decision | None,
    today: date,
) -> None:
    """Take the case through `action`.

    Raises:
        Refused: NOT_FOUND, TRANSITION_NOT_ALLOWED, COMMENT_REQUIRED, what `check_members` finds,
            and the conditions of the action.
        Forbidden: the caller may not do that to this case.
    """
    async with command.transaction() as work:
        case = await lock_case(work, case_id)
        work.key = str(case.id)
        transition = RECOGNITION.check(
            case.stage, action, work.caller, case.center.subject, comment
        )
        problems = Problems()
        check_text(problems, comment or "", LONGEST_COMMENT, "comment", required=False)
        check_members(action, decision, problems)
        problems.raise_if_any()
        step = Step(work, case, action, comment, decision or Decision(), today)
        await _EFFECTS[action](step)
        note = comment or step.decision.reason
        await enter_stage(work, case, transition.targets[0], action, note, today)


async def _submit_to_province(step: Step) -> None:
    case, problems = step.case, Problems()
    declared = Declarations(*(case.row[name] for name in DECLARATIONS))
    summary = Summary.from_json(case.row["summary"])
    milestones = await _milestones(step)
    check_complete(case.row["track"], summary, declared, case.row["goals"], milestones, problems)
    problems.raise_if_any()
    await move_plan(step.work, case.row["work_plan_id"], case.row["plan_status"], "SUBMIT")


async def _return_to_platform(step: Step) -> None:
    await _note_review(step, passed=False)
    await _ask_for_changes(step)


async def _submit_to_cnipa(step: Step) -> None:
    await _note_review(step, passed=True)
    late = is_late(step.today, step.case.row["deadline"])
    await step.work.tx.execute("platforms.submitted", SUBMITTED, step.case.id, step.today, late)


async def _ask_for_changes(step: Step) -> None:
    row = step.case.row
    await move_plan(
        step.work, row["work_plan_id"], row["plan_status"], "REQUEST_CHANGES", step.comment
    )


async def _resubmit_plan(step: Step) -> None:
    problems = Problems()
    check_plan_complete(step.case.row["goals"], await _milestones(step), problems)
    problems.raise_if_any()
    await _hand_in_plan(step)


async def _start_re_evaluation(step: Step) -> None:
    row = step.case.row
    left = await step.work.tx.fetchval("platforms.open_items", OPEN_ITEMS, step.case.id)
    if left and not is_over(row["rectification_ends_on"], step.today):
        raise refuse(
            "RECTIFICATION_RUNNING",
            f"尚有 {left} 项未完成，且期限（{row['rectification_ends_on']}）未满",
            f"{left} items are open, and the period runs to {row['rectification_ends_on']}",
            "action",
        )
    await _hand_in_plan(step)


async def _hand_in_plan(step: Step) -> None:
    """A plan bettered meanwhile is under review again; one that stands is left as it is."""
    row = step.case.row
    if row["plan_status"] in ("DRAFT", "CHANGES_REQUESTED"):
        await move_plan(step.work, row["work_plan_id"], row["plan_status"], "SUBMIT")


async def _order_rectification(step: Step) -> None:
    await start_period(step, "RECTIFICATION")


async def _grant_transition(step: Step) -> None:
    await start_period(step, "TRANSITION")


async def _refuse(step: Step) -> None:
    await note_decision(step, "NOT_RECOGNISED")
    await close_plan(step)


async def _nothing(step: Step) -> None:
    """The step has no effect but the new stage."""


async def _note_review(step: Step, *, passed: bool) -> None:
    await step.work.tx.execute(
        "platforms.reviewed",
        REVIEWED,
        step.case.id,
        passed,
        (step.comment or "").strip(),
        step.case.center.jurisdiction_code,
        step.today,
    )


async def _milestones(step: Step) -> int:
    plan_id = step.case.row["work_plan_id"]
    count: int = await step.work.tx.fetchval("platforms.count_milestones", MILESTONES, plan_id)
    return count


_EFFECTS: Final[Mapping[str, Callable[[Step], Awaitable[None]]]] = {
    "SUBMIT_TO_PROVINCE": _submit_to_province,
    "RETURN_TO_PLATFORM": _return_to_platform,
    "SUBMIT_TO_CNIPA": _submit_to_cnipa,
    "START_EVALUATION": _nothing,
    "REQUEST_PLAN_CHANGE": _ask_for_changes,
    "RESUBMIT_PLAN": _resubmit_plan,
    "RECOGNISE": recognise,
    "ORDER_RECTIFICATION": _order_rectification,
    "GRANT_TRANSITION": _grant_transition,
    "START_RE_EVALUATION": _start_re_evaluation,
    "REFUSE": _refuse,
}
