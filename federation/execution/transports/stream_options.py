"""How one subgraph's event streams are opened, and the errors they end with."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from urllib.parse import urljoin, urlsplit, urlunsplit

from federation.errors import SubgraphError
from federation.execution.transports.certificates import NO_TLS_OPTIONS, TlsOptions

CLOSED = "SUBSCRIPTION_STREAM_CLOSED"


class StreamProtocol(Enum):
    """What a subgraph speaks. Values as the settings write them; `graphql_ws` is the protocol
    whose WebSocket sub-protocol is called `graphql-transport-ws`.
    """

    GRAPHQL_WS = "graphql_ws"
    SSE = "sse"
    MULTIPART = "multipart"


@dataclass(frozen=True, slots=True)
class StreamOptions:
    """`connect_timeout`: seconds until the stream must stand.

    `heartbeat_interval`: seconds between pings over WebSocket; silence of two intervals ends the
    stream, on every protocol. None: silence means nothing, as a quiet topic is no fault.
    `max_event_bytes` bounds one event. `streams_per_connection`: over WebSocket, of one caller.
    """

    url: str
    connect_timeout: float = 10.0
    heartbeat_interval: float | None = None
    max_event_bytes: int = 4 * 1024 * 1024
    tls: TlsOptions = NO_TLS_OPTIONS
    streams_per_connection: int = 50


def stream_url(url: str, path: str | None, protocol: StreamProtocol) -> str:
    """Return where streams are opened: `url` with another `path` and the protocol's scheme.

    >>> stream_url("https://a.example/graphql", "/ws", StreamProtocol.GRAPHQL_WS)
    'wss://a.example/ws'
    >>> stream_url("http://a.example/graphql", None, StreamProtocol.SSE)
    'http://a.example/graphql'
    """
    target = urljoin(url, path) if path else url
    parts = urlsplit(target)
    if protocol is StreamProtocol.GRAPHQL_WS:
        scheme = {"http": "ws", "https": "wss"}.get(parts.scheme, parts.scheme)
    else:
        scheme = {"ws": "http", "wss": "https"}.get(parts.scheme, parts.scheme)
    return urlunsplit(parts._replace(scheme=scheme))


def closed(subgraph: str, why: str = "ended it without completing it") -> SubgraphError:
    """Return the error for a stream that broke off."""
    return SubgraphError(
        f"The subgraph opened the event stream and then {why}; subscribe again.",
        subgraph=subgraph,
        code=CLOSED,
    )


def silent(subgraph: str) -> SubgraphError:
    """Return the error for a stream on which nothing, not even a heartbeat, arrived."""
    return closed(subgraph, "fell silent for longer than two heartbeats")


def event_too_large(limit: int, subgraph: str) -> SubgraphError:
    """Return the error for one event of more than `limit` bytes."""
    return SubgraphError(
        f"One event of the subgraph is larger than the {limit} bytes allowed.",
        subgraph=subgraph,
        code="SUBREQUEST_MALFORMED_RESPONSE",
    )


def malformed_stream(what: str, subgraph: str) -> SubgraphError:
    """Return the error for a stream that is not as its protocol says."""
    return SubgraphError(
        f"The subgraph's event stream {what}.",
        subgraph=subgraph,
        code="SUBREQUEST_MALFORMED_RESPONSE",
    )
