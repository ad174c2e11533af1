"""Clients' subscriptions while they run: how many may, and what a reload does to them.

When another supergraph or other settings go live, each subscription is planned on them. If the
same stream of the same subgraph still gives its events, it goes on and answers them by the new
plan; otherwise it ends with `SUBSCRIPTION_SCHEMA_RELOAD` or `SUBSCRIPTION_CONFIG_RELOAD`, and the
client subscribes again.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from federation.errors import FederationError, RequestError
from federation.execution.context import ExecutionContext
from federation.execution.executor import CompiledPlan
from federation.execution.subscriptions import LiveSubscription, open_request
from federation.registry.snapshot import LiveSnapshot, Snapshot
from federation.server.settings.subscription import Subscription

RELOADED = "SUBSCRIPTION_SCHEMA_RELOAD"
RECONFIGURED = "SUBSCRIPTION_CONFIG_RELOAD"
LIMIT = "SUBSCRIPTION_MAX_LIMIT"
SHUTDOWN = "SUBSCRIPTION_SERVER_SHUTDOWN"


@dataclass(frozen=True, slots=True)
class Planned:
    """An operation ready to run for one client on one snapshot."""

    snapshot: Snapshot
    compiled: CompiledPlan
    context: ExecutionContext


# Plans a client's operation again on another snapshot; None when it is no longer valid there.
Replan = Callable[[Snapshot], Awaitable[Planned | None]]


class Subscriptions:
    """All subscriptions of the process."""

    def __init__(self, settings: Subscription, live: LiveSnapshot, event_timeout: float) -> None:
        self.settings = settings
        self.live = live
        self.event_timeout = event_timeout
        self._running: set[ClientSubscription] = set()
        self._draining = False

    def __len__(self) -> int:
        return len(self._running)

    def reconfigure(self, settings: Subscription, event_timeout: float) -> None:
        """Other settings hold for what is opened from now on."""
        self.settings = settings
        self.event_timeout = event_timeout

    def open(self, planned: Planned, replan: Replan) -> ClientSubscription:
        """Return a new subscription, not yet opened at the subgraph; it must be closed.

        Raises `RequestError` when subscriptions are off, too many are open, or the subgraph
        has no event stream.
        """
        if not self.settings.enabled:
            raise RequestError(
                "subscriptions are turned off here; subscription.enabled turns them on",
                code="SUBSCRIPTION_NOT_SUPPORTED",
            )
        if self._draining or len(self._running) >= self.settings.max_opened_subscriptions:
            raise RequestError(
                "too many subscriptions are open; try again later", code=LIMIT, http_status=503
            )
        try:
            subgraph = open_request(planned.compiled, planned.context).subgraph
        except FederationError as error:
            raise RequestError(error.message, code=error.code) from None
        source = planned.snapshot.streams.get(subgraph)
        if source is None:
            raise RequestError(
                f"no way to subscribe to subgraph {subgraph!r} is set up",
                code="SUBSCRIPTION_NOT_SUPPORTED",
                http_status=500,
            )
        live = LiveSubscription(
            planned.compiled,
            planned.context,
            source,
            capacity=self.settings.queue_capacity,
            event_timeout=self.event_timeout,
        )
        subscription = ClientSubscription(self, planned.snapshot, live, replan)
        self._running.add(subscription)
        return subscription

    def drain(self) -> None:
        """End all subscriptions, since the server is about to stop, and open no more."""
        self._draining = True
        for subscription in tuple(self._running):
            subscription.live.end(
                FederationError("The server is stopping; subscribe again.", code=SHUTDOWN)
            )

    def forget(self, subscription: ClientSubscription) -> None:
        """The subscription is over."""
        self._running.discard(subscription)


class ClientSubscription:
    """One subscription of one client. `Parts` for the stream that carries it.

    Holds the snapshot its stream was opened on, since that one's connection carries the events,
    and the one that plans its answers now.
    """

    def __init__(
        self, owner: Subscriptions, snapshot: Snapshot, live: LiveSubscription, replan: Replan
    ) -> None:
        self.live = live
        self._owner = owner
        self._replan = replan
        self._answers = live.answers()
        self._origin = snapshot
        self._current = snapshot
        self._passed: list[Snapshot] = []
        self._replanning: asyncio.Task[None] | None = None
        self._closed = False
        snapshot.requests += 1
        self._watch(snapshot)

    async def next(self) -> bytes | None:
        """Return the next answer's JSON. See `Parts.next`."""
        async for answer in self._answers:
            # No event runs on a snapshot from before the last answer any more.
            await self._release(self._passed)
            return answer.body
        return None

    async def close(self) -> None:
        """End the stream at the subgraph and let go of the snapshots."""
        if self._closed:
            return
        self._closed = True
        self._current.on_retired.discard(self._on_retired)
        try:
            if self._replanning is not None:
                self._replanning.cancel()
                await asyncio.gather(self._replanning, return_exceptions=True)
            await self._answers.aclose()
        finally:
            self._owner.forget(self)
            held = [*self._passed, self._origin]
            if self._current is not self._origin:
                held.append(self._current)
            self._passed = []
            await self._release(held)

    def _watch(self, snapshot: Snapshot) -> None:
        snapshot.on_retired.add(self._on_retired)

    def _on_retired(self) -> None:
        if self._owner.live.current is None:
            self.live.end(
                FederationError("The server is stopping; subscribe again.", code=SHUTDOWN)
            )
        else:
            self._replanning = asyncio.ensure_future(self._move())

    async def _move(self) -> None:
        """Go on under the supergraph that is live now, or end."""
        fresh = self._owner.live.current
        assert fresh is not None
        fresh.requests += 1
        try:
            moved = await self._moved(fresh)
        except BaseException:
            await self._release([fresh])
            raise
        if not moved:
            await self._release([fresh])
            self.live.end(_reloaded(self._current, fresh))
            return
        left, self._current = self._current, fresh
        if left is not self._origin:
            self._passed.append(left)
            if not self.live.executing:
                await self._release(self._passed)
        if fresh.retired:
            self._on_retired()
        else:
            self._watch(fresh)

    async def _moved(self, fresh: Snapshot) -> bool:
        subgraph = self.live.request.subgraph
        if fresh.ways.get(subgraph) != self._origin.ways.get(subgraph):
            return False
        try:
            planned = await self._replan(fresh)
        except (FederationError, TimeoutError):
            return False
        return planned is not None and self.live.rebase(planned.compiled, planned.context)

    async def _release(self, snapshots: list[Snapshot]) -> None:
        released = tuple(snapshots)
        snapshots.clear()
        for snapshot in released:
            snapshot.requests -= 1
            await snapshot.close_if_idle()


def _reloaded(old: Snapshot, new: Snapshot) -> FederationError:
    if old.schema.version == new.schema.version:
        return FederationError("The settings have changed; subscribe again.", code=RECONFIGURED)
    return FederationError("The graph's schema has changed; subscribe again.", code=RELOADED)
