"""Bodies of answers, with what was made of them: equal ones need not be read again.

What is made of a body depends on the plan and the body alone, and comparing costs a fiftieth of
reading. Bodies are compared whole. One is kept when it comes for the second time: what is asked
for only once never costs memory. All plans of the process share the bounds.

This is no cache of answers: every request asks its subgraphs, and what they say is what counts.
"""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass
from typing import Any, Final, Generic, TypeVar

T = TypeVar("T")

Body = bytes | bytearray

# Per plan: bodies of one length, and bodies seen once.
_MAX_EQUAL: Final = 4
_MAX_SEEN: Final = 64
_SAMPLE: Final = 48


class _Entry(Generic[T]):
    __slots__ = ("body", "cost", "owner", "value")

    def __init__(self, owner: Remembered[T], body: bytes, value: T, cost: int) -> None:
        self.owner = owner
        self.body = body
        self.value = value
        self.cost = cost


class Memory:
    """All that is remembered of one kind, by when it was used last.

    In bytes: `max_bytes` of all, `min_each` and `max_each` of bodies that are worth it; `used`.
    """

    def __init__(self, max_bytes: int, min_each: int, max_each: int) -> None:
        self.max_bytes = max_bytes
        self.min_each = min_each
        self.max_each = max_each
        self.used = 0
        self._entries: OrderedDict[_Entry[Any], None] = OrderedDict()

    def add(self, entry: _Entry[Any]) -> None:
        self._entries[entry] = None
        self.used += entry.cost
        while self.used > self.max_bytes:
            oldest = next(iter(self._entries))
            oldest.owner.forget(oldest)

    def touch(self, entry: _Entry[Any]) -> None:
        self._entries.move_to_end(entry)

    def remove(self, entry: _Entry[Any]) -> None:
        del self._entries[entry]
        self.used -= entry.cost


# Answers that pass as they are; smaller ones are checked as fast as they are found.
PASSED: Final = Memory(16 * 1024 * 1024, 1024, 1024 * 1024)
# Trees; what one takes is estimated.
TREES: Final = Memory(16 * 1024 * 1024, 1024, 256 * 1024)
_TREE_COST: Final = 12


class Remembered(Generic[T]):
    """What one plan remembers of one of its calls."""

    __slots__ = ("_by_length", "_memory", "_seen")

    def __init__(self, memory: Memory) -> None:
        self._memory = memory
        self._by_length: dict[int, list[_Entry[T]]] = {}
        # The one seen last is at the end.
        self._seen: dict[tuple[int, bytes, bytes, bytes], None] = {}

    def find(self, body: Body) -> T | None:
        """Return what an equal body was made into."""
        for entry in self._by_length.get(len(body), ()):
            if entry.body == body:
                self._memory.touch(entry)
                return entry.value
        return None

    def comes_again(self, body: Body) -> bool:
        """Take note of a body; return whether one that may be equal was noted before."""
        size = len(body)
        if not self._memory.min_each <= size <= self._memory.max_each:
            return False
        middle = size // 2
        sample = (
            size,
            bytes(body[:_SAMPLE]),
            bytes(body[middle : middle + _SAMPLE]),
            bytes(body[-_SAMPLE:]),
        )
        if sample in self._seen:
            return True
        if len(self._seen) >= _MAX_SEEN:
            del self._seen[next(iter(self._seen))]
        self._seen[sample] = None
        return False

    def keep(self, body: Body, value: T, cost: int) -> None:
        """Keep what a body was made into; `cost` in bytes."""
        size = len(body)
        equal = self._by_length.setdefault(size, [])
        if len(equal) >= _MAX_EQUAL:
            self.forget(equal[0])
            equal = self._by_length.setdefault(size, equal)
        entry = _Entry(self, bytes(body), value, cost)
        equal.append(entry)
        self._memory.add(entry)

    def forget(self, entry: _Entry[T]) -> None:
        """Let go of a body."""
        size = len(entry.body)
        equal = self._by_length[size]
        equal.remove(entry)
        if not equal:
            del self._by_length[size]
        self._memory.remove(entry)


@dataclass(frozen=True, slots=True)
class Tree:
    """A GraphQL response without errors; nobody writes into it. `memo`: see `SubgraphResponse`."""

    data: Any
    extensions: Any
    memo: dict[Any, Any]


def tree_cost(body: Body) -> int:
    """Return about how many bytes the tree of a body takes, with the body."""
    return _TREE_COST * len(body)
