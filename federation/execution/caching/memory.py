"""Kept answers in this process: bounded by bytes, what was not used for longest leaves first."""

from __future__ import annotations

from collections import OrderedDict, deque
from collections.abc import Collection, Sequence

from federation.execution.caching.store import Entry, Key

# Measured with tracemalloc for entries of one type: the key's tuple with its representation's
# bytes object, the entry, its tuple of labels, its places in the table and in the label's sets.
_BYTES_FIXED = 900
_BYTES_PER_LABEL = 90
# An answer larger than this part of everything would push out all others.
_LARGEST_PART = 8
# Forgetting so many at once takes about 2 ms; what is more is forgotten piece by piece.
_AT_ONCE = 1_000
_PIECE = 200


class _Kept:
    """An entry with its size, and the number of the drop after which it came."""

    __slots__ = ("after", "entry", "size")

    def __init__(self, entry: Entry, size: int, after: int) -> None:
        self.entry, self.size, self.after = entry, size, after


class MemoryStore:
    """`Store` in a dictionary. `max_bytes` bounds keys and values, estimated.

    A drop of many entries takes effect at once and is carried out in pieces with later calls: an
    entry that came before a drop of one of its labels is not found any more (`_dropped`).
    """

    def __init__(self, max_bytes: int) -> None:
        self.max_bytes = max_bytes
        self.evicted = 0
        self.errors = 0
        self._entries: OrderedDict[Key, _Kept] = OrderedDict()
        self._by_label: dict[str, set[Key]] = {}
        self._bytes = 0
        self._drops = 0
        # Label → number of its last drop, as long as entries of before may be there.
        self._dropped: dict[str, int] = {}
        self._doomed: deque[tuple[str, int, set[Key]]] = deque()

    @property
    def size(self) -> tuple[int, int]:
        return len(self._entries), self._bytes

    async def get(self, keys: Sequence[Key], now: float) -> list[Entry | None]:
        """See `Store.get`."""
        if self._doomed:
            self._sweep()
        return [self._get(key, now) for key in keys]

    def _get(self, key: Key, now: float) -> Entry | None:
        found = self._entries.get(key)
        if found is None:
            return None
        entry = found.entry
        if entry.expires <= now or (self._dropped and self._is_dropped(found)):
            self._remove(key)
            return None
        self._entries.move_to_end(key)
        return entry

    def _is_dropped(self, kept: _Kept) -> bool:
        dropped, after = self._dropped, kept.after
        return any(dropped.get(label, 0) > after for label in kept.entry.labels)

    async def put(self, entries: Sequence[tuple[Key, Entry]], now: float) -> None:
        """See `Store.put`."""
        if self._doomed:
            self._sweep()
        for key, entry in entries:
            self._remove(key)
            size = _size(key, entry)
            if size > self.max_bytes // _LARGEST_PART:
                continue
            self._entries[key] = _Kept(entry, size, self._drops)
            self._bytes += size
            for label in entry.labels:
                self._by_label.setdefault(label, set()).add(key)
        while self._bytes > self.max_bytes:
            self._remove(next(iter(self._entries)))
            self.evicted += 1

    async def drop(self, labels: Collection[str]) -> int:
        """See `Store.drop`. An entry with two of the labels may count twice where they are many."""
        count = 0
        for label in labels:
            keys = self._by_label.get(label)
            if keys is None:
                continue
            count += len(keys)
            if len(keys) <= _AT_ONCE:
                for key in tuple(keys):
                    self._remove(key)
                continue
            self._drops += 1
            self._dropped[label] = self._drops
            self._doomed.append((label, self._drops, self._by_label.pop(label)))
        return count

    def _sweep(self) -> None:
        """Remove some of what was dropped."""
        label, number, keys = self._doomed[0]
        for _ in range(min(_PIECE, len(keys))):
            key = keys.pop()
            kept = self._entries.get(key)
            if kept is not None and kept.after < number:
                self._remove(key)
        if not keys:
            self._doomed.popleft()
            if self._dropped.get(label) == number:
                del self._dropped[label]

    async def clear(self) -> None:
        """See `Store.clear`."""
        self._entries.clear()
        self._by_label.clear()
        self._dropped.clear()
        self._doomed.clear()
        self._bytes = 0

    async def start(self) -> None:
        """Nothing can be missing."""

    async def close(self) -> None:
        """Forget everything."""
        await self.clear()

    def _remove(self, key: Key) -> None:
        found = self._entries.pop(key, None)
        if found is None:
            return
        self._bytes -= found.size
        for label in found.entry.labels:
            keys = self._by_label.get(label)
            if keys is not None:
                keys.discard(key)
                if not keys:
                    del self._by_label[label]


def _size(key: Key, entry: Entry) -> int:
    """Return about how many bytes an entry takes. Texts of selections are shared by many keys."""
    own = sum(len(part) for part in key if isinstance(part, bytes))
    labels = sum(_BYTES_PER_LABEL + len(label) for label in entry.labels)
    return _BYTES_FIXED + own + len(entry.value) + labels
