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

import asyncio
from collections.abc import Awaitable, Hashable

from federation.execution.context import Answer, ExecutionContext
from federation.execution.deadlines import sharing_window
from federation.execution.flights import Flights
from federation.execution.json_codec import encode
from federation.plan.nodes import OperationKind
from federation.server.preparation import Prepared


class OperationSharing:
    """Runs prepared operations."""

    def __init__(self, enabled: bool) -> None:
        self._enabled = enabled
        self._flights: Flights[Answer] = Flights()
        self._mutations = 0

    def execute(self, prepared: Prepared, context: ExecutionContext) -> Awaitable[Answer]:
        """Return the answer to one request, perhaps made for several. Raises cancellation."""
        if prepared.operation.kind is OperationKind.MUTATION:
            return self._mutate(prepared, context)
        key = self._key(prepared, context) if self._enabled else None
        if key is None:
            return prepared.compiled.execute(context)
        return self._flights.join(key, lambda: prepared.compiled.execute(context))

    async def _mutate(self, prepared: Prepared, context: ExecutionContext) -> Answer:
        try:
            return await prepared.compiled.execute(context)
        finally:
            self._mutations += 1

    def _key(self, prepared: Prepared, context: ExecutionContext) -> Hashable:
        """Return all that the answer depends on, or None where that cannot be said."""
        if context.extensions:
            return None
        try:
            variables = encode(context.variables) if context.variables else b""
        except TypeError:
            return None
        headers: tuple[Hashable, ...] = ()
        if context.headers_for is not None:
            headers = tuple(
                tuple(sorted(context.headers_for(step.subgraph).items()))
                for step in prepared.compiled.steps
            )
        window = None
        if context.deadline is not None:
            window = sharing_window(context.deadline, asyncio.get_running_loop().time())
        # The transports are the snapshot's. Both objects live as long as the flight, which runs
        # with them, so that no other can have the same identity meanwhile.
        return (
            id(prepared),
            id(context.transports),
            variables,
            headers,
            context.identity,
            self._mutations,
            window,
        )
