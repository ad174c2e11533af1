"""What is known of a client's document: one record under one key, bounded by bytes.

The key is the whole document text with the operation name and the variant, never a hash of it. A
record is made once even when many requests bring the same new document together; a caller that
goes away does not stop it for the others. What leaves first is what was not used for longest.
"""

from __future__ import annotations

import asyncio
import itertools
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from typing import Generic, NamedTuple, TypeVar

R = TypeVar("R")

_NONE: frozenset[str] = frozenset()


class Variant(NamedTuple):
    """What of a request, beside its document, decides on the plan.

    `labels`: the progressive overrides that are active. `denied`: the access rules of the document
    that the caller does not meet. `at_once`: for an answer in parts, the variables of `@defer(if:)`
    that say no; None for a whole answer.
    """

    labels: frozenset[str] = _NONE
    denied: frozenset[str] = _NONE
    at_once: frozenset[str] | None = None


PLAIN = Variant()

# Document text, operation name, variant.
Key = tuple[str, str | None, Variant]


class DocumentCache(Generic[R]):
    """LRU by bytes with single filling. For one event loop; not for threads."""

    def __init__(self, max_bytes: int, size_of: Callable[[Key, R], int]) -> None:
        self._max_bytes = max_bytes
        self._size_of = size_of
        self._records: OrderedDict[Key, tuple[R, int]] = OrderedDict()
        self._filling: dict[Key, asyncio.Task[R]] = {}
        self.bytes = 0

    def __len__(self) -> int:
        return len(self._records)

    @property
    def filling(self) -> int:
        """How many records are being made right now."""
        return len(self._filling)

    def get(self, key: Key) -> R | None:
        """Return the record, marked as used just now."""
        found = self._records.get(key)
        if found is None:
            return None
        self._records.move_to_end(key)
        return found[0]

    def most_used(self, count: int) -> list[tuple[Key, R]]:
        """Return up to `count` records, the one used last first."""
        newest = itertools.islice(reversed(self._records.items()), count)
        return [(key, record) for key, (record, _) in newest]

    async def fill(self, key: Key, make: Callable[[], Awaitable[R]]) -> R:
        """Return the record of `key`, made by `make` unless it is there or on its way.

        What `make` raises is raised to all that wait, and nothing is kept.
        """
        found = self.get(key)
        if found is not None:
            return found
        task = self._filling.get(key)
        if task is None:
            task = asyncio.ensure_future(self._make(key, make))
            self._filling[key] = task
            task.add_done_callback(lambda done: self._filled(key, done))
        return await asyncio.shield(task)

    async def _make(self, key: Key, make: Callable[[], Awaitable[R]]) -> R:
        record = await make()
        self._put(key, record)
        return record

    def _filled(self, key: Key, task: asyncio.Task[R]) -> None:
        self._filling.pop(key, None)
        if not task.cancelled():
            # Marks the exception as seen when all that waited have gone away.
            task.exception()

    def _put(self, key: Key, record: R) -> None:
        size = self._size_of(key, record)
        if size > self._max_bytes:
            return
        replaced = self._records.pop(key, None)
        if replaced is not None:
            self.bytes -= replaced[1]
        self._records[key] = (record, size)
        self.bytes += size
        while self.bytes > self._max_bytes:
            _, (_, freed) = self._records.popitem(last=False)
            self.bytes -= freed
