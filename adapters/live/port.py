"""`LiveSources`: what `resolvers.live.LivePort` asks for."""

from __future__ import annotations

import asyncio
import logging
from collections import defaultdict
from collections.abc import AsyncIterator, Collection, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager
from datetime import datetime
from pathlib import Path
from typing import Final
from uuid import UUID

from adapters.config import SourceConfig
from adapters.feed import load_feeds
from adapters.live.asker import Asker, Open
from adapters.live.expiring import Expiring
from adapters.live.feeds import LIVE_FEEDS
from adapters.live.freshness import read_batches, read_pulled, read_said
from adapters.live.lists import ListPulls
from adapters.schedule.sources import SourceFiles
from adapters.sources import open_source
from resolvers.database.pool import Database
from resolvers.live import LiveNote, RecordKey, SourceOfBatch

log = logging.getLogger("hub.live")

WATCH: Final = 10.0
"""Seconds between two looks at the source files."""
MOST_REMEMBERED: Final = 50_000
"""Records of which it is remembered whose they are: some 15 MB."""


class LiveSources:
    """The live sources among those a process has files for."""

    def __init__(
        self, database: Database, sources: Iterable[SourceConfig], open_: Open = open_source
    ) -> None:
        self._database, self._open = database, open_
        self._askers: dict[str, tuple[Asker, ...]] = {}
        self._owners: Expiring[tuple[str, RecordKey], tuple[Asker, ...]] = Expiring(MOST_REMEMBERED)
        self._lists = ListPulls(database)
        self._set(sources)

    def _set(self, sources: Iterable[SourceConfig]) -> list[Asker]:
        """Make these the sources; what is known of those that stay as they were stays. Returns the
        askers nobody uses any more."""
        before = {asker.config.code: asker for asker in self._all()}
        by_feed: defaultdict[str, list[Asker]] = defaultdict(list)
        for config in sources:
            if config.live is None:
                continue
            if config.feed not in LIVE_FEEDS:
                log.warning("%s: records of %s are not asked for live", config.code, config.feed)
                continue
            held = before.get(config.code)
            if held is not None and held.config == config:
                asker = before.pop(config.code)
            else:
                feed = load_feeds()[config.feed]
                asker = Asker(self._database, config, feed, self._open)
            by_feed[config.feed].append(asker)
        self._askers = {feed: tuple(askers) for feed, askers in by_feed.items()}
        self._owners = Expiring(MOST_REMEMBERED)
        self.feeds: Collection[str] = frozenset(self._askers)
        self.systems: Mapping[str, SourceOfBatch] = {
            asker.config.name: SourceOfBatch(asker.config.code, asker.config.center)
            for asker in self._all()
        }
        return list(before.values())

    async def use(self, sources: Iterable[SourceConfig]) -> None:
        """Ask these sources from now on, and close those that are not among them."""
        for asker in self._set(sources):
            await asker.close()

    def _all(self) -> Iterable[Asker]:
        return (asker for askers in self._askers.values() for asker in askers)

    async def refresh(self, feed: str, keys: Sequence[RecordKey]) -> Sequence[LiveNote]:
        """See `LivePort.refresh`."""
        if feed not in self._askers:
            return ()
        fresh: defaultdict[Asker, list[datetime]] = defaultdict(list)
        unsure = [key for key in dict.fromkeys(keys) if not self._is_fresh(feed, key, fresh)]
        stale = await self._stale(feed, unsure, fresh) if unsure else {}
        notes = [asker.note(min(times), "FRESH") for asker, times in fresh.items()]
        if stale:
            notes += await asyncio.gather(*(asker.ask(copies) for asker, copies in stale.items()))
        return notes

    def _is_fresh(
        self, feed: str, key: RecordKey, fresh: defaultdict[Asker, list[datetime]]
    ) -> bool:
        """Whether all who have a record are known and spoke of it recently; note when."""
        owners = self._owners.get((feed, key))
        if owners is None:
            return False
        times = [(asker, asker.said_at(key)) for asker in owners]
        if any(at is None for _, at in times):
            return False
        for asker, at in times:
            assert at is not None
            fresh[asker].append(at)
        return True

    async def _stale(
        self, feed: str, keys: Sequence[RecordKey], fresh: defaultdict[Asker, list[datetime]]
    ) -> dict[Asker, dict[RecordKey, datetime | None]]:
        """Return who is to be asked for what: the sources that gave a record, or of one nobody ever
        gave all that may have it."""
        askers = self._askers[feed]
        keep = min(asker.live.max_age for asker in askers)
        said = await read_said(self._database, feed, keys)
        stale: defaultdict[Asker, dict[RecordKey, datetime | None]] = defaultdict(dict)
        for key in keys:
            times = said.get(key)
            if times is None:
                owners = tuple(asker for asker in askers if asker.may_know(key))
            else:
                owners = tuple(asker for asker in askers if asker.config.code in times)
            self._owners.put((feed, key), owners, keep)
            for asker in owners:
                spoke = [asker.said_at(key), times[asker.config.code] if times else None]
                at = max((time for time in spoke if time is not None), default=None)
                if at is not None and asker.note_said(key, at):
                    fresh[asker].append(at)
                else:
                    stale[asker][key] = at
        return stale

    async def refresh_list(self, feed: str, center: str) -> Sequence[LiveNote]:
        """See `LivePort.refresh_list`."""
        wanted = [
            asker
            for asker in self._askers.get(feed, ())
            if asker.live.lists
            and center in (asker.config.center, asker.config.constants.get("platform"))
        ]
        return await asyncio.gather(*(self._lists.refresh(asker) for asker in wanted))

    async def said_at(self, sources: Collection[str]) -> Mapping[str, datetime]:
        """See `LivePort.said_at`."""
        return await read_pulled(self._database, sources)

    async def batches(self, ids: Collection[UUID]) -> Mapping[UUID, SourceOfBatch]:
        """See `LivePort.batches`."""
        return await read_batches(self._database, ids)

    async def close(self) -> None:
        """End what still runs, and close the sources."""
        await self._lists.close()
        for asker in self._all():
            await asker.close()


@asynccontextmanager
async def live_sources(
    database: Database, sources: Iterable[SourceConfig], open_: Open = open_source
) -> AsyncIterator[LiveSources]:
    """Give live sources; they are closed with the block."""
    live = LiveSources(database, sources, open_)
    try:
        yield live
    finally:
        await live.close()


@asynccontextmanager
async def watched_sources(
    database: Database, folders: Sequence[Path], seconds: float = WATCH
) -> AsyncIterator[LiveSources]:
    """Give the live sources in some folders, as their files are now, looked at every so often."""
    files = SourceFiles(folders)
    files.reread()
    async with live_sources(database, files.sources.values()) as live:
        watching = asyncio.create_task(_watch(live, files, seconds))
        try:
            yield live
        finally:
            watching.cancel()
            await asyncio.gather(watching, return_exceptions=True)


async def _watch(live: LiveSources, files: SourceFiles, seconds: float) -> None:
    while True:
        await asyncio.sleep(seconds)
        try:
            if await asyncio.to_thread(files.reread):
                await live.use(files.sources.values())
        except Exception:
            log.exception("the files of live sources could not be read again")
