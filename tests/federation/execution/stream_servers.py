"""Scripted subgraphs that send event streams, on loopback."""

from __future__ import annotations

import contextlib
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

from aiohttp import web

from federation.execution.transport import SubgraphRequest

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
SocketScript = Callable[["Peer"], Awaitable[None]]


def stream_request(headers: dict[str, str] | None = None) -> SubgraphRequest:
    query = "subscription { ticks }"
    body = json.dumps({"query": query, "variables": {"n": 1}}).encode()
    return SubgraphRequest("demo", query, {"n": 1}, body, headers=headers or {})


def event(number: int) -> dict[str, Any]:
    return {"data": {"ticks": number}}


@contextlib.asynccontextmanager
async def serving(handler: Handler) -> AsyncIterator[str]:
    """Serve `handler` for every request; give the address."""
    app = web.Application()
    app.router.add_route("*", "/{tail:.*}", handler)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    assert site._server is not None
    port = site._server.sockets[0].getsockname()[1]
    try:
        yield f"http://127.0.0.1:{port}/graphql"
    finally:
        await runner.cleanup()


class Peer:
    """The server's side of one WebSocket."""

    def __init__(self, socket: web.WebSocketResponse) -> None:
        self.socket = socket
        self.received: list[dict[str, Any]] = []

    async def take(self) -> dict[str, Any]:
        message: dict[str, Any] = json.loads(await self.socket.receive_str())
        self.received.append(message)
        return message

    async def say(self, **message: Any) -> None:
        await self.socket.send_str(json.dumps(message))

    async def begin(self) -> dict[str, Any]:
        """Go through the handshake; return the subscribe message."""
        assert (await self.take())["type"] == "connection_init"
        await self.say(type="connection_ack")
        return await self.take()


def socket_handler(
    script: SocketScript, protocols: tuple[str, ...] = ("graphql-transport-ws",)
) -> Handler:
    async def handler(request: web.Request) -> web.StreamResponse:
        socket = web.WebSocketResponse(protocols=protocols)
        await socket.prepare(request)
        # A client that leaves while the script talks ends the script, as it should.
        with contextlib.suppress(ConnectionError, TypeError):
            await script(Peer(socket))
        return socket

    return handler


def stream_handler(content_type: str, *chunks: bytes, hold: float = 0.0) -> Handler:
    """Answer 200 with `chunks`, each flushed on its own; then end."""
    import asyncio

    async def handler(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse(headers={"content-type": content_type})
        await response.prepare(request)
        for chunk in chunks:
            await response.write(chunk)
            await asyncio.sleep(0.005)
        if hold:
            await asyncio.sleep(hold)
        return response

    return handler
