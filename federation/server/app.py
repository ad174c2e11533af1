"""The ASGI application: GraphQL on a raw hot path, everything else through Starlette.

A request on the GraphQL path meets no router, no request object and no middleware: that is about
half of what a small request costs in Starlette.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import (
    AsyncIterator,
    Awaitable,
    Callable,
    Coroutine,
    Mapping,
    Sequence,
    Sized,
)
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from starlette.applications import Starlette
from starlette.routing import BaseRoute, Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from federation.errors import RequestError
from federation.execution.transports.in_process import Execute, Subscribe
from federation.registry.schema import Schema
from federation.server.callers.peer import EXTENSION, peer_of
from federation.server.engine import Engine
from federation.server.explorer.routes import explorer_routes, homepage_route
from federation.server.health import STARTING, WhyNotReady, health_routes
from federation.server.listener.http_cycle import QuickCycle
from federation.server.listener.http_protocol import HttpLimits
from federation.server.observing.metrics.listener import metrics_route
from federation.server.outside import Outside
from federation.server.settings.engine import EngineSettings
from federation.server.subgraphs.invalidation import invalidation_route
from federation.server.wire.delivery import send_whole
from federation.server.wire.front import refuse
from federation.server.wire.request import HttpRequest
from federation.server.wire.security_headers import with_security_headers
from federation.server.wire.websocket import serve_websocket

if TYPE_CHECKING:
    from federation.execution.transports.callback import Callbacks


@dataclass(frozen=True, slots=True)
class Sourced:
    """A supergraph SDL; `own`: which subgraphs in this process serve it (see `Engine.load`).

    `schema`: what was built of it before there were several workers.
    """

    sdl: str
    own: frozenset[str] | None = None
    schema: Schema | None = None


# Gives the supergraph at start-up.
Source = Callable[[], Awaitable[str | Sourced]]

# Told the engine once it has loaded, and runs beside the server: watching a file, say.
Companion = Callable[[Engine], Awaitable[None]]


@dataclass(frozen=True, kw_only=True)
class Surroundings(Outside):
    """What the caller puts around the engine, beside what it gives to the engine itself.

    `subgraphs`: ASGI applications served at `/subgraphs/<name>/graphql`. `routes`: further
    Starlette routes. `lifespan` is entered before the supergraph is asked for, and left after the
    engine has closed. `companions` run beside the server until it stops. `examples`: (title,
    query) pairs for the explorer.
    """

    title: str = "GraphQL"
    examples: Sequence[tuple[str, str]] = ()
    subgraphs: Mapping[str, ASGIApp] = field(default_factory=dict)
    routes: Sequence[BaseRoute] = ()
    lifespan: Callable[[], AbstractAsyncContextManager[Any]] | None = None
    companions: Sequence[Companion] = ()


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
        # Imported here: they bring an HTTP client of their own, which most servers do not need.
        from federation.execution.transports.callback import Callbacks
        from federation.server.subgraphs.callbacks import callback_prefix, callback_route

        prefix = callback_prefix(around.member)
        callbacks = Callbacks(callback.public_url, settings.subscription.queue_capacity, prefix)

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
        if around.member is not None:
            await stack.enter_async_context(around.member.running())
        engine = Engine(
            settings, around, local=local, local_streams=local_streams, callbacks=callbacks
        )
        stack.push_async_callback(engine.close)
        await engine.start()
        found = await source()
        loaded = found if isinstance(found, Sourced) else Sourced(found)
        await engine.load(loaded.sdl, loaded.own, loaded.schema)
        engine_of.append(engine)
        stack.callback(engine_of.clear)
        for companion in around.companions:
            _run_beside(stack, companion(engine))

    routes = _routes(
        settings, around, lambda: engine_of[0].why_not_ready() if engine_of else STARTING
    )
    prometheus = settings.telemetry.exporters.metrics.prometheus
    if prometheus.shares(settings.supergraph.listen):
        metrics = metrics_route(prometheus.path, lambda accept: engine_of[0].metrics(accept))
        routes.insert(0, metrics)
    if callback is not None and callbacks is not None:
        routes.append(callback_route(callbacks, callback, around.member))
    if settings.response_cache.has_endpoint:
        path = settings.response_cache.invalidation.path
        routes.append(
            invalidation_route(path, lambda: engine_of[0] if engine_of else None, around.member)
        )
    rest = Starlette(
        routes=routes,
        lifespan=lifespan,
    )
    application = Application(settings, rest, engine_of)
    return application


def _routes(
    settings: EngineSettings, around: Surroundings, why_not_ready: WhyNotReady
) -> list[BaseRoute]:
    path = settings.supergraph.path
    routes: list[BaseRoute] = []
    if settings.health_check.enabled:
        routes += health_routes(settings.health_check.path, why_not_ready)
    for name, app in around.subgraphs.items():
        routes.append(Route(f"/subgraphs/{name}/graphql", _Asgi(app)))
    routes += around.routes
    if path != "/" and settings.sandbox.enabled:
        routes += explorer_routes(around.title, path, around.examples, settings.plugins)
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
    `http_limits`, `max_message_bytes`: what the server should take of a request's head and of a
    WebSocket message. `compresses_messages`: whether it agrees to compress these. `direct_path`,
    `direct`: see `quick_protocol.DirectApplication`.
    """

    def __init__(self, settings: EngineSettings, rest: ASGIApp, engine_of: list[Engine]) -> None:
        limits = settings.limits
        self.http_limits = HttpLimits(
            head_bytes=limits.http1_max_request_buf_size,
            head_count=limits.http1_max_request_headers,
            head_timeout=limits.http1_header_read_timeout,
            body_timeout=limits.http1_body_read_timeout,
        )
        # One more, so that the limit itself is told by its own close code.
        self.max_message_bytes = limits.http_max_request_bytes + 1
        self.compresses_messages = settings.subscription.websocket_compression
        self._path = self.direct_path = settings.supergraph.path
        self._rest = with_security_headers(rest)
        self._engine_of = engine_of
        self.drain_delay = settings.health_check.drain_delay
        self.grace = settings.health_check.shutdown_grace
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
        if not self._engine_of:
            await send_whole(send, refuse(_NOT_STARTED))
            return
        engine = self._engine_of[0]
        http = HttpRequest(scope["method"], scope["query_string"], scope["headers"])
        http.address, http.certificate = peer_of(scope)
        await engine.front.serve(http, engine.pipeline, engine.clients, receive, send)

    def direct(self, cycle: QuickCycle) -> Coroutine[Any, Any, None]:
        """See `DirectApplication`."""
        connection = cycle.connection
        assert connection is not None
        http = HttpRequest("POST", cycle.query_string, cycle.headers, bytes(cycle.body))
        if connection.client is not None:
            http.address = connection.client[0]
        if connection.extensions is not None:
            http.certificate = connection.extensions.get(EXTENSION)
        if not self._engine_of:
            return send_whole(cycle.asgi()[1], refuse(_NOT_STARTED))
        engine = self._engine_of[0]
        return engine.front.serve_whole(http, engine.pipeline, engine.clients, cycle)

    @property
    def running(self) -> int:
        """How many requests are in work."""
        return sum(engine.lasting.work.running for engine in self._engine_of)

    @property
    def streams(self) -> int:
        """How many subscriptions are open."""
        return sum(len(engine.lasting.subscriptions) for engine in self._engine_of)

    def watch(self, connections: Sized) -> None:
        """The server is up; these are the connections open at any time."""
        for engine in self._engine_of:
            engine.lasting.work.connections = connections

    def refused(self, status: int, code: str) -> None:
        """The server has refused what came on a connection, before it was a request to us."""
        for engine in self._engine_of:
            engine.lasting.work.refusals.tell(None, status, code)

    def begin_drain(self) -> None:
        """The server is about to stop: say so where one asks whether it is ready."""
        for engine in self._engine_of:
            engine.lasting.work.draining = True

    def drain(self) -> None:
        """The server stops: end what would otherwise run on, so that it can."""
        for engine in self._engine_of:
            engine.lasting.subscriptions.drain()
            engine.lasting.single_connections.drain()


def _without_traceback(send: Send) -> Send:
    """Starlette reports a failed startup with its traceback; who runs us says it in a line."""

    async def send_without(message: Message) -> None:
        if message["type"] == "lifespan.startup.failed":
            message = {"type": message["type"]}
        await send(message)

    return send_without


_NOT_STARTED = RequestError(
    "the server is starting; try again shortly",
    code="NO_SUPERGRAPH_AVAILABLE",
    http_status=503,
)
