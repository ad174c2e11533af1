"""The stand-in that sends events, over SSE and over `graphql-transport-ws`, and tells when it did.

    subscription { stockChanged { upc number sentAt } }

`POST /feed/start` with `{"rate": 50, "count": 100}` sends that many events to every open stream,
evenly, and answers once the last is sent. `number` and `sentAt` (nanoseconds of the monotonic
clock, which all processes of a machine share) have a fixed width, so that all events are as long.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from typing import Any

import orjson

from tests.benchmarks.gateways.standins.frames import PING, PONG, TEXT, Frames, accept_key, frame
from tests.benchmarks.gateways.standins.selections import Operation, Operations
from tests.benchmarks.gateways.standins.serving import Connection, http

SDL = """extend schema
  @link(url: "https://specs.apollo.dev/federation/v2.5", import: ["@key"])
type Query { lastNumber: String }
type Subscription { stockChanged: Change }
type Change { number: String! sentAt: String! product: Product! }
type Product @key(fields: "upc") { upc: ID! }
"""
SUBSCRIPTION = """subscription {
  stockChanged { number sentAt product { upc inStock warehouse { name city } } }
}"""
PRODUCTS = 90
_EVENTS_HEAD = (
    b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\n"
    b"cache-control: no-cache\r\ntransfer-encoding: chunked\r\n\r\n"
)
_SWITCH = (
    b"HTTP/1.1 101 Switching Protocols\r\nupgrade: websocket\r\nconnection: Upgrade\r\n"
    b"sec-websocket-accept: %b\r\nsec-websocket-protocol: graphql-transport-ws\r\n\r\n"
)
Send = Callable[[bytes], None]


def upc_of(number: int) -> str:
    """Return the product of an event."""
    return str(10 + number % PRODUCTS)


class Feed:
    """`streams`: operation and way of each open stream; `opened`: how many there were at once."""

    delay = 0.0

    def __init__(self) -> None:
        self.calls = 0
        self.sent = 0
        self.opened = 0
        self.streams: dict[object, tuple[Operation, Send]] = {}
        self._operations = Operations()

    def answer(self, body: bytes) -> bytes:
        operation, variables = self._operations.read(body)
        root = {"__typename": "Query", "lastNumber": f"{self.sent:010}"}
        return http(orjson.dumps({"data": operation.answer(root, variables)}))

    def stats(self) -> Any:
        """Return the streams open now, at once at most, and the events sent."""
        return {"open": len(self.streams), "most": self.opened, "sent": self.sent}

    def reset(self) -> None:
        self.opened = len(self.streams)

    def stream(self, connection: Connection, body: bytes) -> None:
        """See `Streaming.stream`."""
        operation, _ = self._operations.read(body)
        connection.transport.write(_EVENTS_HEAD)
        write = connection.transport.write

        def send(payload: bytes) -> None:
            event = b"event: next\ndata: %b\n\n" % payload
            write(b"%x\r\n%b\r\n" % (len(event), event))

        self.open(connection, operation, send)
        connection.on_close = lambda: self.streams.pop(connection, None)

    def socket(self, connection: Connection) -> None:
        """See `Streaming.socket`."""
        connection.transport.write(_SWITCH % accept_key(connection.key))
        client = _Socket(self, connection)
        connection.frames = client.received
        connection.on_close = client.closed

    def read(self, payload: dict[str, Any]) -> Operation:
        """Return what a `subscribe` message asks for."""
        operation, _ = self._operations.read(orjson.dumps(payload))
        return operation

    def open(self, key: object, operation: Operation, send: Send) -> None:
        """Send the events from now on to one more stream."""
        self.calls += 1
        self.streams[key] = operation, send
        self.opened = max(self.opened, len(self.streams))

    async def start(self, rate: float, count: int) -> None:
        """Send `count` events evenly."""
        begun = time.monotonic()
        for number in range(count):
            wait = begun + number / rate - time.monotonic()
            if wait > 0:
                await asyncio.sleep(wait)
            self._emit()

    def _emit(self) -> None:
        number = self.sent
        self.sent += 1
        change = {
            "__typename": "Change",
            "number": f"{number:010}",
            "sentAt": f"{time.monotonic_ns():020}",
            "product": {"__typename": "Product", "upc": upc_of(number)},
        }
        payloads: dict[int, bytes] = {}
        for operation, send in list(self.streams.values()):
            payload = payloads.get(id(operation))
            if payload is None:
                root = {"__typename": "Subscription", "stockChanged": change}
                payload = orjson.dumps({"data": operation.answer(root, {})})
                payloads[id(operation)] = payload
            send(payload)


class _Socket:
    """One WebSocket with its operations."""

    def __init__(self, feed: Feed, connection: Connection) -> None:
        self._feed = feed
        self._write = connection.transport.write
        self._frames = Frames()
        self._keys: set[tuple[int, str]] = set()

    def received(self, data: bytes) -> None:
        for kind, payload in self._frames.feed(data):
            if kind == PING:
                self._write(frame(PONG, payload))
            elif kind == TEXT:
                self._message(orjson.loads(payload))

    def _message(self, message: dict[str, Any]) -> None:
        kind = message["type"]
        if kind == "connection_init":
            self._write(frame(TEXT, b'{"type":"connection_ack"}'))
        elif kind == "ping":
            self._write(frame(TEXT, b'{"type":"pong"}'))
        elif kind == "subscribe":
            name = message["id"]
            key = id(self), name
            self._keys.add(key)
            before = b'{"id":%b,"type":"next","payload":' % orjson.dumps(name)

            def send(payload: bytes) -> None:
                self._write(frame(TEXT, b"%b%b}" % (before, payload)))

            self._feed.open(key, self._feed.read(message["payload"]), send)
        elif kind == "complete":
            self._forget((id(self), message["id"]))

    def _forget(self, key: tuple[int, str]) -> None:
        self._keys.discard(key)
        self._feed.streams.pop(key, None)

    def closed(self) -> None:
        for key in list(self._keys):
            self._forget(key)
