"""What a worker writes to the job it holds: that its pull begins, and what became of it.

PgQueuer marks, renews and deletes the rows; these statements only change what it does not know: the
payload, and the key that merges orders (`resolvers.hub.pull_queue`).
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

import asyncpg
import msgspec

from adapters.findings import Finding
from resolvers.database.pool import Database, Transaction
from resolvers.hub.pull_queue import PREFIX, URGENT, PullJob, drop_dead_letters, read_job

_HELD: Final = """
select payload from queue.pgqueuer
where id = $1 and status = 'picked' and queue_manager_id = $2 for update
"""
_POSITION: Final = """
select updated_at from reporting.source_checkpoint where source_name = $1 and stream = ''
"""
_SAVE: Final = "update queue.pgqueuer set payload = $2, dedupe_key = $3 where id = $1"
_WAITING: Final = """
select id, payload from queue.pgqueuer
where dedupe_key = $1 and status = 'queued' and id <> $2 for update
"""
_PUT_OFF: Final = """
update queue.pgqueuer
set payload = $2, execute_after = greatest(execute_after, now() + make_interval(secs => $3))
where id = $1
"""


@dataclass(frozen=True, slots=True)
class Ticket:
    """A job as held by a worker: its row, and the worker PgQueuer gave it to."""

    id: int
    worker: UUID
    job: PullJob

    @property
    def key(self) -> str:
        return PREFIX + self.job.source


async def begin(database: Database, job_id: int, worker: UUID) -> Ticket | None:
    """Note that a pull begins; None when another worker has the job by now.

    From here on, what is asked for goes into a job of its own. A job that was begun before, without
    its checkpoint having moved since, was lost with its worker: how often is counted.
    """
    async with database.transaction() as tx:
        payload = await tx.fetchval("queue.held", _HELD, job_id, worker)
        if payload is None:
            return None
        job = read_job(payload)
        position = await tx.fetchval("queue.position", _POSITION, job.source)
        stuck = job.taken > 0 and job.position == position
        job = msgspec.structs.replace(job, taken=job.taken + 1 if stuck else 1, position=position)
        await _save(tx, job_id, job, None)
    return Ticket(job_id, worker, job)


async def note_done(database: Database, ticket: Ticket) -> None:
    """Forget earlier dead letters of the source: what they wanted has been pulled now."""
    async with database.transaction() as tx:
        await drop_dead_letters(tx, ticket.job.source, full=ticket.job.full)


async def note_dead(database: Database, ticket: Ticket, problem: Finding, now: datetime) -> None:
    """Note why the job is given up; the source keeps one dead letter, this one."""
    async with database.transaction() as tx:
        earlier = await drop_dead_letters(tx, ticket.job.source)
        full = ticket.job.full or any(job.full for job in earlier)
        job = msgspec.structs.replace(_failed(ticket.job, problem, now), full=full)
        await _save(tx, ticket.id, job, None)


async def note_again(
    database: Database, ticket: Ticket, delay: float, problem: Finding | None, now: datetime
) -> bool:
    """Note why the job goes back; False when it need not, as another of its source waits already.

    That one then takes over what this one knows, and waits as long unless somebody waits for it.
    """
    job = ticket.job if problem is None else _failed(ticket.job, problem, now)
    job = msgspec.structs.replace(job, taken=0)
    while True:
        # Another order may come between the look and the write; then it is seen the next time.
        with suppress(asyncpg.UniqueViolationError):
            return await _put_back(database, ticket, job, delay)


async def _put_back(database: Database, ticket: Ticket, job: PullJob, delay: float) -> bool:
    async with database.transaction() as tx:
        record = await tx.fetchrow("queue.waiting", _WAITING, ticket.key, ticket.id)
        if record is None:
            await _save(tx, ticket.id, job, ticket.key)
            return True
        waiting = read_job(record["payload"])
        merged = msgspec.structs.replace(
            job,
            reason=waiting.reason,
            full=job.full or waiting.full,
            failures=0 if waiting.reason in URGENT else job.failures,
        )
        seconds = 0.0 if waiting.reason in URGENT else delay
        await tx.execute(
            "queue.put_off", _PUT_OFF, record["id"], msgspec.json.encode(merged), seconds
        )
        return False


def _failed(job: PullJob, problem: Finding, now: datetime) -> PullJob:
    return msgspec.structs.replace(
        job,
        failures=job.failures + 1,
        code=problem.code,
        message=problem.message,
        failed_at=now,
    )


async def _save(tx: Transaction, job_id: int, job: PullJob, key: str | None) -> None:
    await tx.execute("queue.save", _SAVE, job_id, msgspec.json.encode(job), key)
