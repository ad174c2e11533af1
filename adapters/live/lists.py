"""Lists of a live source (`live: {lists: true}`): what is new is pulled before the list is read.

An ordinary pull, incremental where the source can be, so its locks hold: while another worker pulls
the source, or after too many failed pulls, the copy is shown. One pull of a source runs at a time
and few in a process, since each holds a connection for its lock.
"""

from __future__ import annotations

import asyncio
import contextvars
import logging
from datetime import UTC, datetime
from typing import Final

from adapters.live.asker import Asker
from adapters.live.freshness import read_pulled
from adapters.store.sources import open_until
from adapters.sync import pull_source
from resolvers.database.errors import DatabaseError
from resolvers.database.pool import Database
from resolvers.live import LiveNote, Reason

log = logging.getLogger("hub.live")

MOST_PULLS: Final = 2


class ListPulls:
    """The pulls of a process that lists have asked for."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._running: dict[str, asyncio.Task[Reason | None]] = {}
        self._pulled: dict[str, datetime] = {}

    async def refresh(self, asker: Asker) -> LiveNote:
        """Pull a source unless it was pulled recently, waiting as long as its rule says."""
        code = asker.config.code
        pulled = self._recent(asker)
        if pulled is None and code not in self._running:
            found = (await read_pulled(self._database, [code])).get(code)
            if found is not None:
                self._pulled[code] = max(found, self._pulled.get(code, found))
            pulled = self._recent(asker)
        if pulled is not None:
            return asker.note(pulled, "FRESH")
        task, reason = await self._task(asker)
        if task is not None:
            done, _ = await asyncio.wait([task], timeout=asker.live.timeout)
            reason = _outcome(task) if done else "SLOW"
        return asker.note(self._pulled.get(code), reason)

    def _recent(self, asker: Asker) -> datetime | None:
        pulled = self._pulled.get(asker.config.code)
        if pulled is None:
            return None
        age = (datetime.now(UTC) - pulled).total_seconds()
        return pulled if age < asker.live.max_age else None

    async def _task(self, asker: Asker) -> tuple[asyncio.Task[Reason | None] | None, Reason | None]:
        """Return the pull that runs or begins, or why none does."""
        code = asker.config.code
        if code in self._running:
            return self._running[code], None
        if asker.breaker.is_resting:
            return None, "RESTING"
        if await open_until(self._database, asker.config, datetime.now(UTC)) is not None:
            return None, "RESTING"
        if code in self._running:  # another request began it meanwhile
            return self._running[code], None
        if len(self._running) >= MOST_PULLS:
            return None, "BUSY"
        task = asyncio.get_running_loop().create_task(
            self._pull(asker), context=contextvars.Context()
        )
        self._running[code] = task
        return task, None

    async def _pull(self, asker: Asker) -> Reason | None:
        began = datetime.now(UTC)
        code = asker.config.code
        asker.breaker.begin()
        try:
            report = await pull_source(self._database, asker.config)
        except DatabaseError as error:
            log.error("%s: pulling a live source failed: %s", code, error)
            asker.breaker.left()
            return "BUSY"
        except Exception:
            log.exception("%s: pulling a live source failed", code)
            asker.breaker.failed()
            return "DOWN"
        except asyncio.CancelledError:
            asker.breaker.left()
            raise
        finally:
            self._running.pop(code, None)
        problem = report.first_problem
        if problem is not None and problem.code == "SOURCE_BUSY":
            asker.breaker.left()
            return "BUSY"
        if report.problem is not None:
            asker.breaker.failed()
            return "DOWN"
        asker.breaker.worked()
        # A refused batch is the centre's to correct; asking again at once would not help.
        self._pulled[code] = began
        return None

    async def close(self) -> None:
        """End the pulls; each goes on from its checkpoint another time."""
        tasks = list(self._running.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


def _outcome(task: asyncio.Task[Reason | None]) -> Reason | None:
    return "DOWN" if task.cancelled() else task.result()
