"""A subscription: one subgraph's event stream, each event completed like a query's answer.

Events are taken from the subgraph as they come and wait in a bounded buffer until the client has
taken those before. When the client is slower than the events for so long that the buffer is full,
the stream ends with a code, so that the client knows it missed something; nothing is dropped in
silence and nothing grows.

There is no reconnecting: events of the gap would be missing and the client could not know.
"""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import replace

from federation.errors import FederationError, SubgraphError
from federation.execution.context import Answer, ExecutionContext
from federation.execution.executor import CompiledPlan
from federation.execution.transport import EventSource, SubgraphRequest, SubgraphResponse

logger = logging.getLogger(__name__)

OVERFLOW = "SUBSCRIPTION_BUFFER_OVERFLOW"


class EventBuffer:
    """Events between one producer and one consumer. At most `capacity` wait."""

    def __init__(self, capacity: int) -> None:
        self._capacity = capacity
        self._events: deque[SubgraphResponse] = deque()
        self._changed = asyncio.Event()
        self._error: FederationError | None = None
        self.ended = False

    def __len__(self) -> int:
        return len(self._events)

    def put(self, event: SubgraphResponse) -> bool:
        """Keep `event`; False when the buffer was full, which ends it with an error."""
        if self.ended:
            return False
        if len(self._events) >= self._capacity:
            self.end(
                FederationError(
                    "The client takes events more slowly than they come, and more than"
                    f" {self._capacity} were waiting; subscribe again.",
                    code=OVERFLOW,
                )
            )
            return False
        self._events.append(event)
        self._changed.set()
        return True

    def end(self, error: FederationError | None = None) -> None:
        """Nothing more will come. The first call says why."""
        if not self.ended:
            self.ended, self._error = True, error
            self._changed.set()

    async def get(self) -> SubgraphResponse | None:
        """Return the next event, or None at the end. Raises the error it ended with."""
        while not self._events:
            if self.ended:
                if self._error is not None:
                    raise self._error
                return None
            self._changed.clear()
            await self._changed.wait()
        return self._events.popleft()


class LiveSubscription:
    """One client's subscription while it runs.

    `compiled` and `context` may be exchanged between events (`rebase`), when a new supergraph
    plans the same stream; `executing`: an event is being completed on what they are now.
    `capacity`: events that may wait. `event_timeout`: seconds that
    completing one event may take.
    """

    def __init__(
        self,
        compiled: CompiledPlan,
        context: ExecutionContext,
        source: EventSource,
        *,
        capacity: int = 128,
        event_timeout: float = 60.0,
    ) -> None:
        self._compiled = compiled
        self._context = context
        self._source = source
        self._timeout = event_timeout
        self._buffer = EventBuffer(capacity)
        self._pump: asyncio.Task[None] | None = None
        self.executing = False
        self.request = open_request(compiled, context)

    async def answers(self) -> AsyncGenerator[Answer, None]:
        """Open the stream and yield the answer to each event, in order.

        Returns when the subgraph completes the stream. Raises `SubgraphError` when it breaks,
        and the error given to `end`. Closing the generator closes the subgraph's stream.
        """
        self._pump = asyncio.ensure_future(self._take_events())
        try:
            while (event := await self._buffer.get()) is not None:
                yield await self._complete(event)
        finally:
            self._pump.cancel()
            await asyncio.gather(self._pump, return_exceptions=True)

    def end(self, error: FederationError) -> None:
        """End the stream from outside; events that already wait are still answered."""
        self._buffer.end(error)
        if self._pump is not None:
            self._pump.cancel()

    def rebase(self, compiled: CompiledPlan, context: ExecutionContext) -> bool:
        """Answer further events by another plan; False when that needs another stream."""
        try:
            request = open_request(compiled, context)
        except FederationError:
            return False
        same = (request.subgraph, request.body, dict(request.headers), request.identity) == (
            self.request.subgraph,
            self.request.body,
            dict(self.request.headers),
            self.request.identity,
        )
        if same:
            self._compiled, self._context = compiled, context
        return same

    async def _complete(self, event: SubgraphResponse) -> Answer:
        deadline = asyncio.get_running_loop().time() + self._timeout
        context = replace(self._context, event=event, deadline=deadline)
        self.executing = True
        try:
            return await self._compiled.execute(context)
        finally:
            self.executing = False

    async def _take_events(self) -> None:
        subgraph = self.request.subgraph
        try:
            async with aclosing(self._source.subscribe(self.request)) as events:
                async for event in events:
                    if not self._buffer.put(event):
                        return
            self._buffer.end()
        except SubgraphError as error:
            self._buffer.end(error)
        except Exception:
            logger.exception("the event stream of subgraph %s failed", subgraph)
            self._buffer.end(SubgraphError("The event stream failed.", subgraph=subgraph))


def open_request(compiled: CompiledPlan, context: ExecutionContext) -> SubgraphRequest:
    """Return the request that opens the stream. Raises `FederationError` when there is none."""
    for step in compiled.steps:
        if step.event and all(
            context.variables.get(name) is wanted for name, wanted in step.conditions
        ):
            request = compiled.event_request(context)
            assert request is not None
            # The stream outlives the request that opened it.
            return replace(request, deadline=None)
    raise FederationError(
        "the subscription selects no field that has events", code="GRAPHQL_VALIDATION_FAILED"
    )
