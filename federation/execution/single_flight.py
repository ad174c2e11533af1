"""Equal calls in flight are made once.

Two requests share a call when everything that could change the answer is equal: subgraph, body,
headers, identity of the caller. Whole keys are compared, never a hash alone. Mutations are never
shared. Nothing outlives the call: this is no cache.
"""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import replace

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
        # Each waiter keeps its own deadline; the call itself has the transport's time-out only,
        # since one that joins later may have more time.
        return await self._flights.join(
            _key(request),
            lambda: self._transport.send(replace(request, deadline=None)),
            deadline=request.deadline,
            give_up=lambda: timed_out(request.subgraph),
        )

    async def close(self) -> None:
        """Close the transport underneath."""
        await self._transport.close()


def _share(response: SubgraphResponse) -> SubgraphResponse:
    return replace(response, shared=True, memo={})


def _key(request: SubgraphRequest) -> Hashable:
    headers = tuple(sorted(request.headers.items())) if request.headers else ()
    return (request.subgraph, request.body, headers, request.identity, request.whole)
