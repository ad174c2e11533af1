"""`hub jobs list|failed|retry|cancel` and `hub pull --queue`: the queue of pulls.

Exit code 0: done; 1: there is no such job or source (one coded line on stderr); 2: wrong usage.
"""

from __future__ import annotations

import argparse
import asyncio
import json
from collections.abc import Callable, Coroutine
from datetime import datetime
from typing import Any, Final

from adapters.cli.shared import Shared, Subparsers, UnknownSource
from adapters.errors import AdapterError
from resolvers.database.pool import Database
from resolvers.hub.pull_queue import (
    JobRow,
    enqueue,
    find_job,
    list_jobs,
    retry_dead_letters,
)
from resolvers.values.dates import CHINA_TIME

MOST: Final = 1_000
STATUSES: Final = {"queued": "queued", "running": "picked", "failed": "failed"}
_SHOWN: Final = {status: shown for shown, status in STATUSES.items()}
_CONFIGURED: Final = "select code from reporting.source where configured order by code"


class UnknownJob(AdapterError):
    """There is no such job, or it is in no state for what is wanted."""

    code = "JOB_UNKNOWN"


def add_commands(subparsers: Subparsers, shared: Shared) -> None:
    """Add `jobs` with its commands."""
    group = subparsers.add_parser("jobs", help="pulls that wait, run or were given up")
    commands = group.add_subparsers(dest="jobs_command", metavar="COMMAND", required=True)
    listing = shared.add_parser(
        commands, "list", run_list, help="list jobs in the order they were asked for"
    )
    listing.add_argument("--status", choices=tuple(STATUSES))
    failed = shared.add_parser(
        commands, "failed", run_list, help="list jobs that were given up, and why"
    )
    failed.set_defaults(status="failed")
    for name, run, told in (
        ("retry", run_retry, "ask anew for what a job that was given up wanted"),
        ("cancel", run_cancel, "take a job out of the queue; one that runs is stopped"),
    ):
        parser = shared.add_parser(commands, name, run, help=told)
        parser.add_argument("id", type=int, metavar="ID")


def run_list(args: argparse.Namespace, shared: Shared) -> int:
    """Print jobs, at most a thousand."""
    status = STATUSES[args.status] if args.status else None
    rows = _opened(args, shared, lambda database: list_jobs(database, status, MOST))
    if args.format == "json":
        print(json.dumps({"jobs": [job_json(row) for row in rows]}, ensure_ascii=False))
        return 0
    for row in rows:
        print(_line(row))
    return 0


def run_retry(args: argparse.Namespace, shared: Shared) -> int:
    """Put a dead letter back into the queue."""

    async def retry(database: Database) -> str:
        row = await _found(database, args.id)
        async with database.transaction() as tx:
            if row.status != "failed" or not await retry_dead_letters(tx, row.job.source):
                raise UnknownJob(
                    f"job {args.id} of {row.job.source} was not given up ({_SHOWN[row.status]})"
                )
        return row.job.source

    return _done(args, "queued", [_opened(args, shared, retry)])


def run_cancel(args: argparse.Namespace, shared: Shared) -> int:
    """Take a job out; a worker that runs it hears of it and stops."""
    # Only here: PgQueuer brings much along that no other command needs.
    from adapters.schedule.cancelling import cancel_job

    async def cancel(database: Database) -> str:
        row = await _found(database, args.id)
        await cancel_job(database, row.id)
        return row.job.source

    return _done(args, "cancelled", [_opened(args, shared, cancel)])


def run_queue(args: argparse.Namespace, shared: Shared) -> int:
    """Ask the workers to pull sources, and do not wait for them (`hub pull --queue`).

    The files of the sources need not be here: known is what a worker has a file of.
    """

    async def ask(database: Database) -> list[str]:
        records = await database.fetch("ingest.configured", _CONFIGURED)
        known = [record["code"] for record in records]
        wanted = args.source or known
        for code in wanted:
            if code not in known:
                told = ", ".join(known) or "none"
                raise UnknownSource(
                    f"SOURCE_UNKNOWN: no worker has a file of {code!r}; known: {told}"
                )
        return list(await enqueue(database, wanted, "demand", full=args.full))

    return _done(args, "queued", _opened(args, shared, ask))


def job_json(row: JobRow) -> dict[str, Any]:
    """Return a job as plain values, names as in the graph."""
    job = row.job
    return {
        "id": row.id,
        "source": job.source,
        "status": _SHOWN[row.status],
        "reason": job.reason,
        "full": job.full,
        "failures": job.failures,
        "createdAt": row.created_at.isoformat(),
        "dueAt": row.due_at.isoformat(),
        "worker": row.worker,
        "heardAt": row.heard_at.isoformat() if row.worker else None,
        "code": job.code,
        "message": job.message,
        "failedAt": job.failed_at.isoformat() if job.failed_at else None,
    }


def _line(row: JobRow) -> str:
    job = row.job
    when = {"queued": row.due_at, "picked": row.heard_at, "failed": job.failed_at}[row.status]
    problem = f"  {job.code}: {(job.message or '').replace(chr(10), ' ')}" if job.code else ""
    return (
        f"{row.id:>8} {_SHOWN[row.status]:<8} {_time(when)} {job.source:<28} {job.reason:<8}"
        f" failures {job.failures}{' full' if job.full else ''}{problem}"
    )


def _time(when: datetime | None) -> str:
    return when.astimezone(CHINA_TIME).strftime("%Y-%m-%d %H:%M:%S") if when else " " * 19


async def _found(database: Database, job_id: int) -> JobRow:
    row = await find_job(database, job_id) if 0 < job_id < 2**63 else None
    if row is None:
        raise UnknownJob(f"there is no job {job_id}; `hub jobs list` shows those there are")
    return row


def _done(args: argparse.Namespace, what: str, sources: list[str]) -> int:
    if args.format == "text":
        print("\n".join(f"{what} {source}" for source in sources))
    else:
        print(json.dumps({what: sources}, ensure_ascii=False))
    return 0


def _opened(
    args: argparse.Namespace, shared: Shared, work: Callable[[Database], Coroutine[Any, Any, Any]]
) -> Any:
    async def opened() -> Any:
        async with shared.open_database(args) as database:
            return await work(database)

    return asyncio.run(opened())
