"""Servers of centres on real sockets: what they answer is written by the test, what they were asked
is remembered."""

from __future__ import annotations

import asyncio
import contextlib
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any

import orjson
import uvicorn
from starlette.requests import Request
from starlette.responses import Response

from adapters.net.retry import Retry
from federation.server.listener.listen import bind

Handler = Callable[[Request], Response | Awaitable[Response]]


async def _no_sleep(seconds: float) -> None:
    await asyncio.sleep(0)


def quick(retries: int = 3) -> Retry:
    """Return a retry that does not wait."""
    return Retry(retries, chance=lambda: 0.0, sleep=_no_sleep)


class Center:
    """An ASGI application with one handler per path; the last handler `""` takes the others."""

    def __init__(self, **handlers: Handler) -> None:
        self.handlers: dict[str, Handler] = {f"/{name}": h for name, h in handlers.items()}
        self.asked: list[Request] = []
        self.bodies: list[bytes] = []

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        request = Request(scope, receive)
        self.bodies.append(await request.body())
        self.asked.append(request)
        handler = self.handlers.get(scope["path"]) or self.handlers.get("/")
        if handler is None:
            response: Any = Response("not found", 404)
        else:
            response = handler(request)
            if not isinstance(response, Response):
                response = await response
        await response(scope, receive, send)

    @property
    def queries(self) -> list[dict[str, str]]:
        """The parameters of each call."""
        return [dict(request.query_params) for request in self.asked]


def answer(document: Any, status: int = 200, **headers: str) -> Response:
    """Return a JSON answer; underscores in names of headers stand for hyphens."""
    named = {name.replace("_", "-"): text for name, text in headers.items()}
    return Response(orjson.dumps(document), status, named, media_type="application/json")


@contextlib.asynccontextmanager
async def serving(
    app: Any, *, certificate: Path | None = None, key: Path | None = None
) -> AsyncIterator[str]:
    """Serve an ASGI application on a free port of the loop; yield its address."""
    listening = bind("127.0.0.1", 0)
    tls: dict[str, Any] = {}
    if certificate is not None:
        tls = {
            "ssl_certfile": certificate,
            "ssl_keyfile": key,
            "ssl_version": ssl.PROTOCOL_TLS_SERVER,
        }
    config = uvicorn.Config(app, lifespan="off", log_config=None, ws="none", **tls)
    server = uvicorn.Server(config)
    server.capture_signals = contextlib.nullcontext  # type: ignore[method-assign, assignment]
    task = asyncio.ensure_future(server.serve(sockets=[listening]))
    try:
        while not server.started:  # noqa: ASYNC110, uvicorn has no event for it
            await asyncio.sleep(0.01)
        scheme = "http" if certificate is None else "https"
        yield f"{scheme}://127.0.0.1:{listening.getsockname()[1]}"
    finally:
        server.should_exit = True
        server.force_exit = True  # an endless answer would never let it go
        await task
        listening.close()
