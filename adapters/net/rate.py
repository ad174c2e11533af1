"""How often a source may be called."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable


class RateLimit:
    """At most `rate` calls in any second (with less than one a second: one in `1/rate` seconds).

    A short burst goes through at once, as single look-ups need it; a pull settles at the rate.
    """

    def __init__(
        self,
        rate: float,
        *,
        clock: Callable[[], float] | None = None,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        calls = max(1, int(rate))
        self._window = calls / rate
        self._allowed: deque[float] = deque(maxlen=calls)
        self._clock, self._sleep = clock, sleep

    async def wait(self) -> None:
        """Return when the next call may go out."""
        now = self._clock() if self._clock else asyncio.get_running_loop().time()
        due = now
        if len(self._allowed) == self._allowed.maxlen:
            due = max(now, self._allowed[0] + self._window)
        # Noted before sleeping: who comes meanwhile queues behind this call.
        self._allowed.append(due)
        if due > now:
            await self._sleep(due - now)
