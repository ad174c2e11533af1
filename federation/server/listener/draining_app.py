"""Any ASGI application made to end well (`ending.Drainable`): for processes without a gateway.

What it answers is not known here, only how: a response that is an event stream would never end by
itself, so its application is told that the client has gone; all others are waited for.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable, Sequence, Sized
from contextlib import AbstractAsyncContextManager

from starlette.applications import Starlette
from starlette.routing import BaseRoute
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from federation.server.health import STARTING, health_routes
from federation.server.listener.work import DRAINING
from federation.server.settings.pages import HealthCheck
from federation.server.workers.member import Member

_EVENT_STREAM = b"text/event-stream"


class Drain:
    """How far the end of a process has come. For one event loop."""

    def __init__(self) -> None:
        self.draining = False
        self.ended = asyncio.Event()

    def why_not_ready(self) -> str | None:
        """Return why no more requests should be sent, None when they may be."""
        return DRAINING if self.draining else None


def side_app(
    routes: Sequence[BaseRoute],
    lifespan: Callable[[], AbstractAsyncContextManager[None]],
    section: HealthCheck,
    is_open: Callable[[], bool],
    member: Member | None = None,
) -> DrainingApp:
    """Return an application of `routes` with health beside them, for a process without a gateway.

    `lifespan` is entered before it serves; it is ready while `is_open` and not ending. `member`:
    which of several workers it is.
    """
    drain = Drain()

    def why_not_ready() -> str | None:
        others = None if member is None else member.why_not_ready()
        return drain.why_not_ready() or (others if is_open() else STARTING)

    @contextlib.asynccontextmanager
    async def whole(app: Starlette) -> AsyncIterator[None]:
        working = contextlib.nullcontext() if member is None else member.running()
        async with working, lifespan():
            yield

    every = [*health_routes(section.path, why_not_ready), *routes]
    return DrainingApp(Starlette(routes=every, lifespan=whole), drain, section)


class DrainingApp:
    """`app` with what `Drainable` asks for. `drain`: what its health routes look at."""

    def __init__(self, app: ASGIApp, drain: Drain, health: HealthCheck) -> None:
        self._app = app
        self._drain = drain
        self.drain_delay = health.drain_delay
        self.grace = health.shutdown_grace
        self.running = 0
        self.streams = 0
        self.startup_error: Exception | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            try:
                await self._app(scope, receive, _quiet(send))
            except Exception as error:
                self.startup_error = error
                raise
            return
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        request = _Request(self, receive, send)
        try:
            await self._app(scope, request.receive, request.send)
            await request.finish()
        finally:
            request.close()

    def watch(self, connections: Sized) -> None:
        """See `Drainable`."""

    def begin_drain(self) -> None:
        """See `Drainable`."""
        self._drain.draining = True

    def drain(self) -> None:
        """See `Drainable`."""
        self._drain.ended.set()

    @property
    def state(self) -> Drain:
        return self._drain


class _Request:
    """One request: counted as in work, or as a stream once its answer says that it is one."""

    def __init__(self, app: DrainingApp, receive: Receive, send: Send) -> None:
        self._app = app
        self._receive = receive
        self._send = send
        self._is_read = False
        self._is_stream = False
        self._is_sent = False
        app.running += 1

    async def receive(self) -> Message:
        if not self._is_read:
            message = await self._receive()
            self._is_read = not message.get("more_body", False)
            return message
        # What comes now is that the client has gone, or that its stream shall end.
        gone = asyncio.ensure_future(self._receive())
        ended = asyncio.ensure_future(self._app.state.ended.wait())
        try:
            await asyncio.wait((gone, ended), return_when=asyncio.FIRST_COMPLETED)
            if self._is_stream and not gone.done():
                return {"type": "http.disconnect"}
            return await gone
        finally:
            for task in (gone, ended):
                task.cancel()
            await asyncio.gather(gone, ended, return_exceptions=True)

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = list(message.get("headers", ()))
            if any(n == b"content-type" and v.startswith(_EVENT_STREAM) for n, v in headers):
                self._is_stream = True
                self._app.running -= 1
                self._app.streams += 1
            if self._app.state.draining:
                # It would be cut off soon.
                message = {**message, "headers": [*headers, (b"connection", b"close")]}
        elif message["type"] == "http.response.body":
            self._is_sent = not message.get("more_body", False)
        await self._send(message)

    async def finish(self) -> None:
        """End a stream that was told that its client has gone: the client is there."""
        if self._is_stream and not self._is_sent and self._app.state.ended.is_set():
            await self._send({"type": "http.response.body", "body": b"", "more_body": False})

    def close(self) -> None:
        if self._is_stream:
            self._app.streams -= 1
        else:
            self._app.running -= 1


def _quiet(send: Send) -> Send:
    """A failed startup is told in one line by who runs the process, not with its traceback."""

    async def send_without(message: Message) -> None:
        if message["type"] == "lifespan.startup.failed":
            message = {"type": message["type"]}
        await send(message)

    return send_without
