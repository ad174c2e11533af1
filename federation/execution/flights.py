"""Work in flight that several may wait for.

Whoever asks for work with an equal key while it runs waits for it instead of starting it again.
Keys are compared whole. Nothing outlives the work: this is no cache.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Hashable
from typing import Generic, TypeVar

T = TypeVar("T")


class _Flight(Generic[T]):
    """One piece of work, who waits for it now, and how many ever did."""

    __slots__ = ("joined", "task", "waiting")

    def __init__(self, task: asyncio.Future[T]) -> None:
        self.task = task
        self.waiting: set[asyncio.Future[T]] = set()
        self.joined = 0


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
        timer = None
        if deadline is not None:
            timer = loop.call_at(deadline, _give_up, waiter, give_up)
        flight.waiting.add(waiter)
        flight.joined += 1
        try:
            return await waiter
        finally:
            if timer is not None:
                timer.cancel()
            flight.waiting.discard(waiter)
            if not flight.waiting and not flight.task.done():
                flight.task.cancel()
                self._forget(key, flight)

    def _start(self, key: Hashable, work: Awaitable[T]) -> _Flight[T]:
        flight = self._flights[key] = _Flight(asyncio.ensure_future(work))
        flight.task.add_done_callback(lambda _: self._land(key, flight))
        return flight

    def _land(self, key: Hashable, flight: _Flight[T]) -> None:
        """Give the outcome to all who wait."""
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


def _give_up(waiter: asyncio.Future[T], error: Callable[[], Exception]) -> None:
    if not waiter.done():
        waiter.set_exception(error())
