"""One job: pull its source, and decide what becomes of the job.

PgQueuer calls `Puller.run` with a job it has given to this worker. A return means done,
`RetryRequested` back into the queue, `PullGivenUp` a dead letter. Nothing else leaves, so that a
database that is away for a moment never costs a job.
"""

from __future__ import annotations

import asyncio
import logging
import random
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, Final
from uuid import UUID

import asyncpg
from pgqueuer.domain.errors import RetryRequested
from pgqueuer.domain.models import Context, Job

from adapters.config import SourceConfig
from adapters.findings import Finding, finding
from adapters.model import BatchReport, Counts, SyncReport
from adapters.progress import Progress, Silent
from adapters.schedule.jobs_table import Ticket, begin, note_again, note_dead, note_done
from adapters.schedule.settings import PullSettings
from adapters.schedule.verdict import STOPPED, Again, Dead, Done, Verdict, after, before
from adapters.store.sources import open_until
from adapters.sync import PullOptions, pull_source
from resolvers.database.errors import DatabaseError
from resolvers.database.pool import Database

log = logging.getLogger("hub.pulls")

AWAY: Final = (DatabaseError, asyncpg.PostgresError, asyncpg.InterfaceError, OSError)
AWAY_SECONDS: Final = 5.0
"""How long a job waits whose worker cannot reach the database."""


PASSING: Final = frozenset({"DATABASE_UNAVAILABLE", "DATABASE_BUSY"})
"""Failures of the database that say nothing about the source."""


class PullGivenUp(Exception):
    """The job becomes a dead letter; why is in its payload."""


class PullStopped(Exception):
    """The worker ends; the pull stopped between two batches."""


@dataclass(slots=True)
class _Stoppable:
    """Passes progress on, and stops the pull behind a batch once it is asked to."""

    progress: Progress
    stopping: bool = False

    def started(self, source: str, title: str) -> None:
        self.progress.started(source, title)

    def advanced(self, source: str, batch: str, counts: Counts) -> None:
        self.progress.advanced(source, batch, counts)

    def batch_done(self, report: BatchReport) -> None:
        self.progress.batch_done(report)
        if self.stopping:
            raise PullStopped

    def finished(self, report: SyncReport) -> None:
        self.progress.finished(report)


@dataclass(slots=True)
class Puller:
    """Runs the pulls of one worker, `settings.pulls` at once, until it is stopped."""

    database: Database
    settings: PullSettings
    progress: Progress = field(default_factory=Silent)
    clock: Callable[[], datetime] = field(default=lambda: datetime.now(UTC))
    jitter: Callable[[], float] = random.random
    stopping: bool = False
    _running: dict[asyncio.Task[SyncReport], _Stoppable] = field(default_factory=dict)
    _places: asyncio.Semaphore = field(init=False)

    def __post_init__(self) -> None:
        self._places = asyncio.Semaphore(self.settings.pulls)

    async def run(self, job: Job, context: Context, worker: UUID, source: SourceConfig) -> None:
        """Do a job of PgQueuer's.

        Raises:
            RetryRequested: it goes back into the queue. PullGivenUp: it is a dead letter now.
        """
        async with self._places:
            if self.stopping:
                raise RetryRequested(reason="the worker ends")
            try:
                ticket = await begin(self.database, job.id, worker)
                if ticket is not None:
                    await self._pull(ticket, context, source)
            except AWAY as error:
                log.warning("%s waits: %s", source.code, error)
                raise RetryRequested(timedelta(seconds=AWAY_SECONDS), "no database") from None

    async def stop(self, grace: float) -> None:
        """End all pulls: those that come to the end of a batch in `grace` seconds keep it, the
        others lose the batch in hand. Their jobs go back into the queue."""
        self.stopping = True
        running = list(self._running)
        for stoppable in self._running.values():
            stoppable.stopping = True
        if running and grace > 0:
            await asyncio.wait(running, timeout=grace)
        running = list(self._running)
        for task in running:
            task.cancel()
        if running:
            await asyncio.wait(running)

    async def _pull(self, ticket: Ticket, context: Context, source: SourceConfig) -> None:
        rests = await open_until(self.database, source, self.clock())
        verdict = before(ticket.job, self.settings, rests, self.clock())
        if verdict is None and self.stopping:
            verdict = Again(0)
        if verdict is None:
            options = PullOptions(full=ticket.job.full)
            stoppable = _Stoppable(self.progress)
            pull = pull_source(self.database, source, options, stoppable)
            problem = await self._problem(pull, stoppable, context, source)
            if context.cancellation.cancel_called:
                return  # a person cancelled it, and PgQueuer has taken the job away
            verdict = after(ticket.job, self.settings, problem, self.jitter())
            if isinstance(verdict, Done):
                await note_done(self.database, ticket)
        await self._carry_out(verdict, ticket)

    async def _problem(
        self,
        pull: Coroutine[Any, Any, SyncReport],
        stoppable: _Stoppable,
        context: Context,
        source: SourceConfig,
    ) -> Finding | None:
        """Pull; return why it failed as a whole, or was stopped; None when it went well.

        The pull is a task of its own: it is cancelled once, and then has the time to roll back.
        """
        task = asyncio.create_task(pull)
        self._running[task] = stoppable
        try:
            with context.cancellation:
                await asyncio.wait({task})
            if not task.done():
                task.cancel()
                await asyncio.wait({task})
            return task.result().problem
        except PullStopped:
            return finding(STOPPED)
        except asyncio.CancelledError:
            if task.done():
                return finding(STOPPED)
            # PgQueuer itself is being torn down.
            task.cancel()
            await asyncio.wait({task})
            raise
        except Exception as error:
            code = error.code if isinstance(error, DatabaseError) else None
            if code in PASSING:
                raise
            log.error("the pull of %s failed", source.code, exc_info=error)
            return finding("SOURCE_FAULT", kind=code or type(error).__name__)
        finally:
            del self._running[task]

    async def _carry_out(self, verdict: Verdict, ticket: Ticket) -> None:
        source = ticket.job.source
        match verdict:
            case Done():
                return
            case Again(delay, problem):
                if problem is not None:
                    log.warning("%s is tried again in %.0f s: %s", source, delay, problem.code)
                if await note_again(self.database, ticket, delay, problem, self.clock()):
                    raise RetryRequested(
                        timedelta(seconds=delay), problem.code if problem else None
                    )
            case Dead(problem):
                log.error("%s is a dead letter: %s", source, problem.code)
                await note_dead(self.database, ticket, problem, self.clock())
                raise PullGivenUp(problem.code)
