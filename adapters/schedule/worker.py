"""A worker's part in the queue of pulls: it takes the jobs of the sources it has files for.

One connection outside the pool carries all that PgQueuer says and hears. When it is lost, the pulls
in hand are stopped (another worker takes their jobs over anyway) and it is opened again.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Final
from uuid import UUID

from pgqueuer.adapters.drivers.asyncpg import AsyncpgDriver
from pgqueuer.core.executors import EntrypointExecutor, EntrypointExecutorParameters
from pgqueuer.core.qm import QueueManager
from pgqueuer.domain.errors import RetryRequested
from pgqueuer.domain.models import Context, Job
from pgqueuer.domain.types import QueueEntrypoint

from adapters.progress import Progress, Silent
from adapters.schedule.puller import AWAY, Puller, PullGivenUp
from adapters.schedule.settings import PullSettings
from adapters.schedule.sources import SourceFiles, keep_registered, register
from adapters.schedule.tables import SETTINGS, queue_queries
from resolvers.database.direct import open_direct
from resolvers.database.pool import Database
from resolvers.hub.pull_queue import PREFIX

log = logging.getLogger("hub.pulls")

APPLICATION: Final = "zhitong-hub-pulls"
SEEN_SECONDS: Final = 60.0
"""How often a worker says which sources it has files for."""
RECONNECT_SECONDS: Final = 1.0


def _is_news(record: logging.LogRecord) -> bool:
    """Leave out PgQueuer's tracebacks of jobs that were given up: why is told in one line."""
    return not (record.exc_info and isinstance(record.exc_info[1], PullGivenUp))


@dataclass(slots=True)
class PullWorker:
    """Takes jobs until stopped. Use `running()`."""

    database: Database
    files: SourceFiles
    settings: PullSettings = field(default_factory=PullSettings)
    progress: Progress = field(default_factory=Silent)
    clock: Callable[[], datetime] = field(default=lambda: datetime.now(UTC))
    _manager: QueueManager | None = None
    _puller: Puller | None = None
    _stopping: bool = False

    def __post_init__(self) -> None:
        logging.getLogger("pgqueuer").addFilter(_is_news)

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Work around the block. At its end no job is begun any more, batches in hand have
        `settings.grace` seconds to be finished, and unfinished jobs go back into the queue."""
        await self._reread()
        serving = asyncio.create_task(self._serve())
        beside = [
            asyncio.create_task(_forever(self.settings.watch, self._reread)),
            asyncio.create_task(_forever(SEEN_SECONDS, self._keep_registered)),
        ]
        try:
            yield
        finally:
            for task in beside:
                task.cancel()
            await self._stop(serving)
            await asyncio.gather(serving, *beside, return_exceptions=True)

    async def _stop(self, serving: asyncio.Task[None]) -> None:
        self._stopping = True
        if self._manager is not None:
            self._manager.shutdown.set()
        if self._puller is not None:
            await self._puller.stop(self.settings.grace)
        # What is left is to write down what became of the jobs; a database that is away cannot.
        done, _ = await asyncio.wait({serving}, timeout=self.settings.grace + RECONNECT_SECONDS)
        if not done:
            serving.cancel()

    async def _serve(self) -> None:
        while not self._stopping:
            try:
                await self._serve_connected()
            except AWAY as error:
                log.warning("the queue of pulls cannot be reached now: %s", error)
            except Exception as error:
                log.error("the queue of pulls failed", exc_info=error)
            if not self._stopping:
                await asyncio.sleep(RECONNECT_SECONDS)

    async def _serve_connected(self) -> None:
        """Take jobs over one connection until it is lost or the worker stops."""
        async with open_direct(self.database, APPLICATION) as connection:
            lost = asyncio.Event()
            connection.add_termination_listener(lambda _: lost.set())
            if self._stopping:
                return
            manager = QueueManager(queue_queries(AsyncpgDriver(connection)), SETTINGS.channel)
            manager.min_dequeue_poll_interval = timedelta(seconds=self.settings.poll)
            puller = Puller(self.database, self.settings, self.progress, self.clock)
            self._manager, self._puller = manager, puller
            self._offer()
            working = asyncio.create_task(
                manager.run(
                    dequeue_timeout=timedelta(seconds=self.settings.poll),
                    # One by one, so that a worker never holds more than it pulls.
                    batch_size=1,
                    max_concurrent_tasks=max(2, self.settings.pulls),
                    heartbeat_timeout=timedelta(seconds=self.settings.heartbeat),
                    log_aggregation_interval=timedelta(0),
                )
            )
            losing = asyncio.create_task(lost.wait())
            try:
                await asyncio.wait({working, losing}, return_when=asyncio.FIRST_COMPLETED)
                if not self._stopping:
                    manager.shutdown.set()
                    await puller.stop(0)
                await working
            finally:
                self._manager = self._puller = None
                losing.cancel()
                working.cancel()
                await asyncio.gather(losing, working, return_exceptions=True)

    async def _reread(self) -> None:
        """Look at the source files; tell the hub and PgQueuer what changed."""
        if await asyncio.to_thread(self.files.reread):
            await register(self.database, self.files.sources.values(), self.clock())
            self._offer()

    async def _keep_registered(self) -> None:
        await keep_registered(self.database, self.files.sources, self.clock())

    def _offer(self) -> None:
        """Offer PgQueuer the entry points of the sources there are files for, and no others."""
        if self._manager is None or self._puller is None:
            return
        registry = self._manager.entrypoint_registry
        wanted = {QueueEntrypoint(PREFIX + code): code for code in self.files.sources}
        for gone in set(registry) - set(wanted):
            del registry[gone]
        for entrypoint, code in wanted.items():
            if entrypoint not in registry:
                parameters = EntrypointExecutorParameters(
                    concurrency_limit=1,
                    func=partial(self._run, code, self._puller, self._manager.queue_manager_id),
                    accepts_context=True,
                    on_failure="hold",
                )
                registry[entrypoint] = EntrypointExecutor(parameters)

    async def _run(
        self, code: str, puller: Puller, worker: UUID, job: Job, context: Context
    ) -> None:
        source = self.files.sources.get(code)
        if source is None:
            raise RetryRequested(reason="the file of the source went")
        await puller.run(job, context, worker, source)


async def _forever(seconds: float, work: Callable[[], Awaitable[None]]) -> None:
    while True:
        await asyncio.sleep(seconds)
        try:
            await work()
        except AWAY as error:
            log.warning("the worker waits: %s", error)
