"""The books of the sources: what is configured, and how their pulls go (`reporting.source`)."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

import msgspec

from adapters.config import SourceConfig
from adapters.findings import Finding
from adapters.model import SyncReport
from resolvers.database.pool import Database, Transaction
from resolvers.hub.events import publish

PULL_FINISHED: Final = "reporting.pull_finished"
"""Topic told when a pull ends, by its source: {status: DONE | FAILED | STOPPED, changed}."""

NO_FAILURE: Final = frozenset({"SOURCE_CANCELLED", "SOURCE_BUSY"})
"""Ends of a pull that say nothing about the source."""

_REGISTER: Final = """
insert into reporting.source as held (
    code, name, center_code, kind, feed, precedence, schedule, live, configured, seen_at)
values ($1, $2, $3, $4, $5, $6, $7, $8, false, $9)
on conflict (code) do update set
    name = excluded.name, center_code = excluded.center_code, kind = excluded.kind,
    feed = excluded.feed, precedence = excluded.precedence, schedule = excluded.schedule,
    live = excluded.live, seen_at = excluded.seen_at
returning id
"""
_STARTED: Final = """
update reporting.source set last_status = 'RUNNING', last_started_at = $2 where code = $1
"""
# $9: the pull was stopped and did not fail, so the count of failures stays. $10: only a batch was
# refused.
_FINISHED: Final = """
update reporting.source set
    last_status = $2, last_finished_at = $3, last_code = $4, last_message = $5, last_changed = $6,
    failures = case when $9 then failures when $10 then 0
      when $2 = 'FAILED' then failures + 1 else 0 end,
    open_until = case when $9 then open_until when $10 then null
      when $2 = 'FAILED' and failures + 1 >= $7 then $8::timestamptz end
where code = $1
"""
_OPEN_UNTIL: Final = "select open_until from reporting.source where code = $1 and open_until > $2"


async def register_source(
    database: Database | Transaction, source: SourceConfig, now: datetime
) -> int:
    """Write what a file says about its source; return the number `source_row` knows it by.

    That a source is `configured`, workers say that have its file (`adapters.schedule.sources`): a
    file that was sent, or is pulled by hand, is nothing a worker could be asked to pull.
    """
    schedule = msgspec.to_builtins(source.schedule) if source.schedule else None
    number = await database.fetchval(
        "ingest.register_source",
        _REGISTER,
        source.code,
        source.name,
        source.center,
        source.kind,
        source.feed,
        source.precedence.value,
        schedule,
        source.live is not None,
        now,
    )
    return int(number)


async def note_started(database: Database, source: SourceConfig, now: datetime) -> None:
    """Note that a pull has begun."""
    await database.execute("ingest.pull_started", _STARTED, source.code, now)


async def note_finished(
    database: Database,
    source: SourceConfig,
    report: SyncReport,
    problem: Finding | None,
    now: datetime,
) -> None:
    """Note how a pull ended, and tell who waits for it (`reporting.pull_finished`).

    After `open_after` failures in a row the source is left alone for a while (circuit breaker). A
    batch that was refused is no failure of the source: it was reached, and gave what it has.
    """
    bounds, changed = source.bounds, report.total().changed
    stopped = problem is not None and problem.code in NO_FAILURE
    refused = problem is not None and any(batch.problem is problem for batch in report.batches)
    status = "FAILED" if problem else "DONE"
    async with database.transaction() as transaction:
        await transaction.execute(
            "ingest.pull_finished",
            _FINISHED,
            source.code,
            status,
            now,
            problem.code if problem else None,
            problem.message if problem else None,
            changed,
            bounds.open_after,
            now + timedelta(seconds=bounds.open_seconds),
            stopped,
            refused,
        )
        payload = {"status": "STOPPED" if stopped else status, "changed": changed}
        await publish(transaction, PULL_FINISHED, [source.code], [payload])


async def open_until(database: Database, source: SourceConfig, now: datetime) -> datetime | None:
    """Return until when the source is left alone after failing too often; None when it is not."""
    found: datetime | None = await database.fetchval(
        "ingest.open_until", _OPEN_UNTIL, source.code, now
    )
    return found
