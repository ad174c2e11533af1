"""Running the server: bind, serve, stop without dropping a request.

The socket is bound before anything else starts, so a port in use is found at once and said in one
line. SIGTERM and SIGINT let requests in flight finish; a second signal ends at once.
"""

from __future__ import annotations

import asyncio
import contextlib
import errno
import gc
import signal
import socket
import sys
from collections.abc import Callable, Iterator
from typing import Any

import uvicorn

# Requests in flight get this long after the signal; the router's own deadline is usually shorter.
GRACE_SECONDS = 30

# Objects made since the last collection. An answer of some size has thousands, and reference counts
# free all of them: at Python's 700 the collector walks the answers in work several times each,
# which was a tenth of the processor time of a large query.
_COLLECT_AFTER = 10_000


class ListenError(Exception):
    """The address cannot be listened on; the message says why and what to do."""


def bind(host: str, port: int) -> socket.socket:
    """Return a listening socket. Raises `ListenError`."""
    if not 0 <= port <= 65535:
        raise ListenError(f"{port} is not a port; choose one from 0 to 65535")
    try:
        (family, kind, protocol, _, address), *_ = socket.getaddrinfo(
            host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )
    except (socket.gaierror, UnicodeError):
        raise ListenError(f"{host}:{port} is not an address of this machine") from None
    listening = socket.socket(family, kind, protocol)
    try:
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind(address)
        listening.listen(2048)
    except OSError as error:
        listening.close()
        raise ListenError(_listen_problem(error, host, port)) from None
    listening.setblocking(False)
    return listening


def run_server(
    app: Any, host: str, port: int, *, on_ready: Callable[[str], None] | None = None
) -> int:
    """Serve `app` (ASGI) until SIGTERM or SIGINT; return the exit code.

    `on_ready` is told the address once the app has started. Raises `ListenError` before starting
    the app, and what the app's startup raised when it has a `startup_error` to tell.
    """
    listening = bind(host, port)
    shown = f"[{host}]" if ":" in host else host
    address = f"http://{shown}:{listening.getsockname()[1]}/"
    config = uvicorn.Config(
        app,
        loop="uvloop" if sys.platform != "win32" else "asyncio",
        http="httptools",
        ws="websockets-sansio" if _has_websockets() else "none",
        lifespan="on",
        log_config=None,
        access_log=False,
        server_header=False,
        date_header=True,
        timeout_graceful_shutdown=GRACE_SECONDS,
        timeout_keep_alive=75,
    )
    gc.set_threshold(_COLLECT_AFTER, *gc.get_threshold()[1:])
    server = _Server(config, on_ready and (lambda: on_ready(address)))
    with contextlib.closing(listening), contextlib.suppress(SystemExit):
        # uvicorn exits the interpreter when startup fails; the reason is told below.
        server.run(sockets=[listening])
    if not server.started:
        error = getattr(app, "startup_error", None)
        if error is not None:
            raise error
        return 1
    return 0


class _Server(uvicorn.Server):
    """uvicorn's server that ends with exit code 0 after a signal, as supervisors expect."""

    def __init__(self, config: uvicorn.Config, on_ready: Callable[[], None] | None) -> None:
        super().__init__(config)
        self._on_ready = on_ready

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self.started and self._on_ready is not None:
            self._on_ready()

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        loop = asyncio.get_running_loop()
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(number, self._stop)
        try:
            yield
        finally:
            for number in (signal.SIGINT, signal.SIGTERM):
                loop.remove_signal_handler(number)

    def _stop(self) -> None:
        if self.should_exit:
            self.force_exit = True
        drain = getattr(self.config.app, "drain", None)
        if drain is not None:
            # Streams have no end of their own; without one the server would wait for them.
            drain()
        self.should_exit = True


def _has_websockets() -> bool:
    from importlib.util import find_spec

    return find_spec("websockets") is not None


def _listen_problem(error: OSError, host: str, port: int) -> str:
    if error.errno == errno.EADDRINUSE:
        return f"port {port} on {host} is in use; stop the other program or choose --port"
    if error.errno == errno.EACCES:
        return f"port {port} on {host} needs more rights; choose a --port above 1023"
    return f"cannot listen on {host}:{port}: {error.strerror or error}"
