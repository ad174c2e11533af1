"""Where kept answers are: in this process, or in a place that replicas share."""

from __future__ import annotations

from collections.abc import Collection, Hashable, Sequence
from dataclasses import dataclass
from typing import Protocol

from federation.execution.caching.freshness import Scope

Key = tuple[Hashable, ...]
"""All that an answer depends on, compared whole."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One kept answer. `value`: JSON. `expires`, `born`: seconds since 1970; it was new at `born`.

    `labels`: under which it can be dropped, see `subgraph_label` and those after it.
    """

    value: bytes
    expires: float
    born: float
    labels: tuple[str, ...] = ()
    scope: Scope = Scope.PUBLIC


class Store(Protocol):
    """Keeps entries. A store that cannot be reached finds nothing and keeps nothing: once started,
    no method raises. `evicted`: entries that left for want of room; `errors`: calls that failed.
    """

    evicted: int
    errors: int

    async def get(self, keys: Sequence[Key], now: float) -> list[Entry | None]:
        """Return the entries of some keys that are fresh at `now`."""
        ...

    async def put(self, entries: Sequence[tuple[Key, Entry]], now: float) -> None:
        """Keep entries in place of those with the same keys."""
        ...

    async def drop(self, labels: Collection[str]) -> int:
        """Forget all entries with any of the labels; return how many those were."""
        ...

    async def clear(self) -> None:
        """Forget everything."""
        ...

    async def start(self) -> None:
        """Raise `CacheUnavailable` where the store must be there and is not."""
        ...

    async def close(self) -> None: ...

    @property
    def size(self) -> tuple[int, int]:
        """Entries and bytes kept in this process."""
        ...


def subgraph_label(subgraph: str) -> str:
    """Return the label of all answers of a subgraph."""
    return f"s:{subgraph}"


def type_label(subgraph: str, type_: str) -> str:
    """Return the label of a subgraph's answers for a type: an entity's, or the query root's."""
    return f"t:{subgraph}:{type_}"


def tag_label(subgraph: str, tag: str) -> str:
    """Return the label of a subgraph's answers with a cache tag."""
    return f"c:{subgraph}:{tag}"
