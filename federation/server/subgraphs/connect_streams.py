"""Supergraph + settings → an event source per subgraph."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping
from typing import TYPE_CHECKING

from federation.errors import SupergraphError
from federation.execution.transport import EventSource
from federation.execution.transports.certificates import CertificateError
from federation.execution.transports.in_process import InProcessEventSource, Subscribe
from federation.execution.transports.stream_options import (
    StreamOptions,
    StreamProtocol,
    stream_url,
)
from federation.server.settings.engine import EngineSettings
from federation.server.subgraphs.connect import tls_options
from federation.supergraph.model import Supergraph

if TYPE_CHECKING:
    from federation.execution.transports.callback import Callbacks


def connect_streams(
    supergraph: Supergraph,
    settings: EngineSettings,
    local: Mapping[str, Subscribe],
    callbacks: Callbacks | None,
) -> dict[str, EventSource]:
    """Return how each subgraph's event streams are opened; none when there are no subscriptions.

    The order of precedence is that of `connect`: `override_subgraph_url`, in process, the
    supergraph's url. Raises `SupergraphError` for an unusable url.
    """
    if not settings.subscription.enabled or supergraph.subscription is None:
        return {}
    sources: dict[str, EventSource] = {}
    for subgraph in supergraph.subgraphs:
        name = subgraph.name
        url = settings.override_subgraph_url.get(name)
        if url is None and name in local:
            sources[name] = InProcessEventSource(local[name])
        elif url or subgraph.url:
            sources[name] = _remote(name, url or subgraph.url, settings, callbacks)
    return sources


def _remote(
    name: str, url: str, settings: EngineSettings, callbacks: Callbacks | None
) -> EventSource:
    # Imported here: they bring an HTTP client of their own, which most servers do not need.
    from federation.execution.transports.callback import CallbackEventSource
    from federation.execution.transports.http_events import HttpEventSource
    from federation.execution.transports.websocket import WebSocketEventSource

    mode = settings.subscription.mode
    tls = tls_options(name, settings)
    if mode.callback is not None and name in mode.callback.subgraphs:
        assert callbacks is not None
        interval = mode.callback.heartbeat_interval
        options = StreamOptions(url, heartbeat_interval=interval, tls=tls)
        return _opened(name, lambda: CallbackEventSource(options, callbacks))
    own = mode.passthrough.subgraphs.get(name, mode.passthrough.all)
    protocol = StreamProtocol(own.protocol)
    try:
        target = stream_url(url, own.path, protocol)
    except ValueError as error:
        raise SupergraphError(f"Subgraph {name!r} has an unusable url {url!r}: {error}") from None
    options = StreamOptions(
        target,
        heartbeat_interval=own.heartbeat_interval,
        tls=tls,
        streams_per_connection=own.streams_per_connection,
    )
    if protocol is StreamProtocol.GRAPHQL_WS:
        return _opened(name, lambda: WebSocketEventSource(options))
    return _opened(name, lambda: HttpEventSource(options, protocol))


def _opened(name: str, make: Callable[[], EventSource]) -> EventSource:
    try:
        return make()
    except CertificateError as error:
        raise SupergraphError(f"Certificates of subgraph {name!r}: {error}") from None


def stream_ways(supergraph: Supergraph, settings: EngineSettings) -> dict[str, Hashable]:
    """Return from where and how each subgraph's streams come: equal when an open one may go on."""
    mode = settings.subscription.mode
    return {
        subgraph.name: (
            settings.override_subgraph_url.get(subgraph.name) or subgraph.url,
            mode.passthrough.subgraphs.get(subgraph.name, mode.passthrough.all),
            tls_options(subgraph.name, settings),
            mode.callback is not None and subgraph.name in mode.callback.subgraphs,
        )
        for subgraph in supergraph.subgraphs
    }
