"""One stream of a subgraph for all clients that subscribed to the same.

Two subscriptions share a stream, and the work for each event, when nothing could make their answers
differ: the same prepared operation on the same snapshot, the same variables, the same headers
forwarded to every subgraph of the plan, the same identity, the same fields withheld. All of it is
compared whole, as for equal operations in flight (`operation_sharing`). Why so: `decisions/0011`.

When another supergraph or other settings go live, who asks is found out anew for each client, and
the operation planned on them. If the same stream still gives its events, it goes on and answers
them by the new plan, for all who still ask for the same; the others are told to subscribe again.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Hashable, Mapping
from dataclasses import dataclass
from typing import Protocol

from federation.errors import FederationError
from federation.execution.context import ExecutionContext
from federation.execution.executor import CompiledPlan
from federation.execution.json_codec import encode
from federation.execution.subscriptions import EventStream, Listener, open_request
from federation.execution.transport import EventSource
from federation.registry.snapshot import LiveSnapshot, Snapshot
from federation.server.settings.subscription import Deduplication

RELOADED = "SUBSCRIPTION_SCHEMA_RELOAD"
RECONFIGURED = "SUBSCRIPTION_CONFIG_RELOAD"
SHUTDOWN = "SUBSCRIPTION_SERVER_SHUTDOWN"

# Clients looked at in a reload before others on the event loop have their turn.
_AT_ONCE = 32


@dataclass(frozen=True, slots=True)
class Planned:
    """An operation ready to run for one client on one snapshot.

    `forwarded`: the client's own headers by subgraph, without what says who asks: that is in the
    identity. `apart`: something besides has a say in what is asked, so it cannot be shared.
    """

    snapshot: Snapshot
    compiled: CompiledPlan
    context: ExecutionContext
    forwarded: Callable[[str], Mapping[str, str]] | None = None
    apart: bool = False

    def headers(self, subgraph: str, ignored: frozenset[str]) -> tuple[tuple[str, str], ...]:
        """Return the forwarded headers but for those that are ignored, to be compared."""
        if self.forwarded is None:
            return ()
        found = self.forwarded(subgraph).items()
        return tuple(sorted(item for item in found if item[0] not in ignored))


# Plans a client's operation again on another snapshot; None when it is no longer valid there.
Replan = Callable[[Snapshot], Awaitable[Planned | None]]


class Member(Protocol):
    """A client of a stream."""

    listener: Listener
    replan: Replan

    def end(self, error: FederationError) -> None: ...


class SharedStreams:
    """The streams that others may join, by all that their answers depend on."""

    def __init__(self, live: LiveSnapshot) -> None:
        self.live = live
        self._streams: dict[Hashable, SharedStream] = {}

    def find(self, key: Hashable) -> SharedStream | None:
        """Return the stream to join, None when there is none."""
        found = self._streams.get(key)
        return None if found is None or found.stream.ended else found

    def offer(self, stream: SharedStream) -> None:
        """Others may join from now on; if two are equal, the one that was there first."""
        if stream.key is not None and self.find(stream.key) is None:
            self._streams[stream.key] = stream

    def withdraw(self, stream: SharedStream) -> None:
        """Nobody may join any more."""
        if self._streams.get(stream.key) is stream:
            del self._streams[stream.key]


class SharedStream:
    """A stream with its clients, and what it holds of snapshots.

    It holds the one it was opened on, since that one's connection carries the events, and the one
    that plans its answers now.
    """

    __slots__ = (
        "_current",
        "_forwarded",
        "_members",
        "_moving",
        "_origin",
        "_owner",
        "_passed",
        "_released",
        "_rules",
        "key",
        "stream",
    )

    def __init__(
        self,
        owner: SharedStreams,
        planned: Planned,
        source: EventSource,
        rules: Deduplication,
        *,
        capacity: int,
        event_timeout: float,
    ) -> None:
        request = open_request(planned.compiled, planned.context)
        self.stream = EventStream(
            planned.compiled, request, source, capacity=capacity, event_timeout=event_timeout
        )
        self._rules = rules
        self.key = key_of(planned, rules)
        self._owner = owner
        self._forwarded = planned.headers(request.subgraph, self._ignored)
        self._members: dict[Member, None] = {}
        self._origin = self._current = planned.snapshot
        self._passed: list[Snapshot] = []
        self._moving: asyncio.Task[None] | None = None
        self._released = False
        owner.offer(self)
        self._origin.requests += 1
        self._follow(self._origin)

    @property
    def _ignored(self) -> frozenset[str]:
        return ignored_headers(self._rules, self.stream.request.subgraph)

    def add(self, member: Member) -> None:
        """A client joins."""
        self._members[member] = None

    def leave(self, member: Member) -> None:
        """A client wants nothing more. With the last one the stream ends."""
        self._members.pop(member, None)
        self.stream.leave(member.listener)
        if not self._members:
            self._owner.withdraw(self)

    async def closed(self) -> None:
        """When all have left, wait until it is closed at the subgraph, and let go of snapshots."""
        if self._members or self._released:
            return
        self._released = True
        self._current.on_retired.discard(self._on_retired)
        try:
            if self._moving is not None and self._moving is not asyncio.current_task():
                self._moving.cancel()
                await asyncio.gather(self._moving, return_exceptions=True)
            await self.stream.closed()
        finally:
            held = [*self._passed, self._origin]
            if self._current is not self._origin:
                held.append(self._current)
            self._passed = []
            await _release(held)

    def _follow(self, snapshot: Snapshot) -> None:
        if snapshot.retired:
            self._on_retired()
        else:
            snapshot.on_retired.add(self._on_retired)

    def _on_retired(self) -> None:
        self._owner.withdraw(self)
        if self._owner.live.current is None:
            self._end(FederationError("The server is stopping; subscribe again.", code=SHUTDOWN))
        else:
            self._moving = asyncio.ensure_future(self._move())

    def _end(self, error: FederationError) -> None:
        for member in tuple(self._members):
            member.end(error)

    async def _move(self) -> None:
        """Go on under the supergraph that is live now, or end."""
        fresh = self._owner.live.current
        assert fresh is not None
        fresh.requests += 1
        try:
            moved = await self._moved(fresh)
        except BaseException:
            await _release([fresh])
            raise
        if not moved:
            await _release([fresh])
            self._end(_reloaded(self._current, fresh))
            return
        left, self._current = self._current, fresh
        if left is not self._origin:
            self._passed.append(left)
            # An event that is being completed runs on it still.
            self.stream.settled = self._let_go
            if not self.stream.executing:
                await self._let_go()
        self._follow(fresh)

    async def _moved(self, fresh: Snapshot) -> bool:
        """Go on for those who still ask for the same, and end it for others; False for all."""
        subgraph = self.stream.request.subgraph
        if fresh.ways.get(subgraph) != self._origin.ways.get(subgraph):
            return False
        first: Planned | None = None
        key: Hashable = None
        contexts: dict[Listener, ExecutionContext] = {}
        for index, member in enumerate(tuple(self._members)):
            if index and index % _AT_ONCE == 0:
                await asyncio.sleep(0)
            planned = await _planned_again(member, fresh)
            if planned is None:
                continue
            if first is None and self._goes_on(planned):
                first, key = planned, key_of(planned, self._rules)
            elif first is None or key is None or key_of(planned, self._rules) != key:
                continue
            contexts[member.listener] = planned.context
        if first is None:
            return False
        for member in tuple(self._members):
            if member.listener not in contexts:
                member.end(_reloaded(self._current, fresh))
        self.stream.rebase(first.compiled, contexts)
        self.key = key
        self._owner.offer(self)
        return True

    def _goes_on(self, planned: Planned) -> bool:
        """Whether the plan opens the stream that is open."""
        try:
            request = open_request(planned.compiled, planned.context)
        except FederationError:
            return False
        mine = self.stream.request
        return (request.subgraph, request.body, request.identity) == (
            mine.subgraph,
            mine.body,
            mine.identity,
        ) and planned.headers(request.subgraph, self._ignored) == self._forwarded

    async def _let_go(self) -> None:
        await _release(self._passed)


def key_of(planned: Planned, rules: Deduplication) -> Hashable | None:
    """Return all that the answers depend on; None when they are not to be shared.

    What stands in it by its address, plan and snapshot, lives as long as a stream with that key.
    """
    context, compiled = planned.context, planned.compiled
    subgraph = open_request(compiled, context).subgraph
    if not rules.subgraphs.get(subgraph, rules.all).enabled or planned.apart:
        return None
    # Transports of its own: a subgraph is not to be asked for this client.
    if context.transports is not planned.snapshot.transports:
        return None
    if context.extensions or context.root_data:
        return None
    try:
        variables = encode(context.variables)
        known_errors = encode(list(context.known_errors))
    except TypeError:
        return None
    ignored = ignored_headers(rules, subgraph)
    headers = tuple(planned.headers(step.subgraph, ignored) for step in compiled.steps)
    return (
        id(compiled),
        id(planned.snapshot),
        variables,
        known_errors,
        headers,
        context.identity,
    )


def ignored_headers(rules: Deduplication, subgraph: str) -> frozenset[str]:
    """Return the headers, in lower case, that may differ between those who share."""
    names = rules.subgraphs.get(subgraph, rules.all).ignored_headers
    return frozenset(name.lower() for name in names)


async def _planned_again(member: Member, fresh: Snapshot) -> Planned | None:
    try:
        return await member.replan(fresh)
    except (FederationError, TimeoutError):
        return None


async def _release(snapshots: list[Snapshot]) -> None:
    released = tuple(snapshots)
    snapshots.clear()
    for snapshot in released:
        snapshot.requests -= 1
        await snapshot.close_if_idle()


def _reloaded(old: Snapshot, new: Snapshot) -> FederationError:
    if old.schema.version == new.schema.version:
        return FederationError("The settings have changed; subscribe again.", code=RECONFIGURED)
    return FederationError("The graph's schema has changed; subscribe again.", code=RELOADED)
