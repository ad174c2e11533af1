"""Equal queries in flight are answered once.

Two requests share an answer when nothing could make their answers differ: the same document and
operation on the same snapshot, the same variables, the same headers forwarded to every subgraph
of the plan, the same identity. All of it is compared whole. What a client sends that reaches no
subgraph cannot change an answer and is not compared.

Only queries are shared, and nobody reads behind a write of their own: a query that comes after a
mutation was answered here never joins one that began before. Nor does it join one whose deadline
is further from its own than a tenth of the time left. Another replica's mutations are not seen; a
read may then be as old as the query it joined, as with equal calls to subgraphs. Turned off by
`traffic_shaping.router.deduplicate_query`.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Hashable, Mapping
from typing import Any

from msgspec import Struct

from federation.execution.context import Answer
from federation.execution.deadlines import clock, sharing_window
from federation.execution.flights import Flights
from federation.execution.json_codec import encode
from federation.execution.transport import SubgraphTransport
from federation.plan.nodes import OperationKind
from federation.server.callers.identity import HeadersFor
from federation.server.preparation import Prepared


class Asked(Struct, eq=False):
    """What of a request its answer depends on. `encoded`: its variables as JSON, where that is
    known. `alone`: something else may make a difference, too.
    """

    prepared: Prepared
    transports: Mapping[str, SubgraphTransport]
    variables: Mapping[str, Any]
    encoded: bytes | None
    headers_for: HeadersFor | None
    identity: Hashable
    deadline: float
    alone: bool


class OperationSharing:
    """Runs prepared operations."""

    def __init__(self, enabled: bool) -> None:
        self._enabled = enabled
        self._flights: Flights[Answer] = Flights()
        self._mutations = 0

    def execute(self, asked: Asked, run: Callable[[], Awaitable[Answer]]) -> Awaitable[Answer]:
        """Return the answer to one request, perhaps made for several: then only one of them is
        `run`. Raises cancellation.
        """
        if asked.prepared.operation.kind is OperationKind.MUTATION:
            return self._mutate(run)
        key = self._key(asked) if self._enabled and not asked.alone else None
        return run() if key is None else self._flights.join(key, run)

    async def _mutate(self, run: Callable[[], Awaitable[Answer]]) -> Answer:
        try:
            return await run()
        finally:
            self._mutations += 1

    def _key(self, asked: Asked) -> Hashable:
        """Return all that the answer depends on, or None where that cannot be said."""
        variables = asked.encoded
        if variables is None:
            try:
                variables = encode(asked.variables) if asked.variables else b""
            except TypeError:
                return None
        headers: tuple[Hashable, ...] = ()
        headers_for = asked.headers_for
        if headers_for is not None:
            headers = tuple(
                tuple(sorted(headers_for(step.subgraph).items()))
                for step in asked.prepared.compiled.steps
            )
        # The transports are the snapshot's. Both objects live as long as the flight, which runs
        # with them, so that no other can have the same identity meanwhile.
        return (
            id(asked.prepared),
            id(asked.transports),
            variables,
            headers,
            asked.identity,
            self._mutations,
            sharing_window(asked.deadline, clock()),
        )
