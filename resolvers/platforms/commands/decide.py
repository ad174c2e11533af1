"""Decisions of CNIPA on a case: which members belong to which action, and how they are kept."""

from __future__ import annotations

from typing import Final

from resolvers.platforms.commands.plans import move_plan
from resolvers.platforms.commands.step import Decision, Step
from resolvers.platforms.rules.periods import rectification_ends_on
from resolvers.platforms.rules.texts import check_text
from resolvers.refusal import Problems

DECIDED: Final = """
update platforms.recognition_case
set outcome = $2, document_number = $3, decided_on = $4, reason = $5
where id = $1
"""
PERIOD: Final = """
update platforms.recognition_case
set rectification_kind = $2, rectification_starts_on = $3, rectification_ends_on = $4
where id = $1
"""
ADD_ITEMS: Final = """
insert into platforms.rectification_item (case_id, ordinal, requirement)
select $1, ordinal - 1, requirement
from unnest($2::text[]) with ordinality as given (requirement, ordinal)
"""
DECIDING: Final = frozenset({"RECOGNISE", "ORDER_RECTIFICATION", "GRANT_TRANSITION", "REFUSE"})
WITH_ITEMS: Final = frozenset({"ORDER_RECTIFICATION", "GRANT_TRANSITION"})
MOST_ITEMS: Final = 50


def check_members(action: str, decision: Decision | None, problems: Problems) -> None:
    """Add DECISION_NOT_TAKEN, OFFICIAL_NAME_NOT_TAKEN, RECTIFICATION_ITEMS_NOT_TAKEN,
    RECTIFICATION_ITEMS_REQUIRED, LIST_TOO_LONG, and what is wrong with the texts."""
    given = decision or Decision()
    if action not in DECIDING:
        problems.check(
            decision is None,
            "DECISION_NOT_TAKEN",
            "此操作不带决定",
            "This action takes no decision",
            "decision",
        )
        return
    if action == "RECOGNISE":
        check_text(problems, given.official_name or "", 100, "decision", "officialName")
    else:
        # Only a recognition names a centre (DOMAIN §1.4 D1).
        problems.check(
            given.official_name is None,
            "OFFICIAL_NAME_NOT_TAKEN",
            "仅认定时命名",
            "Only a recognition gives a name",
            "decision",
            "officialName",
        )
    check_text(
        problems, given.document_number or "", 100, "decision", "documentNumber", required=False
    )
    check_text(problems, given.reason or "", 2_000, "decision", "reason", required=False)
    _check_items(action, given.items, problems)


def _check_items(action: str, items: tuple[str, ...], problems: Problems) -> None:
    path = ("decision", "rectificationItems")
    problems.check(
        action in WITH_ITEMS or not items,
        "RECTIFICATION_ITEMS_NOT_TAKEN",
        "此操作不带整改要求",
        "This action takes no items of rectification",
        *path,
    )
    problems.check(
        action != "ORDER_RECTIFICATION" or bool(items),
        "RECTIFICATION_ITEMS_REQUIRED",
        "责令整改须列明至少一项要求",
        "An order of rectification names at least one item",
        *path,
    )
    problems.check(
        len(items) <= MOST_ITEMS,
        "LIST_TOO_LONG",
        f"最多 {MOST_ITEMS} 项",
        f"At most {MOST_ITEMS} items",
        *path,
    )
    for number, text in enumerate(items[:MOST_ITEMS]):
        check_text(problems, text, 500, *path, str(number))


async def note_decision(step: Step, outcome: str) -> None:
    """Keep the decision with the case; without a reason the comment is the reason."""
    await step.work.tx.execute(
        "platforms.decided",
        DECIDED,
        step.case.id,
        outcome,
        step.decision.document_number,
        step.today,
        step.decision.reason or step.comment,
    )


async def start_period(step: Step, kind: str) -> None:
    """Begin the year of rectification or transition today (DOMAIN §1.3 C8)."""
    await note_decision(step, kind)
    await step.work.tx.execute(
        "platforms.period",
        PERIOD,
        step.case.id,
        kind,
        step.today,
        rectification_ends_on(step.today),
    )
    await step.work.tx.execute(
        "platforms.add_items", ADD_ITEMS, step.case.id, list(step.decision.items)
    )


async def close_plan(step: Step) -> None:
    """End the plan of a case that was refused."""
    row = step.case.row
    if row["plan_status"] != "CLOSED":
        await move_plan(step.work, row["work_plan_id"], row["plan_status"], "CLOSE")
