"""A subscription: one subgraph's event stream, each event completed like a query's answer.

Any number of listeners take the answers of one stream; an event is completed once for all of them.
Whoever comes later gets the events from then on, whoever leaves does not disturb the others, and
with the last one the stream is closed at the subgraph.

Events wait in a bounded buffer until those before them are completed, answers in one of each
listener until it has taken those before. A buffer that is full ends with a code, so that the client
knows it missed something; nothing is dropped in silence and nothing grows.

There is no reconnecting: events of the gap would be missing and the client could not know.
"""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from collections.abc import Awaitable, Callable, Hashable, Mapping
from contextlib import aclosing
from dataclasses import replace
from typing import Generic, TypeVar

from federation.errors import FederationError, SubgraphError
from federation.execution.context import ExecutionContext
from federation.execution.deadlines import clock
from federation.execution.executor import CompiledPlan
from federation.execution.transport import EventSource, SubgraphRequest, SubgraphResponse

logger = logging.getLogger(__name__)

T = TypeVar("T")

OVERFLOW = "SUBSCRIPTION_BUFFER_OVERFLOW"

# Listeners that get an answer before others on the event loop have their turn: some milliseconds.
_AT_ONCE = 256

# Events that are completed at a time, where they come faster than one after the other.
_AHEAD = 8


class EventAnswer:
    """The answer to one event, as JSON.

    `forms`: what was made of it on the way to clients, by what it was made for. The first who needs
    a form makes it; it is the same for all others.
    """

    __slots__ = ("body", "forms")

    def __init__(self, body: bytes) -> None:
        self.body = body
        self.forms: dict[Hashable, bytes] = {}


class Buffer(Generic[T]):
    """What waits between one who puts and one who takes. At most `capacity` items wait.

    `take`, where there is one, gets an item at once while `next` is waited for and nothing waits;
    when it returns False the item comes out of `next`.
    """

    __slots__ = ("_capacity", "_error", "_full", "_items", "_waiter", "ended", "take")

    def __init__(self, capacity: int, full: str) -> None:
        self.ended = False
        self.take: Callable[[T], bool] | None = None
        self._capacity = capacity
        self._full = full
        # Made when something waits: most of ten thousand quiet ones never need it.
        self._items: deque[T] | None = None
        # Set only while nothing waits and it has not ended.
        self._waiter: asyncio.Future[None] | None = None
        self._error: FederationError | None = None

    def __len__(self) -> int:
        return 0 if self._items is None else len(self._items)

    def put(self, item: T) -> bool:
        """Hand on `item`; False when the buffer was full, which ends it with an error."""
        if self._waiter is not None:
            if self.take is not None and self.take(item):
                return True
            self._keep(item)
            self._wake()
            return True
        if self.ended:
            return False
        if len(self) >= self._capacity:
            self.end(FederationError(self._full % self._capacity, code=OVERFLOW))
            return False
        self._keep(item)
        return True

    def _keep(self, item: T) -> None:
        if self._items is None:
            self._items = deque()
        self._items.append(item)

    def end(self, error: FederationError | None = None) -> None:
        """Nothing more will come. The first call says why."""
        if not self.ended:
            self.ended, self._error = True, error
            self._wake()

    async def next(self) -> T | None:
        """Return the next item, or None at the end. Raises the error it ended with."""
        while not self._items:
            if self.ended:
                if self._error is not None:
                    raise self._error
                return None
            self._waiter = asyncio.get_running_loop().create_future()
            try:
                await self._waiter
            finally:
                self._waiter = None
        return self._items.popleft()

    def _wake(self) -> None:
        waiter, self._waiter = self._waiter, None
        if waiter is not None and not waiter.done():
            waiter.set_result(None)


Listener = Buffer[EventAnswer]

_SLOW_CLIENT = (
    "The client takes events more slowly than they come, and more than %d were waiting;"
    " subscribe again."
)
_SLOW_PLAN = (
    "Events come faster than they can be completed, and more than %d were waiting; subscribe again."
)


class EventStream:
    """One stream of a subgraph and all who listen to it.

    Plan and contexts may be exchanged between events (`rebase`), when a new supergraph plans the
    same stream. Of those who listen the first one's context is used, since all of them ask for the
    same. `settled` is called, once, when no event is being completed any more. `capacity`: how much
    may wait, before completion and for each listener. `event_timeout`: seconds that completing one
    event may take.
    """

    __slots__ = (
        "_answering",
        "_capacity",
        "_compiled",
        "_completing",
        "_events",
        "_listeners",
        "_pump",
        "_source",
        "_timeout",
        "request",
        "settled",
    )

    def __init__(
        self,
        compiled: CompiledPlan,
        request: SubgraphRequest,
        source: EventSource,
        *,
        capacity: int = 128,
        event_timeout: float = 60.0,
    ) -> None:
        self.request = request
        self.settled: Callable[[], Awaitable[None]] | None = None
        self._compiled = compiled
        self._source = source
        self._capacity = capacity
        self._timeout = event_timeout
        self._listeners: dict[Listener, ExecutionContext] = {}
        self._events: Buffer[SubgraphResponse] = Buffer(capacity, _SLOW_PLAN)
        self._pump: asyncio.Task[None] | None = None
        self._answering: asyncio.Task[None] | None = None
        self._completing = 0

    @property
    def executing(self) -> bool:
        """Whether events are being completed on what plan and contexts are, or were."""
        return self._completing > 0

    @property
    def ended(self) -> bool:
        """Whether nobody can join any more: its last event has come, or nobody listens."""
        return self._events.ended

    def listen(self, context: ExecutionContext) -> Listener:
        """Return where the answers to all further events come. It must `leave`."""
        listener = Listener(self._capacity, _SLOW_CLIENT)
        self._listeners[listener] = context
        return listener

    def start(self) -> None:
        """Open the stream at the subgraph, if nobody did before."""
        if self._pump is None and not self._events.ended:
            self._pump = asyncio.ensure_future(self._take_events())

    def leave(self, listener: Listener) -> None:
        """Nothing more for this one. With the last the stream ends."""
        self._listeners.pop(listener, None)
        if not self._listeners:
            self._events.end()
            # Who hands out an answer finds out by itself, and closes the stream undisturbed.
            current = asyncio.current_task()
            for task in (self._pump, self._answering):
                if task is not None and task is not current:
                    task.cancel()

    async def closed(self) -> None:
        """Wait until a stream that all have left is closed at the subgraph."""
        tasks = [task for task in (self._pump, self._answering) if task is not None]
        await asyncio.gather(*tasks, return_exceptions=True)

    def rebase(self, compiled: CompiledPlan, contexts: Mapping[Listener, ExecutionContext]) -> None:
        """Answer further events by another plan, for those of `contexts` who still listen."""
        self._compiled = compiled
        for listener in self._listeners:
            if listener in contexts:
                self._listeners[listener] = contexts[listener]

    async def _take_events(self) -> None:
        error: FederationError | None = None
        try:
            async with aclosing(self._source.subscribe(self.request)) as events:
                async for event in events:
                    if not await self._take(event):
                        break
        except SubgraphError as failure:
            error = failure
        except Exception:
            logger.exception("the event stream of subgraph %s failed", self.request.subgraph)
            error = SubgraphError("The event stream failed.", subgraph=self.request.subgraph)
        self._events.end(error)
        if self._answering is None:
            self._finish(error)

    async def _take(self, event: SubgraphResponse) -> bool:
        """Complete an event here when that waits for nobody, else beside further ones."""
        if self._answering is None:
            if len(self._compiled.steps) == 1 and len(self._listeners) <= _AT_ONCE:
                await self._answer(event)
                return not self._events.ended
            self._answering = asyncio.ensure_future(self._answer_events())
        return self._events.put(event)

    async def _answer_events(self) -> None:
        error: FederationError | None = None
        under_way: deque[asyncio.Task[EventAnswer | None]] = deque()
        try:
            while await self._answer_next(under_way):
                pass
        except FederationError as failure:
            error = failure
        except Exception:
            logger.exception("completing an event of subgraph %s failed", self.request.subgraph)
            error = _internal()
        finally:
            for task in under_way:
                task.cancel()
            await asyncio.gather(*under_way, return_exceptions=True)
        self._events.end(error)
        self._finish(error)

    async def _answer_next(self, under_way: deque[asyncio.Task[EventAnswer | None]]) -> bool:
        """Hand out the next answers; False when no more will come.

        Where events wait, the calls for some are made at a time, and what is complete goes to each
        listener together: one write for several answers, by which a process that cannot keep up
        gains time.
        """
        if not under_way:
            event = await self._events.next()
            if event is None:
                return False
            if not self._events:
                await self._answer(event)
                return True
            under_way.append(asyncio.ensure_future(self._complete(event)))
        while self._events and len(under_way) < _AHEAD:
            event = await self._events.next()
            assert event is not None
            under_way.append(asyncio.ensure_future(self._complete(event)))
        answers = [await under_way[0]]
        under_way.popleft()
        while under_way and under_way[0].done():
            answers.append(under_way.popleft().result())
        await self._hand_out(answers)
        return True

    async def _answer(self, event: SubgraphResponse) -> None:
        """Complete an event and hand the answer to all who listen."""
        await self._hand_out([await self._complete(event)])

    async def _complete(self, event: SubgraphResponse) -> EventAnswer | None:
        """Return the answer to an event; None when nobody listens any more."""
        if not self._listeners:
            return None
        deadline = clock() + self._timeout
        context = next(iter(self._listeners.values()))
        self._completing += 1
        try:
            answer = await self._compiled.execute(replace(context, event=event, deadline=deadline))
        finally:
            self._completing -= 1
        if self.settled is not None and not self._completing:
            settled, self.settled = self.settled, None
            await settled()
        return EventAnswer(answer.body)

    async def _hand_out(self, completed: list[EventAnswer | None]) -> None:
        answers = [answer for answer in completed if answer is not None]
        listeners = tuple(self._listeners)
        for begin in range(0, len(listeners), _AT_ONCE):
            if begin:
                await asyncio.sleep(0)
            for listener in listeners[begin : begin + _AT_ONCE]:
                self._hand_to(listener, answers)

    def _hand_to(self, listener: Listener, answers: list[EventAnswer]) -> None:
        try:
            if all(map(listener.put, answers)):
                return
        except Exception:
            # What is wrong with one client is not to end the stream of all others.
            logger.exception("an answer could not be handed on")
            listener.end(_internal())
        self.leave(listener)

    def _finish(self, error: FederationError | None) -> None:
        for listener in self._listeners:
            listener.end(error)


def _internal() -> FederationError:
    return FederationError("Internal server error.", code="INTERNAL_SERVER_ERROR")


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
