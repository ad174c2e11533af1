"""An HTTP/1.1 server for stand-ins: raw protocol, some 20 µs a request, never what limits.

Each subgraph answers under its path; `GET /stats` tells the calls of each, and what it counts of
its own; `POST /reset` forgets the latter; `POST /PATH/start` has events sent and answers after the
last. `GET /connections` tells over how many connections the calls came.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol, cast
from urllib.parse import parse_qsl

import httptools
import orjson


class Subgraph(Protocol):
    """One stand-in. `calls` counts what it was asked; `delay`: seconds until it answers."""

    calls: int
    delay: float

    def answer(self, body: bytes) -> bytes:
        """Return the whole HTTP answer to a request body."""
        ...

    def stats(self) -> Any:
        """Return what it counts of its own; the calls are told beside it."""
        ...

    def reset(self) -> None:
        """Forget what it counted of its own."""
        ...


class Streaming(Protocol):
    """What sends events."""

    def stream(self, connection: Connection, body: bytes) -> None:
        """Begin an event stream over SSE on this connection."""
        ...

    def socket(self, connection: Connection) -> None:
        """Begin `graphql-transport-ws` on this connection."""
        ...

    async def start(self, rate: float, count: int) -> None:
        """Send `count` events, `rate` a second."""
        ...


def http(body: bytes, status: bytes = b"200 OK") -> bytes:
    """Return an HTTP answer with JSON."""
    head = b"HTTP/1.1 %b\r\ncontent-type: application/json\r\ncontent-length: %d\r\n\r\n"
    return head % (status, len(body)) + body


def _body(query: bytes) -> bytes:
    """Return what a request by GET asks, as a body; Hive Gateway opens streams in that way."""
    found = dict(parse_qsl(query.decode()))
    if "variables" in found:
        return orjson.dumps({**found, "variables": orjson.loads(found["variables"])})
    return orjson.dumps(found)


@dataclass(slots=True)
class Used:
    """Connections that calls came over: open now, and at once at most."""

    open: int = 0
    most: int = 0

    def add(self) -> None:
        """Count one more."""
        self.open += 1
        self.most = max(self.most, self.open)


class Connection(asyncio.Protocol):
    """One client. `frames` takes what comes on a connection that has become a WebSocket."""

    transport: asyncio.Transport

    def __init__(
        self, subgraphs: Mapping[str, Subgraph], streams: Mapping[str, Streaming], used: Used
    ) -> None:
        self.subgraphs = subgraphs
        self.used = used
        self.counted = False
        self.streams = streams
        self.parser = httptools.HttpRequestParser(self)
        self.frames: Callable[[bytes], None] | None = None
        self.on_close: Callable[[], object] | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast("asyncio.Transport", transport)  # uvloop's is none by its class

    def data_received(self, data: bytes) -> None:
        if self.frames is not None:
            self.frames(data)
            return
        try:
            self.parser.feed_data(data)
        except httptools.HttpParserUpgrade as upgrade:
            self.streams[self.path].socket(self)
            self.data_received(data[upgrade.args[0] :])

    def connection_lost(self, error: Exception | None) -> None:
        if self.counted:
            self.used.open -= 1
        if self.on_close is not None:
            self.on_close()

    def on_url(self, url: bytes) -> None:
        path, _, query = url.partition(b"?")
        self.path = path.decode()
        self.body = _body(query) if query else b""
        self.events = False
        self.key = b""

    def on_header(self, name: bytes, value: bytes) -> None:
        if len(name) == 6 and name.lower() == b"accept":
            self.events = b"text/event-stream" in value
        elif len(name) == 17 and name.lower() == b"sec-websocket-key":
            self.key = value

    def on_body(self, chunk: bytes) -> None:
        self.body = self.body + chunk if self.body else chunk

    def on_message_complete(self) -> None:
        if self.parser.should_upgrade():
            return
        subgraph = self.subgraphs.get(self.path)
        if subgraph is None:
            self.transport.write(self._beside())
            return
        if self.events and self.path in self.streams and b"subscription" in self.body:
            self.streams[self.path].stream(self, self.body)
            return
        subgraph.calls += 1
        if not self.counted:
            self.counted = True
            self.used.add()
        answer = subgraph.answer(self.body)
        if subgraph.delay:
            asyncio.get_running_loop().call_later(subgraph.delay, self.transport.write, answer)
        else:
            self.transport.write(answer)

    def _beside(self) -> bytes:
        if self.path == "/stats":
            found = {
                path.removeprefix("/"): {"calls": each.calls, "own": each.stats()}
                for path, each in self.subgraphs.items()
            }
            return http(orjson.dumps(found))
        if self.path == "/connections":
            return http(orjson.dumps({"open": self.used.open, "most": self.used.most}))
        if self.path.endswith("/start"):
            sending = self.streams[self.path.removesuffix("/start")]
            task = asyncio.ensure_future(sending.start(**orjson.loads(self.body)))
            task.add_done_callback(lambda _: self.transport.write(http(b"{}")))
            return b""
        if self.path == "/reset":
            self.used.most = self.used.open
            for each in self.subgraphs.values():
                each.reset()
            return http(b"{}")
        return http(b'{"ok":true}')


async def serve(
    subgraphs: Mapping[str, Subgraph], streams: Mapping[str, Streaming], port: int
) -> None:
    """Serve the subgraphs, by their paths, until the process ends. `streams`: which send events."""
    loop = asyncio.get_running_loop()
    used = Used()
    server = await loop.create_server(
        lambda: Connection(subgraphs, streams, used), "127.0.0.1", port, backlog=2048
    )
    await server.serve_forever()
