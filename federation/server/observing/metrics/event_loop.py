"""How late the event loop is, and where it hangs.

A timer measures by how much it was late: what every request waits in addition. A thread looks on
from outside: when the loop does not turn for long, it tells where it hangs, once each time.
"""

from __future__ import annotations

import asyncio
import logging
import sys
import threading
import time
import traceback

from federation.server.observing.metrics.figures import Histogram

logger = logging.getLogger("federation.server")

_EVERY = 0.25
_FRAMES = 8


class EventLoopWatch:
    """Watches the running loop. `last`: by how many seconds it was late last; `stalls`: how often
    it did not turn for `stall_after` seconds.
    """

    def __init__(self, stall_after: float) -> None:
        self._stall_after = stall_after
        self._timer: asyncio.TimerHandle | None = None
        self._turned = 0.0
        self._stop = threading.Event()
        self._loop_thread = 0
        self.late = Histogram((0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 5.0))
        self.last = 0.0
        self.stalls = 0

    def start(self) -> None:
        """Watch the loop that runs this."""
        self._loop_thread = threading.get_ident()
        self._turned = time.monotonic()
        self._expect()
        threading.Thread(target=self._look_on, name="loop-watch", daemon=True).start()

    def stop(self) -> None:
        """Watch no longer."""
        self._stop.set()
        if self._timer is not None:
            self._timer.cancel()

    def _expect(self) -> None:
        loop = asyncio.get_running_loop()
        when = loop.time() + _EVERY
        self._timer = loop.call_at(when, self._turn, when)

    def _turn(self, expected: float) -> None:
        self.last = max(0.0, asyncio.get_running_loop().time() - expected)
        self.late.add(self.last)
        self._turned = time.monotonic()
        self._expect()

    def _look_on(self) -> None:
        told = 0.0
        while not self._stop.wait(self._stall_after / 2):
            turned = self._turned
            stalled = time.monotonic() - turned
            if stalled < self._stall_after or turned == told:
                continue
            told = turned
            self.stalls += 1
            frame = sys._current_frames().get(self._loop_thread)
            places = [] if frame is None else traceback.extract_stack(frame)[-_FRAMES:]
            where = " < ".join(f"{each.name} ({each.lineno})" for each in reversed(places))
            logger.error("the event loop has not turned for %.1f s: %s", stalled, where)
