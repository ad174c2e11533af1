"""One live source being asked: equal keys once, all keys of a request in one call, never too many.

A call runs in a task of its own, which outlives who waits for it: a reader leaves when the rule of
the source says so and shows the copy, and the answer is stored when it comes. A call that takes
longer than the source's own time-out is given up.
"""

from __future__ import annotations

import asyncio
import contextvars
import logging
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Final, cast

from adapters.config import SourceConfig
from adapters.errors import AdapterError, FileRefused, SourceProblem
from adapters.feed import Feed
from adapters.live.booking import Books
from adapters.live.breaker import Breaker
from adapters.live.expiring import Expiring
from adapters.live.feeds import LIVE_FEEDS
from adapters.source import LiveSource, Source
from resolvers.database.errors import DatabaseError
from resolvers.database.pool import Database
from resolvers.live import LiveNote, Mode, Reason, RecordKey

log = logging.getLogger("hub.live")

MOST_KEYS: Final = 500
"""Keys in one call; the kinds of sources cut it further as their interfaces need."""
MOST_CALLS: Final = 4
MOST_IN_FLIGHT: Final = 2_000
"""Keys of one source that are being asked for; of more the copies are shown."""
MOST_REMEMBERED: Final = 50_000
"""Keys of one source of which it is remembered when it spoke of them: some 15 MB."""

Open = Callable[[SourceConfig], Source]


class Asker:
    """Asks one source. `open_` makes the source when it is asked for the first time."""

    def __init__(self, database: Database, config: SourceConfig, feed: Feed, open_: Open) -> None:
        assert config.live is not None
        self.config, self.live = config, config.live
        self.type = LIVE_FEEDS[feed.feed].type
        self.breaker = Breaker(config.bounds.open_after, config.bounds.open_seconds)
        self._names = LIVE_FEEDS[feed.feed].key
        self._open = open_
        self._source: LiveSource | None = None
        self._books = Books(database, config, feed)
        self._gate = asyncio.Semaphore(MOST_CALLS)
        self._said: Expiring[RecordKey, datetime] = Expiring(MOST_REMEMBERED)
        self._in_flight: dict[RecordKey, asyncio.Task[Reason | None]] = {}
        self._tasks: set[asyncio.Task[Reason | None]] = set()
        fixed = feed.constants(config.center, config.constants)
        free = {*config.fields, *config.columns.values()}
        self._own = {name: text for name, text in fixed.items() if name not in free}

    def may_know(self, key: RecordKey) -> bool:
        """Whether the source may have a record: its rows all say the same in some fields."""
        pairs = zip(self._names, key, strict=True)
        return all(self._own.get(name, part) == part for name, part in pairs)

    def said_at(self, key: RecordKey) -> datetime | None:
        """Return when the source spoke of a record, None when that is unknown or too long ago."""
        return self._said.get(key)

    def note_said(self, key: RecordKey, at: datetime) -> bool:
        """Take note of when the source spoke of a record; return whether that is recent enough."""
        left = self.live.max_age - (datetime.now(UTC) - at).total_seconds()
        self._said.put(key, at, left)
        return left > 0

    async def ask(self, copies: Mapping[RecordKey, datetime | None]) -> LiveNote:
        """Ask for some records, waiting as long as the source's rule says.

        `copies`: key → when the source said what is stored of it, None when nothing is.
        """
        tasks, reason = self._started(copies)
        if tasks:
            done, late = await asyncio.wait(tasks, timeout=self.live.timeout)
            for task in done:
                reason = reason or ("DOWN" if task.cancelled() else task.result())
            if late:
                reason = reason or "SLOW"
        times = [self._said.get(key) or copies[key] for key in copies]
        known = [at for at in times if at is not None]
        return self.note(min(known, default=None), reason)

    def note(self, as_of: datetime | None, reason: Reason | None) -> LiveNote:
        """Return what is told of this source; without a reason it has just answered."""
        mode: Mode = "LIVE" if reason is None else "COPY"
        return LiveNote(self.type, self.config.code, self.config.center, mode, as_of, reason)

    def _started(
        self, keys: Mapping[RecordKey, object]
    ) -> tuple[set[asyncio.Task[Reason | None]], Reason | None]:
        """Return the calls that will tell of some keys, and why there is none for all of them."""
        joined = {self._in_flight[key] for key in keys if key in self._in_flight}
        new = [key for key in keys if key not in self._in_flight]
        if not new:
            return joined, None
        if self.breaker.is_resting:
            return joined, "RESTING"
        if len(self._in_flight) + len(new) > MOST_IN_FLIGHT:
            return joined, "BUSY"
        for start in range(0, len(new), MOST_KEYS):
            part = new[start : start + MOST_KEYS]
            self.breaker.begin()
            # In a context of its own: the request it began for may be over before it is.
            task = asyncio.get_running_loop().create_task(
                self._call(part), context=contextvars.Context()
            )
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)
            self._in_flight.update(dict.fromkeys(part, task))
            joined.add(task)
        return joined, None

    async def _call(self, keys: Sequence[RecordKey]) -> Reason | None:
        """Ask for some keys and store the answer; return why there is none."""
        try:
            async with self._gate:
                return await self._answered(keys)
        except asyncio.CancelledError:
            self.breaker.left()
            raise
        finally:
            for key in keys:
                self._in_flight.pop(key, None)

    async def _answered(self, keys: Sequence[RecordKey]) -> Reason | None:
        asked_at = datetime.now(UTC)
        try:
            async with asyncio.timeout(self.config.bounds.timeout):
                opened = await self._live_source().look_up(
                    [dict(zip(self._names, key, strict=True)) for key in keys]
                )
            try:
                await self._books.take_in(opened, keys)
            finally:
                opened.close()
        except DatabaseError as error:
            log.error("%s: the answer of a live source was not stored: %s", self.config.code, error)
            self.breaker.left()
            return "BUSY"
        except Exception as error:
            return self._failed(error)
        self.breaker.worked()
        for key in keys:
            self._said.put(key, asked_at, self.live.max_age)
        return None

    def _failed(self, error: Exception) -> Reason:
        if isinstance(error, SourceProblem) and error.code == "SOURCE_BUSY":
            self.breaker.left()
            return "BUSY"
        self.breaker.failed()
        if isinstance(error, SourceProblem | FileRefused):
            log.warning("%s: %s", self.config.code, error)
        elif isinstance(error, TimeoutError):
            log.warning("%s: no answer in %g s", self.config.code, self.config.bounds.timeout)
        else:
            log.error("%s: asking a live source failed", self.config.code, exc_info=error)
        return "DOWN"

    def _live_source(self) -> LiveSource:
        if self._source is None:
            self._source = cast(LiveSource, self._open(self.config))
        return self._source

    async def close(self) -> None:
        """End what still runs, and close the source."""
        for task in tuple(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        if self._source is not None:
            try:
                await self._source.close()
            except AdapterError as error:
                log.warning("%s: closing failed: %s", self.config.code, error)
