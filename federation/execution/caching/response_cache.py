"""The cache of a gateway: one store for all subgraphs, what is dropped from it, and its figures.

An answer that was asked for before something was dropped may hold what was true before. So every
drop is remembered for a while, and an answer is kept only if nothing that concerns it was dropped
since its call began (`Began`).
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, field

from federation.execution.caching.parts import Queries
from federation.execution.caching.store import (
    Entry,
    Key,
    Store,
    subgraph_label,
    tag_label,
    type_label,
)

_DROPS_REMEMBERED = 1_000


@dataclass(slots=True)
class Figures:
    """Counted since the start, for one subgraph. `hits`, `misses`: entities and root answers asked
    for. `stored`; `uncacheable`: answered in a way that may not be kept. `outdated`: not kept,
    since something was dropped meanwhile.
    """

    hits: int = 0
    misses: int = 0
    stored: int = 0
    uncacheable: int = 0
    outdated: int = 0


@dataclass(slots=True)
class Invalidations:
    """Counted since the start: requests to drop something, and entries dropped."""

    events: int = 0
    entries: int = 0


@dataclass(frozen=True, slots=True)
class Began:
    """When a call began: after so many drops."""

    drops: int


@dataclass(slots=True)
class ResponseCache:
    """See the module. For one event loop; lives as long as the engine.

    `clock`: seconds since 1970. While `suspended`, nothing is found and nothing kept.
    """

    store: Store
    clock: Callable[[], float] = time.time
    suspended: bool = False
    figures: dict[str, Figures] = field(default_factory=dict)
    invalidations: Invalidations = field(default_factory=Invalidations)
    _queries: dict[str, Queries] = field(default_factory=dict)
    _drops: int = 0
    _recent: deque[frozenset[str]] = field(default_factory=lambda: deque(maxlen=_DROPS_REMEMBERED))

    def figures_of(self, subgraph: str) -> Figures:
        """Return the figures of a subgraph, to be counted up."""
        return self.figures.setdefault(subgraph, Figures())

    def queries_of(self, subgraph: str) -> Queries:
        """Return the texts that a subgraph is asked; what is known of them outlives supergraphs."""
        return self._queries.setdefault(subgraph, Queries())

    def begin(self) -> Began:
        """Note that a call begins."""
        return Began(self._drops)

    async def keep(self, entries: Sequence[tuple[Key, Entry]], began: Began) -> int:
        """Keep answers of a call, but for those that were dropped since; return how many."""
        if self.suspended:
            return 0
        if began.drops != self._drops:
            entries = [each for each in entries if not self._dropped(each[1].labels, began)]
        if entries:
            await self.store.put(entries, self.clock())
            # A store elsewhere takes its time; what was dropped meanwhile must not come back.
            if began.drops != self._drops:
                late = {label for _, entry in entries for label in entry.labels}
                if late := {label for label in late if self._dropped((label,), began)}:
                    await self.store.drop(late)
        return len(entries)

    def _dropped(self, labels: Iterable[str], began: Began) -> bool:
        since = self._drops - began.drops
        if since > len(self._recent):
            return True
        wanted = frozenset(labels)
        return any(
            not wanted.isdisjoint(self._recent[-number]) or EVERYTHING in self._recent[-number]
            for number in range(1, since + 1)
        )

    async def drop(self, labels: Collection[str]) -> int:
        """Drop all answers with any of these labels; return how many."""
        self._note(labels)
        count = await self.store.drop(labels)
        self.invalidations.entries += count
        return count

    async def drop_tags(self, tags: Collection[str], subgraphs: Collection[str] = ()) -> int:
        """Drop what has one of these cache tags; of some subgraphs, or of all."""
        names = subgraphs or self.figures
        return await self.drop([tag_label(name, tag) for name in names for tag in tags])

    async def drop_type(self, subgraph: str, type_: str) -> int:
        """Drop a subgraph's answers for an entity type; `Query` for those of root fields."""
        return await self.drop([type_label(subgraph, type_)])

    async def drop_subgraph(self, subgraph: str) -> int:
        """Drop all answers of a subgraph."""
        return await self.drop([subgraph_label(subgraph)])

    async def clear(self) -> None:
        """Drop everything."""
        self._note((EVERYTHING,))
        await self.store.clear()

    async def suspend(self, *, drop: bool = True) -> None:
        """Keep and find nothing until `resume`, since drops may be missed meanwhile.

        `drop`: and forget everything; not where others go on using what is shared.
        """
        self.suspended = True
        if drop:
            await self.clear()

    async def resume(self) -> None:
        """Keep answers again, of calls that begin from now on."""
        await self.clear()
        self.suspended = False

    def _note(self, labels: Iterable[str]) -> None:
        self._drops += 1
        self._recent.append(frozenset(labels))
        self.invalidations.events += 1


EVERYTHING = "*"
