"""The queue of pulls, as everybody sees it who does not work on it: ask for a pull, look, retry.

The workers of the adapters take jobs out with PgQueuer, whose tables these are (schema `queue`,
`adapters/schedule/tables.py`); asking for a pull is one statement in the asker's own transaction,
so that an order, its audit and its cause commit together, and a process without adapters can ask.

A source has at most one job that waits: another order is merged into it. The key that makes it so
is taken off when its pull begins, so that what is asked for during a pull is pulled after it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, Literal, TypeAlias

import msgspec

from resolvers.database.pool import Queries, Transaction

PREFIX: Final = "pull:"
"""Entry point of a source's jobs is this and its code: a worker takes those it has a file for."""

Reason: TypeAlias = Literal["schedule", "after", "event", "demand", "retry"]
PRIORITIES: Final[Mapping[Reason, int]] = {
    "schedule": 0,
    "after": 5,
    "event": 5,
    "demand": 10,
    "retry": 10,
}
URGENT: Final[frozenset[Reason]] = frozenset({"demand", "retry"})
"""Somebody waits for it: it runs at once, also where the source is left alone for failing."""


class PullJob(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The payload of a job.

    `failures`: how often its pull failed. `taken`: how often it was begun since the checkpoint last
    moved, by whom it was then lost to; `position` is when that was. `code`, `message`, `failed_at`:
    the last failure, in Chinese and English.
    """

    source: str
    reason: Reason = "demand"
    full: bool = False
    failures: int = 0
    taken: int = 0
    position: datetime | None = None
    code: str | None = None
    message: str | None = None
    failed_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class JobRow:
    """A job in the queue. `status`: queued, picked (it runs) or failed (a dead letter).

    `due_at`: not before then. `worker`: who runs it, last heard of at `heard_at`.
    """

    id: int
    status: str
    job: PullJob
    created_at: datetime
    due_at: datetime
    worker: str | None
    heard_at: datetime


_ENQUEUE: Final = """
with put as (
  insert into queue.pgqueuer as job (priority, entrypoint, payload, dedupe_key, status)
  select $2, $3 || code,
    convert_to(
      jsonb_build_object('source', code, 'reason', $4::text, 'full', $5::boolean)::text, 'UTF8'),
    $3 || code, 'queued'
  from (select distinct unnest($1::text[]) as code order by code) as asked
  on conflict (dedupe_key) where status in ('queued', 'picked') and dedupe_key is not null
  do update set
    priority = greatest(job.priority, excluded.priority),
    execute_after =
      case when $6 then least(job.execute_after, excluded.execute_after) else job.execute_after end,
    payload = convert_to((
      convert_from(job.payload, 'UTF8')::jsonb
      || jsonb_build_object('full', $5 or
           coalesce((convert_from(job.payload, 'UTF8')::jsonb ->> 'full')::boolean, false))
      || case when $6 then jsonb_build_object('reason', $4::text, 'failures', 0)
              else '{}'::jsonb end)::text, 'UTF8')
  returning job.id, job.entrypoint, job.priority, xmax = 0 as fresh
), logged as (
  insert into queue.pgqueuer_log (job_id, status, entrypoint, priority)
  select id, 'queued', entrypoint, priority from put where fresh
)
select id, substr(entrypoint, length($3) + 1) as source, fresh from put order by 2
"""
_JOBS: Final = """
select id, status::text as status, payload, created, execute_after,
  queue_manager_id::text as worker, heartbeat
from queue.pgqueuer
"""
_ALL: Final = f"{_JOBS} where $1::text is null or status::text = $1 order by id limit $2"
OF_SOURCES: Final = f"{_JOBS} where entrypoint = any($1) order by entrypoint, id"
_OF_ID: Final = f"{_JOBS} where id = $1"
_DROP_DEAD: Final = """
delete from queue.pgqueuer where entrypoint = $1 and status = 'failed' and ($2 or
  (convert_from(payload, 'UTF8')::jsonb ->> 'full')::boolean is distinct from true)
returning payload
"""
_NEXT_RUNS: Final = """
select code, next_run_at from queue.source_schedule
where code = any($1) and next_run_at is not null
"""


async def enqueue(
    queries: Queries, sources: Iterable[str], reason: Reason, *, full: bool = False
) -> dict[str, bool]:
    """Ask for pulls; return source → whether a new job was made (else the waiting one was kept).

    A demand also brings a job forward that waits to be tried again.
    """
    wanted = list(sources)
    if not wanted:
        return {}
    records = await queries.fetch(
        "queue.enqueue",
        _ENQUEUE,
        wanted,
        PRIORITIES[reason],
        PREFIX,
        reason,
        full,
        reason in URGENT,
    )
    return {record["source"]: record["fresh"] for record in records}


async def list_jobs(queries: Queries, status: str | None, most: int) -> list[JobRow]:
    """Return jobs in the order they were asked for; `status` as in `JobRow`."""
    return [_row(each) for each in await queries.fetch("queue.jobs", _ALL, status, most)]


async def jobs_of(queries: Queries, sources: Iterable[str]) -> dict[str, list[JobRow]]:
    """Return the jobs of some sources."""
    entrypoints = [PREFIX + source for source in sources]
    found: dict[str, list[JobRow]] = {}
    for record in await queries.fetch("queue.jobs_of_sources", OF_SOURCES, entrypoints):
        row = _row(record)
        found.setdefault(row.job.source, []).append(row)
    return found


async def find_job(queries: Queries, job_id: int) -> JobRow | None:
    """Return one job."""
    record = await queries.fetchrow("queue.job", _OF_ID, job_id)
    return None if record is None else _row(record)


async def drop_dead_letters(
    transaction: Transaction, source: str, *, full: bool = True
) -> list[PullJob]:
    """Take the dead letters of a source away and return them; `full`: also those that wanted all
    to be read again."""
    records = await transaction.fetch("queue.drop_dead", _DROP_DEAD, PREFIX + source, full)
    return [read_job(record["payload"]) for record in records]


async def retry_dead_letters(transaction: Transaction, source: str) -> bool:
    """Ask anew for what the dead letters of a source wanted; False when there are none."""
    dead = await drop_dead_letters(transaction, source)
    if dead:
        await enqueue(transaction, [source], "retry", full=any(job.full for job in dead))
    return bool(dead)


async def next_runs(queries: Queries, sources: list[str]) -> dict[str, datetime]:
    """Return when sources are pulled next by the clock."""
    records = await queries.fetch("queue.next_runs", _NEXT_RUNS, sources)
    return {record["code"]: record["next_run_at"] for record in records}


def read_job(payload: bytes) -> PullJob:
    """Return a job from its payload."""
    return msgspec.json.decode(payload, type=PullJob)


def _row(record: Any) -> JobRow:
    return JobRow(
        record["id"],
        record["status"],
        read_job(record["payload"]),
        record["created"],
        record["execute_after"],
        record["worker"],
        record["heartbeat"],
    )
