"""Which way a subgraph's events come, by settings; and what settings are refused."""

from __future__ import annotations

from typing import Any

import pytest

from federation.config.errors import ConfigError
from federation.config.load import parse_config
from federation.errors import SupergraphError
from federation.execution.transports.callback import CallbackEventSource, Callbacks
from federation.execution.transports.http_events import HttpEventSource
from federation.execution.transports.in_process import InProcessEventSource
from federation.execution.transports.websocket import WebSocketEventSource
from federation.server.settings.engine import EngineSettings
from federation.server.subgraphs.connect_streams import connect_streams
from federation.supergraph.reader import read_supergraph
from tests.federation.server.stream_harness import Topic, supergraph


def connect(text: str, local: Any = None) -> dict[str, Any]:
    settings = parse_config(text, EngineSettings)
    callbacks = Callbacks("http://hub.example/callback")
    return connect_streams(read_supergraph(supergraph()), settings, local or {}, callbacks)


def address(source: Any) -> str:
    url: str = source._options.url
    return url


def test_without_settings_subgraphs_are_reached_over_websocket() -> None:
    sources = connect("{}")
    assert {name: type(source) for name, source in sources.items()} == {
        "items": WebSocketEventSource,
        "prices": WebSocketEventSource,
    }
    assert address(sources["prices"]) == "ws://127.0.0.1:1/prices"


def test_settings_for_all_and_for_one() -> None:
    sources = connect(
        """
        override_subgraph_url: {prices: "https://prices.example/graphql"}
        subscription:
          mode:
            passthrough:
              all: {path: /ws, heartbeat_interval: 10s}
              subgraphs:
                items: {protocol: sse}
        """
    )
    assert address(sources["prices"]) == "wss://prices.example/ws"
    assert sources["prices"]._options.heartbeat_interval == 10.0
    assert isinstance(sources["items"], HttpEventSource)
    assert address(sources["items"]) == "http://127.0.0.1:1/items"
    assert sources["items"]._options.heartbeat_interval is None


def test_in_process_unless_the_url_is_overridden() -> None:
    local = {"prices": Topic().events}
    assert isinstance(connect("{}", local)["prices"], InProcessEventSource)
    moved = connect('override_subgraph_url: {prices: "http://x.example/"}', local)
    assert isinstance(moved["prices"], WebSocketEventSource)


def test_callback_subgraphs() -> None:
    sources = connect(
        "subscription: {mode: {callback: {public_url: 'http://h/callback', subgraphs: [prices]}}}"
    )
    assert isinstance(sources["prices"], CallbackEventSource)
    assert sources["prices"]._options.heartbeat_interval == 5.0
    assert isinstance(sources["items"], WebSocketEventSource)


def test_turned_off() -> None:
    assert connect("subscription: {enabled: false}") == {}


def test_a_url_nobody_can_use() -> None:
    with pytest.raises(SupergraphError, match="unusable url"):
        connect('override_subgraph_url: {prices: "http://[::1/"}')


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("mode: {passthrough: {all: {protocol: graphql_transport_ws}}}", "expected one of"),
        ("mode: {passthrough: {all: {path: ws}}}", "path"),
        ("mode: {passthrough: {all: {heartbeat_interval: 0s}}}", "more than nothing"),
        ("mode: {passthrough: {al: {}}}", "did you mean 'all'"),
        ("mode: {callback: {subgraphs: [a]}}", "'public_url' is missing"),
        ("mode: {callback: {public_url: x, subgraphs: [a]}}", "'public_url' must be"),
        ("queue_capacity: 0", "Expected int >= 1"),
        ("max_opened_subscription: 3", "did you mean 'max_opened_subscriptions'"),
    ],
)
def test_settings_that_are_refused(text: str, expected: str) -> None:
    with pytest.raises(ConfigError) as caught:
        parse_config(f"subscription: {{{text}}}", EngineSettings)
    assert expected in str(caught.value)
