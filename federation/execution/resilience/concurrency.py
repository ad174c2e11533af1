"""How many calls one subgraph has at once; the others wait in a bounded queue.

The limit starts at its highest and stays there for as long as the subgraph copes. It falls by a
third when a tenth of the calls come back with what says "too much" (`verdict.load_of`: time-outs,
429, 503), and rises again by a tenth of itself for each full round of good answers while it is in
use ("additive increase, multiplicative decrease", as TCP does). Signs of calls that were begun
before the last fall are not counted twice.

Latency is no sign here: how long a GraphQL call takes depends on what it asks for, and a client
that asks for more must not make the hub believe that the subgraph is overloaded.
"""

from __future__ import annotations

import asyncio
from collections import deque
from dataclasses import dataclass, replace

from federation.errors import Failure, SubgraphError
from federation.execution.deadlines import clock
from federation.execution.resilience.verdict import Verdict, load_of
from federation.execution.transport import SubgraphRequest, SubgraphResponse, SubgraphTransport
from federation.execution.transports.reading import timed_out

LIMITED = "REQUEST_CONCURRENCY_LIMITED"

_FALL = 2 / 3
_RISE = 0.1
_SHARE = 0.1
# Outcomes after which the shares are counted anew.
_ROUND = 100


@dataclass(frozen=True, slots=True)
class ConcurrencyOptions:
    """`highest`, `lowest`: bounds of the limit. `queue_size`: calls that may wait.

    `queue_timeout`: how long one waits, in seconds; None: as long as the call may take.
    """

    highest: int = 100
    lowest: int = 4
    queue_size: int = 1000
    queue_timeout: float | None = None


class AdaptiveLimit:
    """The limit of one subgraph. `now` is always a time of one clock, in seconds."""

    def __init__(self, options: ConcurrencyOptions) -> None:
        self._options = options
        self._limit = float(options.highest)
        self._good = 0
        self._bad = 0
        self._fell_at = 0.0

    @property
    def limit(self) -> int:
        return int(self._limit)

    def report(self, verdict: Verdict, started: float, now: float, in_flight: int) -> None:
        """Tell the outcome of a call; `in_flight` were under way with it."""
        if verdict is Verdict.GOOD:
            self._good += 1
            if self._limit < self._options.highest and in_flight * 2 >= self._limit:
                step = max(1.0, self._limit * _RISE) / self._limit
                self._limit = min(self._limit + step, float(self._options.highest))
        elif verdict is Verdict.BAD and started >= self._fell_at:
            self._bad += 1
            if self._bad >= 2 and self._bad >= _SHARE * (self._good + self._bad):
                self._limit = max(self._limit * _FALL, float(self._options.lowest))
                self._fell_at = now
                self._good = self._bad = 0
        if self._good + self._bad >= _ROUND:
            self._good = self._bad = 0


class Concurrency:
    """Who is under way to one subgraph and who waits. `limited`: how many were refused, ever."""

    def __init__(self, options: ConcurrencyOptions) -> None:
        self.options = options
        self.adaptive = AdaptiveLimit(options)
        self.in_flight = 0
        self.limited = 0
        self._queue: deque[asyncio.Future[bool]] = deque()

    @property
    def queued(self) -> int:
        """How many wait."""
        return len(self._queue)

    def enter(self) -> bool:
        """Take a place when one is free and nobody waits for it."""
        if self.in_flight < self.adaptive.limit and not self._queue:
            self.in_flight += 1
            return True
        return False

    async def wait(self, end: float) -> bool:
        """Wait for a place until `end`; return whether there is one. Raises cancellation."""
        if len(self._queue) >= self.options.queue_size:
            return False
        loop = asyncio.get_running_loop()
        waiter: asyncio.Future[bool] = loop.create_future()
        timer = loop.call_at(end, _give_up, waiter)
        self._queue.append(waiter)
        try:
            return await waiter
        except asyncio.CancelledError:
            # The place may have been given in the same moment.
            if waiter.done() and not waiter.cancelled() and waiter.result():
                self.leave()
            raise
        finally:
            timer.cancel()
            if waiter in self._queue:
                self._queue.remove(waiter)

    def leave(self) -> None:
        """Give the place back; who waits longest gets it."""
        self.in_flight -= 1
        while self._queue and self.in_flight < self.adaptive.limit:
            waiter = self._queue.popleft()
            if not waiter.done():
                self.in_flight += 1
                waiter.set_result(True)


def _give_up(waiter: asyncio.Future[bool]) -> None:
    if not waiter.done():
        waiter.set_result(False)


class Limiting:
    """`SubgraphTransport` around another one.

    `timeout`: of a call with its time in the queue. `fair`: see `verdict`.
    """

    def __init__(
        self,
        transport: SubgraphTransport,
        concurrency: Concurrency,
        timeout: float,
        fair: float,
    ) -> None:
        self._transport = transport
        self._concurrency = concurrency
        self._timeout = timeout
        self._fair = fair

    async def send(self, request: SubgraphRequest) -> SubgraphResponse:
        """Return the response. Raises `SubgraphError`, also when there was no place in time."""
        concurrency = self._concurrency
        if not concurrency.enter():
            request = await self._queue(request)
        started = clock()
        verdict = Verdict.NOTHING
        try:
            response = await self._transport.send(request)
            verdict = load_of(response, 0.0, self._fair)
            return response
        except SubgraphError as error:
            verdict = load_of(error, clock() - started, self._fair)
            raise
        finally:
            concurrency.adaptive.report(verdict, started, clock(), concurrency.in_flight)
            concurrency.leave()

    async def _queue(self, request: SubgraphRequest) -> SubgraphRequest:
        """Wait for a place; return the request with the time that is then left."""
        asked = clock()
        end = asked + self._timeout
        if request.deadline is not None:
            end = min(end, request.deadline)
        waits = self._concurrency.options.queue_timeout
        until = end if waits is None else min(end, asked + waits)
        if await self._concurrency.wait(until):
            return replace(request, deadline=end)
        if until == end and clock() >= end:
            raise timed_out(request.subgraph, Failure.NOT_SENT)
        self._concurrency.limited += 1
        raise SubgraphError(
            "The subgraph was not asked, since it has as many calls as it can answer;"
            " try again in a while.",
            subgraph=request.subgraph,
            code=LIMITED,
            failure=Failure.NOT_SENT,
        )

    async def close(self) -> None:
        """Close the transport underneath."""
        await self._transport.close()
