"""Finds the streams that were silent for a while: one timer for all of an event loop.

Each stream is looked at twice an interval, so that a silent one beats once an interval. They are
spread over the time between, since ten thousand beats at once would hold up everything else.
"""

from __future__ import annotations

import asyncio
from typing import Protocol

_SLOTS = 8


class Beating(Protocol):
    """A stream."""

    def look(self) -> None:
        """Beat when nothing was written since the last look."""


class Heartbeats:
    """The streams of one event loop that beat every `interval` seconds."""

    def __init__(self, interval: float) -> None:
        self._pause = interval / 2 / _SLOTS
        self._slots: tuple[set[Beating], ...] = tuple(set() for _ in range(_SLOTS))
        self._next = 0
        self._timer: asyncio.TimerHandle | None = None

    def add(self, stream: Beating) -> None:
        """Look at it from now on."""
        min(self._slots, key=len).add(stream)
        if self._timer is None:
            self._wait()

    def discard(self, stream: Beating) -> bool:
        """Look at it no more. Return whether none is left; the timer is gone then."""
        for slot in self._slots:
            slot.discard(stream)
        if any(self._slots):
            return False
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        return True

    def _wait(self) -> None:
        self._timer = asyncio.get_running_loop().call_later(self._pause, self._look)

    def _look(self) -> None:
        slot = self._slots[self._next]
        self._next = (self._next + 1) % _SLOTS
        self._wait()
        for stream in tuple(slot):
            stream.look()


_of_loops: dict[tuple[asyncio.AbstractEventLoop, float], Heartbeats] = {}


def begin_beating(stream: Beating, interval: float) -> None:
    """Have `stream` looked at in the running event loop, until `stop_beating`."""
    key = (asyncio.get_running_loop(), interval)
    found = _of_loops.get(key)
    if found is None:
        found = _of_loops[key] = Heartbeats(interval)
    found.add(stream)


def stop_beating(stream: Beating, interval: float) -> None:
    """Have it looked at no more."""
    key = (asyncio.get_running_loop(), interval)
    found = _of_loops.get(key)
    if found is not None and found.discard(stream):
        del _of_loops[key]
