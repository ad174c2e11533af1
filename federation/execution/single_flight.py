"""Equal calls in flight are made once.

Two requests share a call when everything that could change the answer is equal: subgraph, body,
headers, identity of the caller. Whole keys are compared, never a hash alone. Mutations are never
shared. Nothing outlives the call: this is no cache.

A subgraph may be told how much time a call has, so only calls whose deadlines lie close together
are equal (`sharing_window`). Each waiter keeps its own deadline; the call has the last one possible
among those who may join.
"""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import replace

from federation.execution.deadlines import clock, sharing_window
from federation.execution.flights import Flights
from federation.execution.transport import SubgraphRequest, SubgraphResponse, SubgraphTransport
from federation.execution.transports.reading import timed_out


class SingleFlight:
    """`SubgraphTransport` around another one."""

    def __init__(self, transport: SubgraphTransport) -> None:
        self._transport = transport
        self._flights: Flights[SubgraphResponse] = Flights(_share)

    async def send(self, request: SubgraphRequest) -> SubgraphResponse:
        """Return the response of an equal call in flight, or of a new one."""
        if request.mutation:
            return await self._transport.send(request)
        last: float | None = None
        if request.deadline is not None:
            last = sharing_window(request.deadline, clock())[1]
        return await self._flights.join(
            _key(request, last),
            lambda: self._transport.send(replace(request, deadline=last)),
            deadline=request.deadline,
            give_up=lambda: timed_out(request.subgraph),
        )

    async def close(self) -> None:
        """Close the transport underneath."""
        await self._transport.close()


def _share(response: SubgraphResponse) -> SubgraphResponse:
    # What is shared already with others, before and after this flight, has a memo of theirs.
    return response if response.shared else replace(response, shared=True, memo={})


def _key(request: SubgraphRequest, last: float | None) -> Hashable:
    headers = tuple(sorted(request.headers.items())) if request.headers else ()
    return (request.subgraph, request.body, headers, request.identity, request.whole, last)
