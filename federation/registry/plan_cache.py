"""Compiled plans by operation: what documents that differ in literals only have in common.

The second level behind the document cache. The key is the normalised operation itself (with its
literals lifted into variables) and the active override labels, compared whole, never by a hash
alone. It is filled by the threads of the cold path: a plan is made once, even when two threads
want it together. What leaves first is what was not used for longest.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Hashable
from concurrent.futures import Future
from threading import Lock
from typing import Generic, TypeVar

P = TypeVar("P")


class PlanCache(Generic[P]):
    """LRU by bytes with single filling. For threads."""

    def __init__(self, max_bytes: int) -> None:
        self.max_bytes = max_bytes
        self._lock = Lock()
        self._records: OrderedDict[Hashable, tuple[P, int]] = OrderedDict()
        self._making: dict[Hashable, Future[P]] = {}
        self.bytes = 0

    def __len__(self) -> int:
        return len(self._records)

    def get_or_make(self, key: Hashable, make: Callable[[], tuple[P, int]]) -> tuple[P, bool]:
        """Return the plan of `key` and whether it was made here, by `make`, which also says its
        size in bytes. What `make` raises is raised to all that wait, and nothing is kept.
        """
        with self._lock:
            known = self._records.get(key)
            if known is not None:
                self._records.move_to_end(key)
                return known[0], False
            waiting = self._making.get(key)
            if waiting is None:
                own: Future[P] = Future()
                self._making[key] = own
        if waiting is not None:
            return waiting.result(), False
        return self._make(key, own, make), True

    def _make(self, key: Hashable, own: Future[P], make: Callable[[], tuple[P, int]]) -> P:
        try:
            plan, size = make()
        except BaseException as error:
            with self._lock:
                del self._making[key]
            own.set_exception(error)
            raise
        with self._lock:
            del self._making[key]
            if size <= self.max_bytes:
                self._records[key] = (plan, size)
                self.bytes += size
                while self.bytes > self.max_bytes:
                    _, (_, freed) = self._records.popitem(last=False)
                    self.bytes -= freed
        own.set_result(plan)
        return plan
