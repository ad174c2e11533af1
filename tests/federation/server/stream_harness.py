"""Two subgraphs, one with events, and clients that stay: HTTP streams and WebSockets over ASGI."""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from federation.composition import compose
from federation.composition.result import Composed, SubgraphSource
from federation.server.app import Application, Surroundings, build_app
from federation.server.settings.engine import EngineSettings
from federation.server.settings.subscription import Deduplication, Sharing
from tests.federation.server.harness import running

# For tests that count streams: nobody shares one.
APART = Deduplication(all=Sharing(enabled=False))

_LINK = (
    'extend schema @link(url: "https://specs.apollo.dev/federation/v2.4",'
    ' import: ["@key", "@shareable"])\n'
)
PRICES = _LINK + (
    "type Query { version: String @shareable }\n"
    "type Mutation { reprice(id: ID!): Int }\n"
    'type Subscription { priceChanged(topic: String = "all"): Item other: Item }\n'
    'type Item @key(fields: "id") { id: ID! price: Int }\n'
)
ITEMS = _LINK + (
    'type Query { items: [Item!]! }\ntype Item @key(fields: "id") { id: ID! name: String! }\n'
)


def supergraph(*, prices: str = PRICES, items: str = ITEMS) -> str:
    composed = compose(
        [
            SubgraphSource("items", "http://127.0.0.1:1/items", items),
            SubgraphSource("prices", "http://127.0.0.1:1/prices", prices),
        ]
    )
    assert isinstance(composed, Composed), composed
    return composed.supergraph_sdl


@dataclass
class Topic:
    """The events of the subgraph `prices`; `open` counts the streams that listen."""

    open: int = 0
    opened: int = 0
    queues: list[asyncio.Queue[Any]] = field(default_factory=list)
    headers: list[Mapping[str, str]] = field(default_factory=list)
    variables: list[Mapping[str, Any]] = field(default_factory=list)
    names: list[str] = field(default_factory=list)

    async def events(
        self,
        query: str,
        variables: dict[str, Any],
        name: str | None,
        headers: Mapping[str, str],
    ) -> AsyncIterator[Mapping[str, Any]]:
        queue: asyncio.Queue[Any] = asyncio.Queue()
        self.queues.append(queue)
        self.headers.append(headers)
        self.variables.append(variables)
        self.open += 1
        self.opened += 1
        try:
            while (event := await queue.get()) is not None:
                if isinstance(event, Exception):
                    raise event
                yield event
        finally:
            self.open -= 1
            self.queues.remove(queue)

    def price(self, item: str, price: int | None, field_: str = "priceChanged") -> None:
        value = {"__typename": "Item", "id": item, "price": price}
        self.send({"data": {field_: value}})

    def send(self, event: Any) -> None:
        """To all that listen; None completes their streams."""
        for queue in self.queues:
            queue.put_nowait(event)

    async def items(
        self,
        query: str,
        variables: dict[str, Any],
        name: str | None,
        headers: Mapping[str, str],
    ) -> Mapping[str, Any]:
        """The subgraph `items`: an item without a known name is an error."""
        if "_entities" not in query:
            return {"data": {"items": [{"__typename": "Item", "id": "1", "name": "Name 1"}]}}
        entities: list[Any] = []
        errors = []
        for index, item in enumerate(variables["representations"]):
            known = item["id"] != "unknown"
            entities.append({"name": f"Name {item['id']}"} if known else None)
            if not known:
                errors.append({"message": "unknown", "path": ["_entities", index]})
        return {"data": {"_entities": entities}, **({"errors": errors} if errors else {})}

    async def prices(
        self,
        query: str,
        variables: dict[str, Any],
        name: str | None,
        headers: Mapping[str, str],
    ) -> Mapping[str, Any]:
        self.headers.append(headers)
        if query.startswith("mutation"):
            return {"data": {"reprice": 7}}
        entities = [{"price": int(item["id"]) * 10} for item in variables["representations"]]
        return {"data": {"_entities": entities}}

    async def until_open(self, count: int = 1) -> None:
        async with asyncio.timeout(3):
            while self.open != count:  # noqa: ASYNC110, what is waited for is a plain number
                await asyncio.sleep(0.001)


@contextlib.asynccontextmanager
async def hub(
    settings: EngineSettings | None = None, surroundings: Surroundings | None = None
) -> AsyncIterator[tuple[Application, Topic]]:
    topic = Topic()

    async def source() -> str:
        return supergraph()

    app = build_app(
        settings or EngineSettings(),
        source,
        local={"items": topic.items, "prices": topic.prices},
        local_streams={"prices": topic.events},
        surroundings=surroundings,
    )
    async with running(app):
        yield app, topic
    assert topic.open == 0, "a stream outlived its client"


def _scope(kind: str, headers: Mapping[str, str], **more: Any) -> dict[str, Any]:
    return {
        "type": kind,
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "scheme": "http" if kind == "http" else "ws",
        "path": "/graphql",
        "raw_path": b"/graphql",
        "root_path": "",
        "query_string": b"",
        "headers": [(name.lower().encode(), value.encode()) for name, value in headers.items()],
        "server": ("test", 80),
        "client": ("test", 1),
        "state": {},
        **more,
    }


class HttpStream:
    """A POST whose answer is read piece by piece."""

    def __init__(self, app: Any, body: Mapping[str, Any], headers: Mapping[str, str]) -> None:
        request = {"type": "http.request", "body": json.dumps(body).encode(), "more_body": False}
        self._inbox: asyncio.Queue[Any] = asyncio.Queue()
        self._inbox.put_nowait(request)
        self._outbox: asyncio.Queue[Any] = asyncio.Queue()
        self.blocked = asyncio.Event()
        self.blocked.set()
        every = {"content-type": "application/json", **headers}
        scope = _scope("http", every, method="POST")
        self.task = asyncio.ensure_future(app(scope, self._inbox.get, self._send))
        self.status = 0
        self.headers: dict[str, str] = {}

    async def _send(self, message: Any) -> None:
        await self.blocked.wait()
        self._outbox.put_nowait(message)

    async def head(self) -> None:
        async with asyncio.timeout(3):
            message = await self._outbox.get()
        self.status = message["status"]
        self.headers = {name.decode(): value.decode() for name, value in message["headers"]}

    async def read(self) -> bytes | None:
        """Return the next piece of the body; None after the last."""
        async with asyncio.timeout(3):
            message = await self._outbox.get()
        if not message.get("more_body", False):
            self._outbox.put_nowait({"type": "", "body": b"", "more_body": False})
            return message["body"] or None
        body: bytes = message["body"]
        return body

    async def read_all(self) -> bytes:
        pieces = []
        while (piece := await self.read()) is not None:
            pieces.append(piece)
        await self.task
        return b"".join(pieces)

    async def leave(self) -> None:
        self._inbox.put_nowait({"type": "http.disconnect"})
        async with asyncio.timeout(3):
            await self.task


class Socket:
    """A WebSocket client."""

    def __init__(
        self,
        app: Any,
        headers: Mapping[str, str] | None = None,
        subprotocols: tuple[str, ...] = ("graphql-transport-ws",),
    ) -> None:
        self._inbox: asyncio.Queue[Any] = asyncio.Queue()
        self._outbox: asyncio.Queue[Any] = asyncio.Queue()
        scope = _scope("websocket", headers or {}, subprotocols=list(subprotocols))
        self._inbox.put_nowait({"type": "websocket.connect"})
        self.blocked = asyncio.Event()
        self.blocked.set()
        self.task = asyncio.ensure_future(app(scope, self._inbox.get, self._send))

    async def _send(self, message: Any) -> None:
        await self.blocked.wait()
        self._outbox.put_nowait(message)

    def frame(self, **frame: Any) -> None:
        self._inbox.put_nowait({"type": "websocket.receive", **frame})

    def say(self, **message: Any) -> None:
        self.frame(text=json.dumps(message))

    async def raw(self) -> dict[str, Any]:
        async with asyncio.timeout(3):
            message: dict[str, Any] = await self._outbox.get()
        return message

    async def take(self) -> dict[str, Any]:
        message = await self.raw()
        assert message["type"] == "websocket.send", message
        value: dict[str, Any] = json.loads(message["text"])
        return value

    async def closed(self) -> int:
        """Return the code the server closes with."""
        message = await self.raw()
        assert message["type"] == "websocket.close", message
        async with asyncio.timeout(3):
            await self.task
        assert len(message["reason"].encode()) <= 123
        code: int = message["code"]
        return code

    async def begin(self, payload: Any = None) -> None:
        assert (await self.raw())["type"] == "websocket.accept"
        self.say(type="connection_init", **({} if payload is None else {"payload": payload}))
        assert await self.take() == {"type": "connection_ack"}

    async def leave(self) -> None:
        self._inbox.put_nowait({"type": "websocket.disconnect", "code": 1001})
        async with asyncio.timeout(3):
            await self.task


def sse_data(piece: bytes | None) -> Any:
    """Return the JSON of a Server-Sent Event of type `next`."""
    assert piece is not None
    name, data = piece.decode().rstrip("\n").split("\n")
    assert name == "event: next"
    return json.loads(data.removeprefix("data: "))
