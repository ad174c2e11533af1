"""Clients' subscriptions while they run: how many may, and how each of them ends.

Equal ones share a stream, see `shared_streams`. A client's limits, its credentials and how fast it
takes events concern that client alone.
"""

from __future__ import annotations

from federation.errors import FederationError, RequestError
from federation.execution.subscriptions import open_request
from federation.registry.snapshot import LiveSnapshot
from federation.server.settings.subscription import Subscription
from federation.server.shared_streams import (
    SHUTDOWN,
    Planned,
    Replan,
    SharedStream,
    SharedStreams,
    key_of,
)
from federation.server.wire.streaming import Take

LIMIT = "SUBSCRIPTION_MAX_LIMIT"


class Subscriptions:
    """All subscriptions of the process."""

    def __init__(self, settings: Subscription, live: LiveSnapshot, event_timeout: float) -> None:
        self.settings = settings
        self.event_timeout = event_timeout
        self._shared = SharedStreams(live)
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
            key = key_of(planned, self.settings.deduplication)
        except FederationError as error:
            raise RequestError(error.message, code=error.code) from None
        found = None if key is None else self._shared.find(key)
        subscription = ClientSubscription(self, found or self._opened(planned), planned, replan)
        subscription.joined = found is not None
        self._running.add(subscription)
        return subscription

    def _opened(self, planned: Planned) -> SharedStream:
        subgraph = open_request(planned.compiled, planned.context).subgraph
        source = planned.snapshot.streams.get(subgraph)
        if source is None:
            raise RequestError(
                f"no way to subscribe to subgraph {subgraph!r} is set up",
                code="SUBSCRIPTION_NOT_SUPPORTED",
                http_status=500,
            )
        return SharedStream(
            self._shared,
            planned,
            source,
            self.settings.deduplication,
            capacity=self.settings.queue_capacity,
            event_timeout=self.event_timeout,
        )

    def drain(self) -> None:
        """End all subscriptions, since the server is about to stop, and open no more."""
        self._draining = True
        for subscription in tuple(self._running):
            subscription.end(
                FederationError("The server is stopping; subscribe again.", code=SHUTDOWN)
            )

    def forget(self, subscription: ClientSubscription) -> None:
        """The subscription is over."""
        self._running.discard(subscription)


class ClientSubscription:
    """One subscription of one client. `Parts` for the stream that carries it.

    `joined`: it shares a stream that was there before.
    """

    __slots__ = ("_closed", "_owner", "_shared", "joined", "listener", "replan")

    def __init__(
        self, owner: Subscriptions, shared: SharedStream, planned: Planned, replan: Replan
    ) -> None:
        self.listener = shared.stream.listen(planned.context)
        self.replan = replan
        self.joined = False
        self._owner = owner
        self._shared = shared
        self._closed = False
        shared.add(self)

    async def next(self) -> bytes | None:
        """Return the next answer's JSON. See `Parts.next`."""
        self._shared.stream.start()
        answer = await self.listener.next()
        return None if answer is None else answer.body

    def deliver(self, take: Take) -> None:
        """See `Parts.deliver`."""
        self.listener.take = take

    def end(self, error: FederationError) -> None:
        """End it from outside; answers that already wait are still given out."""
        self.listener.end(error)
        self._shared.leave(self)

    async def close(self) -> None:
        """Leave the stream; the last one waits until it is closed at the subgraph."""
        if self._closed:
            return
        self._closed = True
        self._shared.leave(self)
        try:
            await self._shared.closed()
        finally:
            self._owner.forget(self)
