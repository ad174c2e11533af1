"""What is remembered for a while, in bounded memory."""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import Generic, TypeVar

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")


class Expiring(Generic[K, V]):
    """A mapping whose entries end by themselves; above `most` the oldest goes first."""

    def __init__(self, most: int, clock: Callable[[], float] = time.monotonic) -> None:
        self._most, self._clock = most, clock
        self._held: OrderedDict[K, tuple[float, V]] = OrderedDict()

    def __len__(self) -> int:
        return len(self._held)

    def get(self, key: K) -> V | None:
        """Return what is remembered, None when that is nothing or no longer."""
        held = self._held.get(key)
        if held is None:
            return None
        if held[0] <= self._clock():
            del self._held[key]
            return None
        return held[1]

    def put(self, key: K, value: V, seconds: float) -> None:
        """Remember a value for some seconds."""
        if seconds <= 0:
            return
        self._held.pop(key, None)
        self._held[key] = (self._clock() + seconds, value)
        if len(self._held) > self._most:
            self._held.popitem(last=False)
