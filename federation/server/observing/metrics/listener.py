"""Metrics over HTTP, on a listener of their own or as a route beside the graph."""

from __future__ import annotations

import asyncio
import contextlib
import socket
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

# Makes the text of all metrics for what a scraper accepts: (media type, body).
Write = Callable[[str], Awaitable[tuple[str, bytes]]]


def metrics_route(path: str, write: Write) -> Route:
    """Return the route that a scraper asks."""

    async def scrape(request: Request) -> Response:
        media_type, body = await write(request.headers.get("accept", ""))
        return Response(body, headers={"content-type": media_type, "cache-control": "no-store"})

    return Route(path, scrape)


@contextlib.asynccontextmanager
async def listening(bound: socket.socket, path: str, write: Write) -> AsyncIterator[None]:
    """Serve metrics on a socket of their own while the block runs."""
    config = uvicorn.Config(
        Starlette(routes=[metrics_route(path, write)]),
        http="httptools",
        ws="none",
        lifespan="off",
        log_config=None,
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=1,
        limit_concurrency=20,
    )
    server = _Quiet(config)
    serving = asyncio.ensure_future(server.serve(sockets=[bound]))
    try:
        yield
    finally:
        server.should_exit = True
        await asyncio.gather(serving, return_exceptions=True)
        bound.close()


class _Quiet(uvicorn.Server):
    """A server beside another one, to which all signals belong."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield
