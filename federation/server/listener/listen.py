"""Running the server: bind, serve, stop without dropping a request.

The socket is bound before anything else starts, so a port in use is found at once and said in one
line. How it stops: see `ending`.
"""

from __future__ import annotations

import contextlib
import errno
import importlib.util
import socket
import sys
from collections.abc import Callable
from typing import Any

import uvicorn

from federation.server.listener.ending import EndingServer
from federation.server.listener.http_protocol import BoundedHttpProtocol
from federation.server.listener.tuning import tune_process
from federation.server.settings.listener_tls import ListenerTls

# A WebSocket message, where the app does not say.
_MAX_MESSAGE_BYTES = 2_000_000

# Requests in flight get this long after the signal; the router's own deadline is usually shorter.
GRACE_SECONDS = 30

# Connections that may wait to be accepted.
BACKLOG = 2048


class ListenError(Exception):
    """The address cannot be listened on; the message says why and what to do."""


def bind(host: str, port: int, *, shared: bool = False, listening: bool = True) -> socket.socket:
    """Return a listening socket. Raises `ListenError`.

    `shared`: several processes of this user may have one each for the same port, among which the
    system spreads connections. `listening`: turned off, the address is only taken.
    """
    if not 0 <= port <= 65535:
        raise ListenError(f"{port} is not a port; choose one from 0 to 65535")
    try:
        (family, kind, protocol, _, address), *_ = socket.getaddrinfo(
            host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )
    except (socket.gaierror, UnicodeError):
        raise ListenError(f"{host}:{port} is not an address of this machine") from None
    bound = socket.socket(family, kind, protocol)
    try:
        bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if shared:
            bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        bound.bind(address)
        if listening:
            bound.listen(BACKLOG)
    except OSError as error:
        bound.close()
        raise ListenError(_listen_problem(error, host, port)) from None
    bound.setblocking(False)
    return bound


def address_of(bound: socket.socket, host: str, tls: ListenerTls | None) -> str:
    """Return the address of a server on a socket that was bound to `host`."""
    shown = f"[{host}]" if ":" in host else host
    scheme = "https" if tls is not None and tls.enabled else "http"
    return f"{scheme}://{shown}:{bound.getsockname()[1]}/"


def run_server(
    app: Any,
    host: str,
    port: int,
    *,
    on_ready: Callable[[str], None] | None = None,
    tls: ListenerTls | None = None,
) -> int:
    """Serve `app` (ASGI) until SIGTERM or SIGINT; return the exit code.

    `on_ready` is told the address once the app has started. Raises `ListenError` before starting
    the app, and what the app's startup raised when it has a `startup_error` to tell.
    """
    listening = bind(host, port)
    address = address_of(listening, host, tls)
    return run_bound(app, listening, on_ready=on_ready and (lambda: on_ready(address)), tls=tls)


def run_bound(
    app: Any,
    listening: socket.socket,
    *,
    on_ready: Callable[[], None] | None = None,
    tls: ListenerTls | None = None,
    supervised: bool = False,
) -> int:
    """Serve `app` on a bound socket, as `run_server` does.

    `supervised`: which signals end it, see `EndingServer`.
    """
    over_tls = _over_tls(tls) if tls is not None and tls.enabled else {}
    config = uvicorn.Config(
        app,
        loop="uvloop" if sys.platform != "win32" else "asyncio",
        http=over_tls.get("http", BoundedHttpProtocol),
        ws=over_tls.get("ws") or _websocket_protocol(),
        headers=over_tls.get("headers"),
        ssl_context_factory=over_tls.get("ssl_context_factory"),
        # Who may say for whom a request comes is for `peer.Proxies` to decide.
        proxy_headers=False,
        ws_max_size=getattr(app, "max_message_bytes", _MAX_MESSAGE_BYTES),
        ws_per_message_deflate=getattr(app, "compresses_messages", False),
        lifespan="on",
        log_config=None,
        access_log=False,
        server_header=False,
        date_header=True,
        timeout_graceful_shutdown=GRACE_SECONDS,
        timeout_keep_alive=75,
    )
    tune_process()
    server = EndingServer(config, on_ready, supervised=supervised)
    with contextlib.closing(listening), contextlib.suppress(SystemExit):
        # uvicorn exits the interpreter when startup fails; the reason is told below.
        server.run(sockets=[listening])
    if not server.started:
        error = getattr(app, "startup_error", None)
        if error is not None:
            raise error
        return 1
    return 0


def _over_tls(settings: ListenerTls) -> dict[str, Any]:
    """Return what of uvicorn's settings differs over TLS. Raises `ListenError`."""
    # Imported here: without TLS nobody pays for it at start.
    from federation.server.listener.listen_protocols import TlsHttpProtocol, TlsWebSocketProtocol
    from federation.server.listener.listen_tls import listener_context, security_headers

    try:
        context = listener_context(settings)
    except ValueError as error:
        raise ListenError(str(error)) from None
    return {
        "http": TlsHttpProtocol,
        "ws": TlsWebSocketProtocol,
        "headers": security_headers(settings),
        "ssl_context_factory": lambda *_: context,
    }


def _websocket_protocol() -> Any:
    if importlib.util.find_spec("websockets") is None:
        return "none"
    # Imported here, since the package may be missing.
    from federation.server.listener.websocket_protocol import QuietWebSocketProtocol

    return QuietWebSocketProtocol


def _listen_problem(error: OSError, host: str, port: int) -> str:
    if error.errno == errno.EADDRINUSE:
        return f"port {port} on {host} is in use; stop the other program or choose --port"
    if error.errno == errno.EACCES:
        return f"port {port} on {host} needs more rights; choose a --port above 1023"
    return f"cannot listen on {host}:{port}: {error.strerror or error}"
