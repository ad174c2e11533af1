"""What supervisor and workers know of each other: a few numbers in memory that all of them share.

Made before the first worker; each worker writes its own slot, all read all slots. A number is one
aligned machine word, so nobody ever reads half of one.
"""

from __future__ import annotations

import mmap
import time
from enum import IntEnum

_WORDS = 3
_WORD_BYTES = 8

# A worker whose event loop has not turned for so long is of no use to who connects to it.
_STILL_SECONDS = 5.0


class State(IntEnum):
    """How far a process is."""

    STARTING = 0
    READY = 1
    GONE = 2


class Board:
    """One slot a process. `restarts`: how often each was started again."""

    def __init__(self, slots: int) -> None:
        memory = mmap.mmap(-1, slots * _WORDS * _WORD_BYTES)
        self._words = memoryview(memory).cast("q")
        self.slots = slots

    def state(self, slot: int) -> State:
        return State(self._words[slot * _WORDS])

    def set_state(self, slot: int, state: State) -> None:
        self._words[slot * _WORDS] = state
        self.beat(slot)

    def restarts(self, slot: int) -> int:
        return self._words[slot * _WORDS + 1]

    def count_restart(self, slot: int) -> None:
        self._words[slot * _WORDS + 1] += 1

    def beat(self, slot: int) -> None:
        """Note that the event loop of the slot's process turns."""
        self._words[slot * _WORDS + 2] = time.monotonic_ns()

    def is_up(self, slot: int) -> bool:
        """Whether the process is ready and its event loop turns."""
        still = time.monotonic_ns() - self._words[slot * _WORDS + 2]
        return self.state(slot) is State.READY and still < _STILL_SECONDS * 1e9
