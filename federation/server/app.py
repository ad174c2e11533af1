"""The ASGI application: GraphQL on a raw hot path, everything else through Starlette.

A request on the GraphQL path meets no router, no request object and no middleware: that is about
half of what a small request costs in Starlette.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from typing import Any

from starlette.applications import Starlette
from starlette.routing import BaseRoute, Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from federation.errors import RequestError
from federation.execution.transports.callback import Callbacks
from federation.execution.transports.in_process import Execute, Subscribe
from federation.server.callbacks import callback_route
from federation.server.engine import Engine
from federation.server.errors import request_error
from federation.server.explorer.routes import explorer_routes, homepage_route
from federation.server.health import health_routes
from federation.server.identity import Identifier
from federation.server.override_labels import Decide
from federation.server.request import HttpRequest
from federation.server.response import HttpResponse, MediaType, refusal
from federation.server.settings.engine import EngineSettings
from federation.server.streaming import StreamReply
from federation.server.websocket import serve_websocket

# Gives the supergraph SDL at start-up.
Source = Callable[[], Awaitable[str]]

# Told the engine once it has loaded, and runs beside the server: watching a file, say.
Companion = Callable[[Engine], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What the caller puts around the engine.

    `subgraphs`: ASGI applications served at `/subgraphs/<name>/graphql`. `routes`: further
    Starlette routes. `lifespan` is entered before the supergraph is asked for, and left after the
    engine has closed. `companions` run beside the server until it stops. `examples`: (title,
    query) pairs for the explorer. `decide_labels`: which progressive overrides with labels of the
    owner's own are active for a request. `identifier`: finds out who a client is.
    """

    title: str = "GraphQL"
    examples: Sequence[tuple[str, str]] = ()
    subgraphs: Mapping[str, ASGIApp] = field(default_factory=dict)
    routes: Sequence[BaseRoute] = ()
    lifespan: Callable[[], AbstractAsyncContextManager[Any]] | None = None
    companions: Sequence[Companion] = ()
    decide_labels: Decide | None = None
    identifier: Identifier | None = None


def build_app(
    settings: EngineSettings,
    source: Source,
    *,
    local: Mapping[str, Execute] | None = None,
    local_streams: Mapping[str, Subscribe] | None = None,
    surroundings: Surroundings | None = None,
) -> Application:
    """Return the application. Its startup loads the supergraph that `source` gives.

    `local`: subgraphs in this process, name → callable; `local_streams`: those with subscriptions.

    Startup raises what `source` raises, and `SupergraphError` for an unusable SDL.
    """
    around = surroundings or Surroundings()
    engine_of: list[Engine] = []
    callback = settings.subscription.mode.callback if settings.subscription.enabled else None
    callbacks: Callbacks | None = None
    if callback is not None:
        callbacks = Callbacks(callback.public_url, settings.subscription.queue_capacity)

    @contextlib.asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[None]:
        async with contextlib.AsyncExitStack() as stack:
            try:
                await start(stack)
            except Exception as error:
                application.startup_error = error
                raise
            yield

    async def start(stack: contextlib.AsyncExitStack) -> None:
        if around.lifespan is not None:
            await stack.enter_async_context(around.lifespan())
        engine = Engine(
            settings, local, local_streams, callbacks, around.decide_labels, around.identifier
        )
        stack.push_async_callback(engine.close)
        await engine.authenticator.key_sets.start()
        await engine.load(await source())
        engine_of.append(engine)
        stack.callback(engine_of.clear)
        if engine.authenticator.enabled:
            _run_beside(stack, engine.authenticator.key_sets.watch())
        for companion in around.companions:
            _run_beside(stack, companion(engine))

    routes = _routes(settings, around, lambda: bool(engine_of) and engine_of[0].is_ready)
    if callback is not None and callbacks is not None:
        routes.append(callback_route(callbacks, callback))
    rest = Starlette(
        routes=routes,
        lifespan=lifespan,
    )
    application = Application(settings, rest, engine_of)
    return application


def _routes(
    settings: EngineSettings, around: Surroundings, is_ready: Callable[[], bool]
) -> list[BaseRoute]:
    path = settings.supergraph.path
    routes: list[BaseRoute] = []
    if settings.health_check.enabled:
        routes += health_routes(settings.health_check.path, is_ready)
    for name, app in around.subgraphs.items():
        routes.append(Route(f"/subgraphs/{name}/graphql", _Asgi(app)))
    routes += around.routes
    if path != "/" and settings.sandbox.enabled:
        routes += explorer_routes(around.title, path, around.examples)
    elif path != "/" and settings.homepage.enabled:
        routes.append(homepage_route(around.title, path))
    return routes


class _Asgi:
    """Tells Starlette that this is an application, also where it is written as a function."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await self._app(scope, receive, send)


def _run_beside(stack: contextlib.AsyncExitStack, work: Awaitable[None]) -> None:
    task = asyncio.ensure_future(work)

    async def stop() -> None:
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task

    stack.push_async_callback(stop)


class Application:
    """Sends GraphQL requests to the pipeline and everything else to Starlette.

    `startup_error` is what startup raised, so that who runs the server can say it in one line.
    """

    def __init__(self, settings: EngineSettings, rest: ASGIApp, engine_of: list[Engine]) -> None:
        self._path = settings.supergraph.path
        self._max_bytes = settings.limits.http_max_request_bytes
        self._rest = rest
        self._engine_of = engine_of
        self.startup_error: Exception | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self._rest(scope, receive, _without_traceback(send))
            return
        if scope["type"] != "http" or scope["path"] != self._path:
            if scope["type"] == "websocket" and scope["path"] == self._path:
                pipeline = self._engine_of[0].pipeline if self._engine_of else None
                await serve_websocket(scope, receive, send, pipeline)
                return
            await self._rest(scope, receive, send)
            return
        reply = await self._reply(scope, receive)
        if reply is None:
            return  # the client has gone
        if isinstance(reply, StreamReply):
            await reply.run(receive, send)
            return
        await send(
            {"type": "http.response.start", "status": reply.status, "headers": reply.headers}
        )
        await send({"type": "http.response.body", "body": reply.body})

    def drain(self) -> None:
        """The server is about to stop: end what would otherwise run on, so that it can."""
        for engine in self._engine_of:
            engine.subscriptions.drain()

    async def _reply(self, scope: Scope, receive: Receive) -> HttpResponse | StreamReply | None:
        if not self._engine_of:
            return _refuse(_NOT_STARTED)
        engine = self._engine_of[0]
        pipeline = engine.pipeline
        http = HttpRequest(scope["method"], scope["query_string"], scope["headers"])
        if http.method == "OPTIONS":
            return pipeline.cors.answer_preflight(http)
        if http.method == "POST":
            length = http.header(b"content-length")
            if length is not None and int(length) > self._max_bytes:
                return _refuse(_too_large(self._max_bytes))
            body = await _read_body(receive, self._max_bytes)
            if body is None:
                return None
            if len(body) > self._max_bytes:
                return _refuse(_too_large(self._max_bytes))
            http.body = body
        elif len(http.query_string) > self._max_bytes:
            return _refuse(_too_large(self._max_bytes))
        return await engine.clients.while_connected(receive, pipeline.answer(http))


def _without_traceback(send: Send) -> Send:
    """Starlette reports a failed startup with its traceback; who runs us says it in a line."""

    async def send_without(message: Message) -> None:
        if message["type"] == "lifespan.startup.failed":
            message = {"type": message["type"]}
        await send(message)

    return send_without


async def _read_body(receive: Receive, max_bytes: int) -> bytes | None:
    """Return the body, cut off when it is longer than allowed; None when the client has gone."""
    message = await receive()
    if message["type"] == "http.disconnect":
        return None
    body: bytes = message.get("body", b"")
    if not message.get("more_body", False):
        return body
    parts = [body]
    size = len(body)
    while size <= max_bytes:
        message = await receive()
        if message["type"] == "http.disconnect":
            return None
        parts.append(message.get("body", b""))
        size += len(parts[-1])
        if not message.get("more_body", False):
            break
    return b"".join(parts)


_NOT_STARTED = RequestError(
    "the server is starting; try again shortly",
    code="NO_SUPERGRAPH_AVAILABLE",
    http_status=503,
)


def _too_large(max_bytes: int) -> RequestError:
    return RequestError(
        f"the request is larger than {max_bytes} bytes",
        code="REQUEST_LIMIT_EXCEEDED",
        http_status=413,
    )


def _refuse(error: RequestError) -> HttpResponse:
    # What is left of the body is not read, so the connection cannot be used again.
    extra = ((b"connection", b"close"),) if error.http_status == 413 else ()
    return refusal([request_error(error)], MediaType.JSON, error.http_status, *extra)
