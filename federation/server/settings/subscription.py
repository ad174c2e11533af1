"""`subscription`: streams to clients and from subgraphs."""

from __future__ import annotations

import re
from typing import Annotated, Literal

from msgspec import Meta, field

from federation.config.duration import Duration
from federation.server.settings.base import Positive, Section


def _check_interval(seconds: float | None) -> None:
    if seconds is not None and seconds <= 0:
        raise ValueError("'heartbeat_interval' must be more than nothing; leave it empty for none")


class Passthrough(Section, frozen=True):
    """How streams of a subgraph are opened.

    `path` replaces that of its url. `graphql_ws` is the WebSocket sub-protocol
    `graphql-transport-ws`. `heartbeat_interval`: pings over WebSocket, and on every protocol the
    stream ends after two silent intervals; not set, silence means nothing.

    `streams_per_connection`: how many streams of one caller share a WebSocket; 1: each has its own.

    `protocol`: how the subgraph sends events.
    """

    path: Annotated[str, Meta(pattern=r"^/[^\s?#]*$")] | None = None
    protocol: Literal["graphql_ws", "sse", "multipart"] = "graphql_ws"
    heartbeat_interval: Duration | None = None
    streams_per_connection: Positive = 50

    def __post_init__(self) -> None:
        _check_interval(self.heartbeat_interval)


class PassthroughMode(Section, frozen=True):
    """For all subgraphs, and instead of that for one."""

    all: Passthrough = Passthrough()
    subgraphs: dict[str, Passthrough] = field(default_factory=dict)


class CallbackMode(Section, frozen=True):
    """Subgraphs that post their events to us (HTTP callback protocol).

    `public_url`: where they reach `path` of this server from outside, with the path.

    `subgraphs`: which do so. `heartbeat_interval`: how often they must say that a stream lives;
    null: never.
    """

    public_url: str
    subgraphs: tuple[str, ...]
    path: Annotated[str, Meta(pattern=r"^/[^\s?#{}]+$")] = "/callback"
    heartbeat_interval: Duration | None = 5.0

    def __post_init__(self) -> None:
        if not re.match(r"https?://[^/]+", self.public_url):
            raise ValueError("'public_url' must be an http:// or https:// address")
        _check_interval(self.heartbeat_interval)


class SubscriptionMode(Section, frozen=True):
    """How events of subgraphs come: `passthrough`, over a stream that we open, or by `callback`."""

    passthrough: PassthroughMode = PassthroughMode()
    callback: CallbackMode | None = None


class SingleConnection(Section, frozen=True):
    """GraphQL over SSE in single connection mode: one event stream carries the answers to many
    operations. For clients behind HTTP/1.1, where a browser opens few connections. Off by default:
    streams belong to one process, so a load balancer must send a client to the same one each time.

    `max_streams`: reserved and open ones together. `reservation_timeout`: how long a reserved
    stream may wait to be opened. How many operations one may run is `max_operations_per_connection`
    of the section above, how many answers may wait for a slow client its `queue_capacity`.
    """

    enabled: bool = False
    max_streams: Positive = 1_000
    reservation_timeout: Duration = 30.0


class Sharing(Section, frozen=True):
    """Whether equal subscriptions share one stream of the subgraph, and the work for each event.

    Equal are those of the same caller with the same operation, variables and forwarded headers but
    for `ignored_headers`: of these the subgraph gets what the first client sent. Who joins gets the
    events from then on; turn it off for a subgraph whose streams begin with the state so far.
    """

    enabled: bool = True
    ignored_headers: tuple[str, ...] = ()


class Deduplication(Section, frozen=True):
    """For all subgraphs, and instead of that for one."""

    all: Sharing = Sharing()
    subgraphs: dict[str, Sharing] = field(default_factory=dict)


class Subscription(Section, frozen=True):
    """`queue_capacity`: events that may wait for one slow client before its stream ends.

    `max_opened_subscriptions` counts the whole process, `max_operations_per_connection` what one
    WebSocket runs at once. `connection_init_timeout`: how long a WebSocket may wait to begin.

    `websocket_compression`: agree on `permessage-deflate` with clients that offer it, as browsers
    all do. It takes tens of kilobytes a connection, and each message must be compressed anew for
    each client; events that several clients get at once are sent as they are all the same.
    """

    enabled: bool = True
    mode: SubscriptionMode = SubscriptionMode()
    deduplication: Deduplication = Deduplication()
    queue_capacity: Positive = 128
    max_opened_subscriptions: Positive = 10_000
    max_operations_per_connection: Positive = 100
    connection_init_timeout: Duration = 10.0
    websocket_compression: bool = False
    sse_single_connection: SingleConnection = SingleConnection()
