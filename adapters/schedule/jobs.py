"""What asks for pulls by itself, left to the hub's worker (`resolvers.hub.worker`): the clock,
events, and pulls of other sources. One worker does it at a time, and what it asks for commits with
how far it has come, so nothing is asked for twice or missed.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any, Final

from adapters.schedule.clock import next_run
from adapters.store.sources import PULL_FINISHED
from resolvers.hub.commands import Work
from resolvers.hub.events import Event
from resolvers.hub.pull_queue import enqueue
from resolvers.hub.worker import (
    ADVANCE,
    BATCH,
    PENDING,
    POSITION,
    JobContext,
    Jobs,
    Reaction,
    Timer,
)

BATCH_DONE: Final = "reporting.ingest_progressed"
UNSEEN: Final = timedelta(minutes=5)
"""A source nobody has said so long that it has a file of is not configured any more."""
KEPT: Final = timedelta(days=30)
"""How long PgQueuer's log of jobs is kept."""
ON_EVENTS: Final = "adapters.pull_on_events"
NOT_FOLLOWED: Final = frozenset({BATCH_DONE, PULL_FINISHED})
"""Told by every pull: a source pulled on them would be pulled for ever; `after` is for that."""

_DUE: Final = """
select code, cron, next_run_at from queue.source_schedule where next_run_at <= $1
order by code for update skip locked
"""
_NEXT: Final = "update queue.source_schedule set next_run_at = $2 where code = $1"
_CONFIGURED: Final = "select code from reporting.source where configured and code = any($1)"
_LISTENING: Final = """
select code, schedule -> 'on' as topics from reporting.source
where configured and jsonb_array_length(coalesce(schedule -> 'on', '[]')) > 0
"""
_FOLLOWING: Final = """
select code from reporting.source where configured and schedule -> 'after' ? $1
"""
_BATCH: Final = """
select source_name from reporting.ingest_batch
where id = $1::text::uuid and status = 'LOADED' and rows_changed + rows_deleted > 0
"""
_CHANGED: Final = """
insert into queue.source_schedule (code, changed) values ($1, true)
on conflict (code) do update set changed = true
"""
_TAKE_CHANGED: Final = """
update queue.source_schedule set changed = false where code = $1 and changed returning true
"""
_FORGET_SOURCES: Final = """
update reporting.source set configured = false where configured and seen_at < $1
"""
_TRIM_LOG: Final = "delete from queue.pgqueuer_log where created < $1"


async def pull_by_clock(context: JobContext) -> None:
    """Ask for the sources whose time has come, each once however many times have passed."""
    async with context.database.transaction() as tx:
        due = await tx.fetch("queue.due", _DUE, context.now)
        for record in due:
            # Never before the time itself, whatever the clock of this machine says.
            since = max(context.now, record["next_run_at"])
            await tx.execute(
                "queue.next_run", _NEXT, record["code"], next_run(record["cron"], since)
            )
        codes = [record["code"] for record in due]
        configured = await tx.fetch("ingest.configured", _CONFIGURED, codes) if codes else []
        await enqueue(tx, [record["code"] for record in configured], "schedule")


async def pull_on_events(context: JobContext) -> None:
    """Ask for the sources that are pulled when something happens (`schedule.on`)."""
    records = await context.database.fetch("ingest.listening", _LISTENING)
    listening = {record["code"]: set(record["topics"]) - NOT_FOLLOWED for record in records}
    topics = sorted(set().union(*listening.values())) if listening else []
    while topics:
        async with context.database.transaction() as tx:
            row = await tx.fetchrow("hub.position", POSITION, ON_EVENTS)
            xid, last = (row["xid"], row["event_id"]) if row else ("0", 0)
            events = await tx.fetch("hub.pending", PENDING, xid, last, topics, BATCH)
            if not events:
                return
            told = {event["topic"] for event in events}
            await enqueue(
                tx, [code for code, wanted in listening.items() if wanted & told], "event"
            )
            await tx.execute("hub.advance", ADVANCE, ON_EVENTS, events[-1]["xid"], events[-1]["id"])


async def pull_after(context: JobContext, work: Work, event: Event, _: Any) -> None:
    """Ask for the sources that follow one whose pull, now at its end, changed something.

    Whether it did is noted batch by batch, so that a pull which was killed and goes on elsewhere
    is followed up for all of its batches, and once.
    """
    if event.topic == BATCH_DONE:
        source = await work.tx.fetchval("ingest.changed_batch", _BATCH, event.key)
        if source is not None:
            await work.tx.execute("queue.changed", _CHANGED, source)
    elif event.payload.get("status") != "STOPPED" and await work.tx.fetchval(
        "queue.take_changed", _TAKE_CHANGED, event.key
    ):
        followers = await work.tx.fetch("ingest.following", _FOLLOWING, event.key)
        await enqueue(work.tx, [record["code"] for record in followers], "after")


async def forget_sources(context: JobContext) -> None:
    """Mark sources that no worker has a file of any more."""
    await context.database.execute("ingest.forget_sources", _FORGET_SOURCES, context.now - UNSEEN)


async def trim_log(context: JobContext) -> None:
    """Forget PgQueuer's log of jobs that ended long ago."""
    await context.database.execute("queue.trim_log", _TRIM_LOG, context.now - KEPT)


JOBS: Final = Jobs(
    reactions=(Reaction("adapters.pull_after", (BATCH_DONE, PULL_FINISHED), pull_after),),
    timers=(
        Timer("adapters.pull_by_clock", 5.0, pull_by_clock),
        Timer(ON_EVENTS, 2.0, pull_on_events),
        Timer("adapters.forget_sources", 60.0, forget_sources),
        Timer("adapters.trim_queue_log", 3600.0, trim_log),
    ),
)
