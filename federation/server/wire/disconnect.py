"""The client goes away: its request is cancelled, and with it all calls made for it alone.

ASGI tells of it only to who waits in `receive`, and a task for that costs more than a small
answer. So only requests that take long are watched, and one timer for all finds which these are.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable
from typing import TypeVar

from starlette.types import Receive

T = TypeVar("T")

# Seconds. What is answered sooner is not worth cancelling; watching begins before twice as long.
WATCH_AFTER = 0.05


class Clients:
    """The requests in work and their clients. For one event loop."""

    def __init__(self) -> None:
        # Begun since the last look, and since the one before.
        self._new: set[_Watch] = set()
        self._old: set[_Watch] = set()
        self._looking = False

    async def while_connected(self, receive: Receive, work: Awaitable[T]) -> T | None:
        """Return the outcome of `work`; None when the client went away and it was cancelled.

        `receive` must have given the whole body (or there was none to read).
        """
        watch = _Watch(receive)
        self._new.add(watch)
        if not self._looking:
            self._look_later()
        try:
            return await work
        except asyncio.CancelledError:
            if watch.gone and watch.request.uncancel() == 0:
                return None
            raise
        finally:
            self._new.discard(watch)
            self._old.discard(watch)
            if watch.task is not None:
                watch.task.cancel()

    def _look_later(self) -> None:
        self._looking = True
        asyncio.get_running_loop().call_later(WATCH_AFTER, self._look)

    def _look(self) -> None:
        for watch in self._old:
            watch.start()
        self._old, self._new = self._new, set()
        self._looking = False
        if self._old:
            self._look_later()


class _Watch:
    """Waits, from `start` on, for the client of the current task to go away."""

    __slots__ = ("_receive", "gone", "request", "task")

    def __init__(self, receive: Receive) -> None:
        request = asyncio.current_task()
        assert request is not None
        self.request = request
        self.gone = False
        self.task: asyncio.Task[None] | None = None
        self._receive = receive

    def start(self) -> None:
        self.task = asyncio.create_task(self._wait())

    async def _wait(self) -> None:
        while (await self._receive())["type"] != "http.disconnect":
            pass
        self.gone = True
        self.request.cancel()
