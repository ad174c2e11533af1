"""Live sources, as loaders see them: what is stale is asked for before it is read.

The adapters ask sources and store what they say (`adapters/live`); subgraphs may not import them.
So they are handed in by the composition root, and `LivePort` is what they look like. `LiveReads` is
one request's use of them: it keeps the notes that the answer's `extensions.provenance` is made of.

`refreshed` and `reread` put the check in front of a loader. Without a live source of the feed both
return the loader itself, so nothing is checked at all. Nobody holds a connection meanwhile.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, Protocol, TypeAlias, TypeVar
from uuid import UUID

K = TypeVar("K")
V = TypeVar("V")

RecordKey: TypeAlias = tuple[str, ...]
"""What a source is asked by: the key of a record in its feed, as texts in canonical form."""

Mode = Literal["LIVE", "COPY"]
Reason = Literal["FRESH", "SLOW", "DOWN", "RESTING", "BUSY", "LISTED"]
"""Why a copy is shown: it is young enough; the source did not answer in time; it failed, is left
alone after failing, or has too much to do; or it was not asked because lists show copies."""


@dataclass(frozen=True, slots=True)
class LiveNote:
    """What one live source had to do with an answer. `type`: GraphQL type. `as_of`: when the source
    said the oldest of what is shown; None when it has never said anything of it."""

    type: str
    source: str
    center: str
    mode: Mode
    as_of: datetime | None
    reason: Reason | None = None


@dataclass(frozen=True, slots=True)
class SourceOfBatch:
    """Code of the source and of the centre that a batch came from."""

    source: str
    center: str


class LivePort(Protocol):
    """The adapters, as loaders see them. No method raises for what a source does wrong."""

    @property
    def feeds(self) -> Collection[str]:
        """Feeds that have a live source."""
        ...

    @property
    def systems(self) -> Mapping[str, SourceOfBatch]:
        """Live sources by the name their rows have in `source_system`."""
        ...

    async def refresh(self, feed: str, keys: Sequence[RecordKey]) -> Sequence[LiveNote]:
        """Ask the live sources of a feed for what is stale among these records, and store it.

        Returns a note per source that has or may have any of them; empty when none has.
        """
        ...

    async def refresh_list(self, feed: str, center: str) -> Sequence[LiveNote]:
        """Pull what is new at the live sources of a centre that answer lists."""
        ...

    async def said_at(self, sources: Collection[str]) -> Mapping[str, datetime]:
        """Return when some live sources were last pulled as a whole."""
        ...

    async def batches(self, ids: Collection[UUID]) -> Mapping[UUID, SourceOfBatch]:
        """Return where some batches came from."""
        ...


class LiveReads:
    """The live sources as one request meets them."""

    def __init__(self, port: LivePort) -> None:
        self._port = port
        self.notes: list[LiveNote] = []

    def has(self, feed: str) -> bool:
        """Whether any live source has records of the feed."""
        return feed in self._port.feeds

    async def refresh(self, feed: str, keys: Sequence[RecordKey]) -> bool:
        """Ask for what is stale; return whether a source answered, so that rows may differ now."""
        if not keys:
            return False
        notes = await self._port.refresh(feed, keys)
        self.notes += notes
        return any(note.mode == "LIVE" for note in notes)

    async def refresh_list(self, feed: str, center: str | None) -> None:
        """Pull what is new of a centre before a list of it is read; for all centres do nothing."""
        if center is not None and feed in self._port.feeds:
            self.notes += await self._port.refresh_list(feed, center)


Load: TypeAlias = Callable[[list[K]], Awaitable[Mapping[K, V]]]


def refreshed(
    live: LiveReads | None, feed: str, load: Load[K, V], key: Callable[[K], RecordKey]
) -> Load[K, V]:
    """Return a loader that refreshes the records its keys name before it reads them."""
    if live is None or not live.has(feed):
        return load

    async def load_fresh(keys: list[K]) -> Mapping[K, V]:
        await live.refresh(feed, [key(each) for each in keys])
        return await load(keys)

    return load_fresh


def reread(
    live: LiveReads | None, feed: str, load: Load[K, V], key: Callable[[V], RecordKey | None]
) -> Load[K, V]:
    """Return a loader that reads rows, refreshes their records, and reads again what was answered.

    For ids of our own, which say nothing to a source: the row tells how the source calls it, if it
    comes from one. What the caller may not see is not read and so not asked for.
    """
    if live is None or not live.has(feed):
        return load

    async def load_fresh(keys: list[K]) -> Mapping[K, V]:
        rows = await load(keys)
        named = [key(row) for row in rows.values()]
        answered = await live.refresh(feed, [each for each in named if each is not None])
        return await load(keys) if answered else rows

    return load_fresh
