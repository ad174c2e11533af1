"""What `platforms` leaves to the worker: periods that run out, and names whose day has come."""

from __future__ import annotations

from typing import Final
from uuid import UUID

from asyncpg import Record

from resolvers.hub.commands import Work
from resolvers.hub.worker import JobContext, Jobs, Timer
from resolvers.platforms.commands.centers import lock_center, set_name
from resolvers.platforms.commands.plans import move_plan

BATCH: Final = 200

OVERDUE: Final = """
select k.id, k.center_code, k.rectification_ends_on, c.jurisdiction_code
from platforms.recognition_case as k
join platforms.operation_center as c on c.code = k.center_code
where k.stage in ('RECTIFICATION', 'TRANSITION') and k.overdue_noted_at is null
  and k.rectification_ends_on < $1
order by k.rectification_ends_on, k.id limit $2 for update of k
"""
ANY_OVERDUE: Final = """
select exists (
  select from platforms.recognition_case
  where stage in ('RECTIFICATION', 'TRANSITION') and overdue_noted_at is null
    and rectification_ends_on < $1)
"""
NOTE_OVERDUE: Final = """
update platforms.recognition_case set overdue_noted_at = $2 where id = any($1)
"""
# A case that is not decided yet needs its plan, however long rectification took.
ENDED_PLANS: Final = """
select p.id, p.center_code from platforms.work_plan as p
where p.status = 'APPROVED' and p.ends_on < $1 and not exists (
  select from platforms.recognition_case as k
  where k.work_plan_id = p.id and k.stage not in ('RECOGNISED', 'NOT_RECOGNISED'))
order by p.ends_on, p.id limit $2
"""
PLAN_STATUS: Final = "select status from platforms.work_plan where id = $1"
DUE_DOCUMENTS: Final = """
select distinct k.document_number from platforms.recognition_case as k
join platforms.policy_document as d on d.number = k.document_number
where k.official_name is not null and k.named_on is null
  and (d.published_on is null or d.published_on <= $1)
order by k.document_number limit $2
"""
UNNAMED: Final = """
select id, center_code, official_name, name_scheme from platforms.recognition_case
where document_number = $1 and official_name is not null and named_on is null
order by center_code
"""
NAMED: Final = "update platforms.recognition_case set named_on = $2 where id = $1"


async def note_overdue(context: JobContext) -> None:
    """Tell once of each rectification or transition whose year is over without a re-evaluation.

    `Rectification.overdue` itself is computed when asked; this only makes it heard.
    """
    while await context.database.fetchval("platforms.any_overdue", ANY_OVERDUE, context.today):
        async with context.command("platforms", "noteOverdue").transaction() as work:
            found = await work.tx.fetch("platforms.overdue", OVERDUE, context.today, BATCH)
            work.key = f"{len(found)} cases"
            for each in found:
                payload = {"center": each["center_code"], "jurisdiction": each["jurisdiction_code"]}
                await work.publish("platforms.rectification_overdue", str(each["id"]), payload)
            ids = [each["id"] for each in found]
            await work.tx.execute("platforms.note_overdue", NOTE_OVERDUE, ids, context.now)


async def close_plans(context: JobContext) -> None:
    """Close approved work plans whose three years are over, once their case is decided."""
    while True:
        found = await context.database.fetch(
            "platforms.ended_plans", ENDED_PLANS, context.today, BATCH
        )
        for each in found:
            async with context.command("platforms", "closePlan").transaction() as work:
                await _close_plan(work, each)
        if len(found) < BATCH:
            return


async def _close_plan(work: Work, plan: Record) -> None:
    plan_id: UUID = plan["id"]
    work.key = str(plan_id)
    await lock_center(work, plan["center_code"])
    status = await work.tx.fetchval("platforms.plan_status", PLAN_STATUS, plan_id)
    if status == "APPROVED":
        await move_plan(work, plan_id, status, "CLOSE")


async def use_names(context: JobContext) -> None:
    """Give centres the names of documents that are published now: all of one document at once.

    Also of documents whose day was taken out of the register after the decision.
    """
    found = await context.database.fetch(
        "platforms.due_documents", DUE_DOCUMENTS, context.today, BATCH
    )
    for each in found:
        async with context.command("platforms", "useNames").transaction() as work:
            work.key = each["document_number"]
            for case in await work.tx.fetch("platforms.unnamed", UNNAMED, work.key):
                center = await lock_center(work, case["center_code"])
                await set_name(
                    work, center, case["official_name"], case["name_scheme"], context.today
                )
                await work.tx.execute("platforms.case_named", NAMED, case["id"], context.today)
                payload = {"name": case["official_name"]}
                await work.publish("platforms.center_named", center.code, payload)


JOBS: Final = Jobs(
    timers=(
        Timer("platforms.note_overdue", 3_600, note_overdue),
        Timer("platforms.close_plans", 3_600, close_plans),
        Timer("platforms.use_names", 600, use_names),
    )
)
