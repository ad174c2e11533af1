"""The client goes away: its request is cancelled, and with it all calls made for it alone.

ASGI tells of it only to who waits in `receive`, and a task for that costs more than a small
answer. So only requests that take long are watched.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable
from typing import TypeVar

from starlette.types import Receive

T = TypeVar("T")

# Seconds. What is answered sooner is not worth cancelling.
WATCH_AFTER = 0.05


async def while_connected(receive: Receive, work: Awaitable[T]) -> T | None:
    """Return the outcome of `work`; None when the client went away and it was cancelled.

    `receive` must have given the whole body (or there was none to read).
    """
    watch = _Watch(receive)
    try:
        return await work
    except asyncio.CancelledError:
        if watch.gone and watch.request.uncancel() == 0:
            return None
        raise
    finally:
        watch.stop()


class _Watch:
    """Waits, from some time on, for the client of the current task to go away."""

    __slots__ = ("_receive", "_task", "_timer", "gone", "request")

    def __init__(self, receive: Receive) -> None:
        request = asyncio.current_task()
        assert request is not None
        self.request = request
        self.gone = False
        self._receive = receive
        self._task: asyncio.Task[None] | None = None
        self._timer = asyncio.get_running_loop().call_later(WATCH_AFTER, self._start)

    def _start(self) -> None:
        self._task = asyncio.create_task(self._wait())

    async def _wait(self) -> None:
        while (await self._receive())["type"] != "http.disconnect":
            pass
        self.gone = True
        self.request.cancel()

    def stop(self) -> None:
        self._timer.cancel()
        if self._task is not None:
            self._task.cancel()
