"""A one-subgraph engine and an ASGI client without sockets, for tests of the server."""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from graphql import build_schema, graphql

from federation.server.app import Application, Surroundings, build_app
from federation.server.settings.engine import EngineSettings

SUPERGRAPH = (Path(__file__).parent / "supergraph.graphql").read_text(encoding="utf-8")

_SUBGRAPH = build_schema(
    """
    type Query {
      hello(name: String! = "world"): String
      secret: String
      slow(milliseconds: Int!): Int
      tree: Tree
      search(where: Where): [String!]
    }
    type Mutation { bump: Int! }
    type Subscription { ticks: Int! }
    type Tree { name: String child: Tree }
    input Where { text: String! limit: Int = 10 }
    """
)


class Subgraph:
    """The subgraph `demo`. Remembers what it was asked."""

    def __init__(self) -> None:
        self.calls: list[str] = []
        self.headers: list[Mapping[str, str]] = []
        self.bumps = 0

    async def execute(
        self,
        query: str,
        variables: dict[str, Any],
        operation_name: str | None,
        headers: Mapping[str, str],
    ) -> Mapping[str, Any]:
        self.calls.append(query)
        self.headers.append(headers)
        result = await graphql(_SUBGRAPH, query, root_value=self, variable_values=variables)
        return result.formatted

    def hello(self, info: Any, name: str) -> str:
        return f"Hello {name}"

    def secret(self, info: Any) -> str:
        raise RuntimeError("password is hunter2")

    async def slow(self, info: Any, milliseconds: int) -> int:
        await asyncio.sleep(milliseconds / 1000)
        return milliseconds

    def tree(self, info: Any) -> dict[str, Any]:
        return {"name": "root", "child": {"name": "leaf"}}

    def search(self, info: Any, where: dict[str, Any] | None = None) -> list[str]:
        return [json.dumps(where, sort_keys=True)]

    def bump(self, info: Any) -> int:
        self.bumps += 1
        return self.bumps


@dataclass(slots=True)
class Reply:
    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)

    @property
    def code(self) -> str:
        """The code of the first error."""
        code: str = self.json["errors"][0]["extensions"]["code"]
        return code


@dataclass(slots=True)
class Client:
    """Calls an ASGI application."""

    app: Any
    subgraph: Subgraph = field(default_factory=Subgraph)

    async def request(
        self,
        method: str,
        path: str,
        *,
        query_string: str = "",
        headers: Mapping[str, str] | None = None,
        chunks: tuple[bytes, ...] = (b"",),
    ) -> Reply:
        pending = [
            {"type": "http.request", "body": chunk, "more_body": index < len(chunks) - 1}
            for index, chunk in enumerate(chunks)
        ]
        sent: list[Any] = []

        async def receive() -> Any:
            if pending:
                return pending.pop(0)
            await asyncio.Event().wait()

        async def send(message: Any) -> None:
            sent.append(message)

        raw = [(name.lower().encode(), value.encode()) for name, value in (headers or {}).items()]
        scope = {
            "type": "http",
            "asgi": {"version": "3.0"},
            "http_version": "1.1",
            "method": method,
            "scheme": "http",
            "path": path,
            "raw_path": path.encode(),
            "root_path": "",
            "query_string": query_string.encode(),
            "headers": raw,
            "server": ("test", 80),
            "client": ("test", 1),
            "state": {},
        }
        await self.app(scope, receive, send)
        body = b"".join(message.get("body", b"") for message in sent[1:])
        reply_headers = {n.decode(): v.decode() for n, v in sent[0]["headers"]}
        return Reply(sent[0]["status"], reply_headers, body)

    async def post(
        self, query: Any = None, *, headers: Mapping[str, str] | None = None, **parameters: Any
    ) -> Reply:
        """POST GraphQL parameters as JSON."""
        if query is not None:
            parameters["query"] = query
        return await self.post_bytes(json.dumps(parameters).encode(), headers)

    async def post_bytes(self, body: bytes, headers: Mapping[str, str] | None = None) -> Reply:
        every = {"content-type": "application/json", **(headers or {})}
        return await self.request("POST", "/graphql", headers=every, chunks=(body,))

    async def get(self, *, headers: Mapping[str, str] | None = None, **parameters: str) -> Reply:
        """GET with parameters; the preflight header is sent."""
        every = {"apollo-require-preflight": "1", **(headers or {})}
        return await self.request(
            "GET", "/graphql", query_string=urlencode(parameters), headers=every
        )


@contextlib.asynccontextmanager
async def running(app: Any) -> AsyncIterator[None]:
    """Run an ASGI application's lifespan around the block; raises when startup fails."""
    inbox: asyncio.Queue[Any] = asyncio.Queue()
    outbox: asyncio.Queue[Any] = asyncio.Queue()
    scope = {"type": "lifespan", "asgi": {"version": "3.0"}, "state": {}}
    task = asyncio.ensure_future(app(scope, inbox.get, outbox.put))
    await inbox.put({"type": "lifespan.startup"})
    message = await outbox.get()
    if message["type"] == "lifespan.startup.failed":
        with contextlib.suppress(Exception):
            await task
        assert "message" not in message, "a traceback would reach the log"
        raise app.startup_error
    try:
        yield
    finally:
        await inbox.put({"type": "lifespan.shutdown"})
        assert (await outbox.get())["type"] == "lifespan.shutdown.complete"
        await task


@contextlib.asynccontextmanager
async def engine(
    settings: EngineSettings | None = None, surroundings: Surroundings | None = None
) -> AsyncIterator[Client]:
    """Serve the demo supergraph over its subgraph in process."""
    subgraph = Subgraph()

    async def source() -> str:
        return SUPERGRAPH

    app: Application = build_app(
        settings or EngineSettings(),
        source,
        local={"demo": subgraph.execute},
        surroundings=surroundings,
    )
    async with running(app):
        yield Client(app, subgraph)
