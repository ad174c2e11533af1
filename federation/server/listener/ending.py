"""How a server ends: nobody is sent to it any more, nothing in work is lost, then it is gone.

After SIGTERM or SIGINT, in this order:

1. readiness says `draining`, while requests are taken on as before, for `drain_delay`: time for
   load balancers to look; each answer then asks the client to close its connection;
2. the listener closes; requests in work are finished, for `grace` at most;
3. streams end with a code, so that clients subscribe again elsewhere;
4. telemetry and usage are handed on, connections are closed (the application's shutdown).

A second signal ends at once. A worker of several is told by its supervisor alone how fast to end:
its SIGTERM may come twice (of the supervisor, and of who ends a group of processes), SIGQUIT is the
second signal.
"""

from __future__ import annotations

import asyncio
import contextlib
import signal
import socket
import time
from collections.abc import Callable, Iterator, Sized
from typing import Protocol, runtime_checkable

import uvicorn

# Seconds in which clients must have taken the ends of their streams.
_STREAMS_END = 5.0
_LOOK_EVERY = 0.02


@runtime_checkable
class Drainable(Protocol):
    """An application that takes part in its end. `running`: requests in work; `streams`: open."""

    drain_delay: float
    grace: float

    @property
    def running(self) -> int: ...

    @property
    def streams(self) -> int: ...

    def watch(self, connections: Sized) -> None:
        """The server is up; these are the connections open at any time."""

    def begin_drain(self) -> None:
        """Be ready no longer, but answer."""

    def drain(self) -> None:
        """End all streams and open no more."""


class EndingServer(uvicorn.Server):
    """uvicorn's server that ends as the module says, with exit code 0.

    `supervised`: it is a worker of several.
    """

    def __init__(
        self,
        config: uvicorn.Config,
        on_ready: Callable[[], None] | None,
        *,
        supervised: bool = False,
    ) -> None:
        super().__init__(config)
        self._supervised = supervised
        self._on_ready = on_ready
        self._ending = False
        app: object = config.app
        self._app: Drainable | None = app if isinstance(app, Drainable) else None

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self.started and self._app is not None:
            self._app.watch(self.server_state.connections)
        if self.started and self._on_ready is not None:
            self._on_ready()

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        loop = asyncio.get_running_loop()
        heard = (signal.SIGINT, signal.SIGTERM)
        if self._supervised:
            heard = (signal.SIGQUIT, signal.SIGTERM)
        for number in heard:
            loop.add_signal_handler(number, self._signalled, number)
        try:
            yield
        finally:
            for number in heard:
                loop.remove_signal_handler(number)

    def _signalled(self, number: signal.Signals) -> None:
        if self._supervised and self._ending and number == signal.SIGTERM:
            return
        if self._ending or number == signal.SIGQUIT:
            self.force_exit = self.should_exit = True
            return
        self._ending = True
        if self._app is None:
            self.should_exit = True
            return
        self._app.begin_drain()
        asyncio.get_running_loop().call_later(self._app.drain_delay, self._exit)

    def _exit(self) -> None:
        self.should_exit = True

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        if self._app is not None and not self.force_exit:
            await self._finish(self._app, sockets or [])
        await super().shutdown(sockets)

    async def _finish(self, app: Drainable, sockets: list[socket.socket]) -> None:
        end = time.monotonic() + app.grace
        for server in self.servers:
            server.close()
        for one in sockets:
            one.close()
        for connection in list(self.server_state.connections):
            # WebSockets would be closed at once; they get to know why first.
            if hasattr(connection, "cycle"):
                connection.shutdown()
        await self._until(lambda: not app.running, end)
        app.drain()
        await self._until(lambda: not app.streams, time.monotonic() + _STREAMS_END)
        self.config.timeout_graceful_shutdown = max(1, round(end - time.monotonic()))

    async def _until(self, done: Callable[[], bool], end: float) -> None:
        while not done() and not self.force_exit and time.monotonic() < end:  # noqa: ASYNC110
            await asyncio.sleep(_LOOK_EVERY)
