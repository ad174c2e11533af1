"""Equal calls in flight are made once.

Two requests share a call when everything that could change the answer is equal: subgraph, body,
headers, identity of the caller. Whole keys are compared, never a hash alone. Mutations are never
shared. Nothing outlives the call: this is no cache.
"""

from __future__ import annotations

import asyncio
from collections.abc import Hashable
from dataclasses import dataclass, replace

from federation.execution.transport import SubgraphRequest, SubgraphResponse, SubgraphTransport
from federation.execution.transports.reading import timed_out


@dataclass(slots=True)
class _Flight:
    """A call, how many wait for it now, and how many ever did."""

    task: asyncio.Task[SubgraphResponse]
    waiters: int = 0
    joined: int = 0


class SingleFlight:
    """`SubgraphTransport` around another one.

    A waiter that is cancelled or out of time leaves; the call goes on for the others and is
    cancelled when nobody is left.
    """

    def __init__(self, transport: SubgraphTransport) -> None:
        self._transport = transport
        self._flights: dict[Hashable, _Flight] = {}

    async def send(self, request: SubgraphRequest) -> SubgraphResponse:
        """Return the response of an equal call in flight, or of a new one."""
        if request.mutation:
            return await self._transport.send(request)
        key = _key(request)
        flight = self._flights.get(key)
        if flight is None:
            flight = self._start(key, request)
        flight.waiters += 1
        flight.joined += 1
        try:
            response = await self._wait(flight, request)
        finally:
            flight.waiters -= 1
            if not flight.waiters and not flight.task.done():
                flight.task.cancel()
                self._forget(key, flight)
        return response

    def _start(self, key: Hashable, request: SubgraphRequest) -> _Flight:
        # Each waiter keeps its own deadline; the call itself has the transport's time-out only,
        # since one that joins later may have more time.
        task = asyncio.ensure_future(self._transport.send(replace(request, deadline=None)))
        flight = self._flights[key] = _Flight(task)
        task.add_done_callback(lambda _: self._forget(key, flight))
        return flight

    def _forget(self, key: Hashable, flight: _Flight) -> None:
        if self._flights.get(key) is flight:
            del self._flights[key]

    async def _wait(self, flight: _Flight, request: SubgraphRequest) -> SubgraphResponse:
        try:
            async with asyncio.timeout_at(request.deadline) as limit:
                response = await asyncio.shield(flight.task)
        except TimeoutError:
            if limit.expired():
                raise timed_out(request.subgraph) from None
            raise
        return response if flight.joined == 1 else replace(response, shared=True)

    async def close(self) -> None:
        """Close the transport underneath."""
        await self._transport.close()


def _key(request: SubgraphRequest) -> Hashable:
    headers = tuple(sorted(request.headers.items()))
    return (request.subgraph, request.body, headers, request.identity)
