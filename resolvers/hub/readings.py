"""Figures of the hub's own parts for its operators: the pool of the database, the jobs of workers.

The pool is read when somebody asks. What jobs wait is asked of the database now and then, and told
as it was; while the database is away nothing is told of it, so that no old figure is taken for new.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager
from typing import Final, NamedTuple

import asyncpg

from resolvers.database.errors import DatabaseError
from resolvers.database.pool import Database

log = logging.getLogger("hub.readings")

EVERY_SECONDS: Final = 15.0

_JOBS: Final = """
select 'jobs' as what, status::text as name, count(*)::float8 as value
from queue.pgqueuer group by status
union all
select 'wait', '', coalesce(extract(epoch from now() - min(execute_after)), 0)::float8
from queue.pgqueuer where status = 'queued' and execute_after <= now()
union all
select 'aside', name, count(*)::float8 from hub.failed_reaction group by name
union all
select 'timer', name, extract(epoch from now() - last_run_at)::float8 from hub.timer
"""


class Reading(NamedTuple):
    """One figure. `counts`: it only grows. `values` by the values of `labels`."""

    name: str
    text: str
    labels: tuple[str, ...]
    values: Mapping[tuple[str, ...], float]
    counts: bool = False


class HubReadings:
    """Called, it gives all figures there are; none before `running`."""

    def __init__(self, every: float = EVERY_SECONDS) -> None:
        self._every = every
        self._database: Database | None = None
        self._jobs: dict[str, dict[tuple[str, ...], float]] = {}

    @asynccontextmanager
    async def running(self, database: Database) -> AsyncIterator[None]:
        """Read `database` around the block."""
        self._database = database
        task = asyncio.create_task(self._look(database))
        try:
            yield
        finally:
            self._database = None
            self._jobs = {}
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)

    def __call__(self) -> Iterator[Reading]:
        """Yield the figures."""
        database, jobs = self._database, self._jobs
        if database is None:
            return
        use = database.use
        yield Reading(
            "db_client_connection_count",
            "Connections to the database",
            ("db_client_connection_state",),
            {("used",): use.used, ("idle",): use.idle},
        )
        yield Reading(
            "db_client_connection_max", "Connections there may be", (), {(): use.max_size}
        )
        yield Reading(
            "db_client_connection_pending_requests",
            "Who waits for a connection now",
            (),
            {(): use.waiting},
        )
        yield Reading(
            "db_client_connection_timeouts",
            "Who waited for a connection in vain",
            (),
            {(): use.timeouts},
            counts=True,
        )
        if not jobs:
            return
        known = dict.fromkeys((("queued",), ("picked",), ("failed",)), 0.0)
        yield Reading(
            "hub_pull_jobs",
            "Pulls in the queue: waiting, at work, given up",
            ("status",),
            known | jobs.get("jobs", {}),
        )
        yield Reading(
            "hub_pull_wait_seconds",
            "For how long the pull that is due for longest has waited",
            (),
            {(): jobs["wait"].get(("",), 0.0)},
        )
        yield Reading(
            "hub_worker_events_put_aside",
            "Events that a reaction could not handle, kept for a person to look at",
            ("reaction",),
            jobs.get("aside", {}),
        )
        yield Reading(
            "hub_worker_timer_age_seconds",
            "How long ago a timer of the workers ran last",
            ("timer",),
            jobs.get("timer", {}),
        )

    async def _look(self, database: Database) -> None:
        while True:
            try:
                records = await database.fetch("hub.readings", _JOBS)
            except (
                DatabaseError,
                asyncpg.PostgresError,
                asyncpg.InterfaceError,
                OSError,
            ) as error:
                log.warning("the figures of jobs cannot be read now: %s", error)
                self._jobs = {}
            else:
                found: dict[str, dict[tuple[str, ...], float]] = {}
                for record in records:
                    found.setdefault(record["what"], {})[(record["name"],)] = record["value"]
                self._jobs = found
            await asyncio.sleep(self._every)
