"""Work plans inside commands: written, moved through their states, approved; their milestones."""

from __future__ import annotations

from datetime import date
from typing import Final
from uuid import UUID

from resolvers.hub.commands import Command, Work
from resolvers.hub.history import Change, record_change
from resolvers.platforms.commands.centers import lock_center
from resolvers.platforms.dossier import PlanDraft
from resolvers.platforms.rights import HOST
from resolvers.platforms.rules.periods import plan_ends_on
from resolvers.platforms.workflows.work_plan import WORK_PLAN
from resolvers.refusal import not_found, refuse
from resolvers.workflow import require

INSERT: Final = """
insert into platforms.work_plan (center_code, starts_on, ends_on, goals, status)
values ($1, $2, $3, $4, 'DRAFT') returning id
"""
UPDATE: Final = """
update platforms.work_plan set starts_on = $2, ends_on = $3, goals = $4 where id = $1
"""
CLEAR_MILESTONES: Final = "delete from platforms.milestone where plan_id = $1"
ADD_MILESTONES: Final = """
insert into platforms.milestone (plan_id, ordinal, title, task, measure, due_on)
select $1, ordinal, title, task, measure, due_on
from unnest($2::int[], $3::text[], $4::text[], $5::text[], $6::date[])
  as given (ordinal, title, task, measure, due_on)
"""
SET_STATUS: Final = "update platforms.work_plan set status = $2 where id = $1"
CENTER_OF_PLAN: Final = "select center_code from platforms.work_plan where id = $1"
STATUS: Final = "select status from platforms.work_plan where id = $1"
MILESTONE: Final = """
select m.plan_id, m.done_on, p.center_code from platforms.milestone as m
join platforms.work_plan as p on p.id = m.plan_id where m.id = $1
"""
PLAN_AND_MILESTONE: Final = """
select p.status, p.starts_on, m.done_on from platforms.milestone as m
join platforms.work_plan as p on p.id = m.plan_id where m.id = $1
"""
COMPLETE: Final = "update platforms.milestone set done_on = $2 where id = $1"


async def create_plan(work: Work, center_code: str, plan: PlanDraft) -> UUID:
    """Write a new plan as DRAFT."""
    plan_id: UUID = await work.tx.fetchval(
        "platforms.insert_plan",
        INSERT,
        center_code,
        plan.starts_on,
        plan_ends_on(plan.starts_on),
        list(plan.goals),
    )
    await _add_milestones(work, plan_id, plan)
    await record_change(
        work, "platforms", Change(WORK_PLAN.name, str(plan_id), None, "DRAFT", None)
    )
    return plan_id


async def rewrite_plan(work: Work, plan_id: UUID, status: str, plan: PlanDraft) -> None:
    """Replace what a plan says; it is a DRAFT again."""
    ends_on = plan_ends_on(plan.starts_on)
    await work.tx.execute(
        "platforms.update_plan", UPDATE, plan_id, plan.starts_on, ends_on, list(plan.goals)
    )
    await work.tx.execute("platforms.clear_milestones", CLEAR_MILESTONES, plan_id)
    await _add_milestones(work, plan_id, plan)
    if status != "DRAFT":
        await move_plan(work, plan_id, status, "REVISE")


async def _add_milestones(work: Work, plan_id: UUID, plan: PlanDraft) -> None:
    given = plan.milestones
    await work.tx.execute(
        "platforms.add_milestones",
        ADD_MILESTONES,
        plan_id,
        list(range(len(given))),
        [each.title for each in given],
        [each.task for each in given],
        [each.measure for each in given],
        [each.due_on for each in given],
    )


async def move_plan(
    work: Work, plan_id: UUID, status: str, action: str, comment: str | None = None
) -> None:
    """Take a plan through a step of its workflow.

    Raises:
        Refused: TRANSITION_NOT_ALLOWED.
    """
    step = WORK_PLAN.find(status, action)
    if step is None:
        raise WORK_PLAN.not_allowed(status, action)
    await work.tx.execute("platforms.set_plan_status", SET_STATUS, plan_id, step.targets[0])
    change = Change(WORK_PLAN.name, str(plan_id), status, step.targets[0], action, comment)
    await record_change(work, "platforms", change)


async def approve_plan(command: Command, plan_id: UUID, comment: str | None) -> None:
    """Approve a plan under review, as CNIPA."""
    async with command.transaction() as work:
        code = await work.tx.fetchval("platforms.center_of_plan", CENTER_OF_PLAN, plan_id)
        if code is None:
            raise not_found("没有这个工作方案", "There is no such work plan", "id")
        center = await lock_center(work, code)
        work.key = str(plan_id)
        status = await work.tx.fetchval("platforms.plan_status", STATUS, plan_id)
        WORK_PLAN.check(status, "APPROVE", work.caller, center.subject, comment)
        await move_plan(work, plan_id, status, "APPROVE", comment)


async def complete_milestone(
    command: Command, milestone_id: UUID, done_on: date, today: date
) -> UUID:
    """Note the day on which a milestone of an approved plan was reached; return the plan's id.

    Raises:
        Refused: NOT_FOUND, PLAN_NOT_APPROVED, DATE_RANGE, ALREADY_DONE.
    """
    async with command.transaction() as work:
        found = await work.tx.fetchrow("platforms.milestone", MILESTONE, milestone_id)
        if found is None:
            raise not_found("没有这个节点", "There is no such milestone", "id")
        center = await lock_center(work, found["center_code"])
        require(HOST, work.caller, center.subject)
        held = await work.tx.fetchrow("platforms.held", PLAN_AND_MILESTONE, milestone_id)
        if held is None:
            raise not_found("没有这个节点", "There is no such milestone", "id")
        if held["status"] != "APPROVED":
            raise refuse(
                "PLAN_NOT_APPROVED", "工作方案尚未通过", "The work plan is not approved", "id"
            )
        if held["done_on"] is not None:
            raise refuse("ALREADY_DONE", "该节点已完成", "The milestone is done already", "id")
        if not held["starts_on"] <= done_on <= today:
            raise refuse(
                "DATE_RANGE",
                "日期应在方案起始日至今天之间",
                "The day is between the plan's first day and today",
                "doneOn",
            )
        work.key = str(milestone_id)
        await work.tx.execute("platforms.complete", COMPLETE, milestone_id, done_on)
        plan_id: UUID = found["plan_id"]
        payload = {"center": center.code, "plan": str(plan_id)}
        await work.publish("platforms.milestone_done", str(milestone_id), payload)
        return plan_id
