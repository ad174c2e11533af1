"""Work in flight that several may wait for.

Whoever asks for work with an equal key while it runs waits for it instead of starting it again.
Keys are compared whole. Nothing outlives the work: this is no cache.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Hashable
from typing import Generic, TypeVar

T = TypeVar("T")

# What a timer may ring early by.
_TICK = 0.001

# When a waiter's time is over, and its error then.
_End = tuple[float, Callable[[], Exception]]


class _Flight(Generic[T]):
    """One piece of work, who waits for it now, and how many ever did.

    `timer` rings at the first end of all: those who join later have more time, as a rule.
    """

    __slots__ = ("joined", "task", "timer", "waiting")

    def __init__(self, task: asyncio.Future[T]) -> None:
        self.task = task
        self.waiting: dict[asyncio.Future[T], _End | None] = {}
        self.joined = 0
        self.timer: asyncio.TimerHandle | None = None

    def ends_at(self, loop: asyncio.AbstractEventLoop, deadline: float) -> None:
        """See to it that the timer rings by then."""
        if self.timer is not None:
            if self.timer.when() <= deadline:
                return
            self.timer.cancel()
        self.timer = loop.call_at(deadline, self._ring, loop)

    def stop(self) -> None:
        """Nobody's time matters any more."""
        if self.timer is not None:
            self.timer.cancel()
            self.timer = None

    def _ring(self, loop: asyncio.AbstractEventLoop) -> None:
        self.timer = None
        now, left = loop.time() + _TICK, []
        for waiter, end in self.waiting.items():
            if end is None or waiter.done():
                continue
            if end[0] <= now:
                waiter.set_exception(end[1]())
            else:
                left.append(end[0])
        if left:
            self.timer = loop.call_at(min(left), self._ring, loop)


class Flights(Generic[T]):
    """`share` is applied once to an outcome that more than one waits for."""

    def __init__(self, share: Callable[[T], T] | None = None) -> None:
        self._share = share
        self._flights: dict[Hashable, _Flight[T]] = {}

    async def join(
        self,
        key: Hashable,
        start: Callable[[], Awaitable[T]],
        *,
        deadline: float | None = None,
        give_up: Callable[[], Exception] = TimeoutError,
    ) -> T:
        """Return the outcome of equal work in flight, or of `start()`.

        At `deadline` (of the loop's clock) this waiter gets the error `give_up()`. A waiter that
        is cancelled or out of time leaves; the work goes on for the others, and is cancelled when
        nobody is left.
        """
        flight = self._flights.get(key)
        if flight is None:
            flight = self._start(key, start())
        loop = asyncio.get_running_loop()
        # Not `asyncio.shield` in a time-out: this is done for every call, and costs a third.
        waiter: asyncio.Future[T] = loop.create_future()
        if deadline is None:
            flight.waiting[waiter] = None
        else:
            flight.waiting[waiter] = (deadline, give_up)
            flight.ends_at(loop, deadline)
        flight.joined += 1
        try:
            return await waiter
        finally:
            del flight.waiting[waiter]
            if not flight.waiting and not flight.task.done():
                flight.stop()
                flight.task.cancel()
                self._forget(key, flight)

    def _start(self, key: Hashable, work: Awaitable[T]) -> _Flight[T]:
        flight = self._flights[key] = _Flight(asyncio.ensure_future(work))
        flight.task.add_done_callback(lambda _: self._land(key, flight))
        return flight

    def _land(self, key: Hashable, flight: _Flight[T]) -> None:
        """Give the outcome to all who wait."""
        flight.stop()
        self._forget(key, flight)
        waiting = [waiter for waiter in flight.waiting if not waiter.done()]
        if flight.task.cancelled():
            for waiter in waiting:
                waiter.cancel()
            return
        error = flight.task.exception()
        if error is not None:
            for waiter in waiting:
                waiter.set_exception(error)
            return
        outcome = flight.task.result()
        if flight.joined > 1 and self._share is not None:
            outcome = self._share(outcome)
        for waiter in waiting:
            waiter.set_result(outcome)

    def _forget(self, key: Hashable, flight: _Flight[T]) -> None:
        if self._flights.get(key) is flight:
            del self._flights[key]
