"""uvicorn's HTTP protocol with less work per request.

The scope of ASGI is made only for who needs it, and the timer of an idle connection is set once,
not with each answer. A request that is there whole may go to the application without ASGI: see
`DirectApplication`. All else (bodies that are still to come, `Expect: 100-continue`, upgrades) goes
the ordinary way.
"""

from __future__ import annotations

import asyncio
import contextvars
import urllib.parse
from collections.abc import Coroutine
from functools import lru_cache
from typing import Any, Protocol

import httptools
from uvicorn.protocols.http.flow_control import HIGH_WATER_LIMIT, service_unavailable
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from federation.server.listener.http_cycle import QuickCycle

# Bytes of a request target that is worth remembering.
_LONGEST_KEPT = 256

# Path, the same as it came, query.
Target = tuple[str, bytes, bytes]


class DirectApplication(Protocol):
    """An application that takes some requests directly: POST to `direct_path`, there whole."""

    direct_path: str

    def direct(self, cycle: QuickCycle) -> Coroutine[Any, Any, None]:
        """Answer the cycle's request, with `reply` or with ASGI's messages. Cancelled when the
        client goes away, unless `keep_running` was called.
        """
        ...


class QuickHttpProtocol(HttpToolsProtocol):
    """`extensions`: for the scopes of this connection's requests. `_open`: the cycle whose request
    may go the direct way once it is there, with its target and the cycle before it. `_running`: the
    cycle being answered. `has_connection_header`: the request that comes. `_idle_since`: on the
    loop's clock, None while there is a request.
    """

    cycle: QuickCycle | None  # type: ignore[assignment]
    extensions: dict[str, Any] | None = None
    _open: tuple[QuickCycle, Target, QuickCycle | None] | None = None
    _running: QuickCycle | None = None
    has_connection_header = False
    _idle_since: float | None = None
    _idle_timer: asyncio.TimerHandle | None = None

    def __init__(self, config: Any, *args: Any, **kwargs: Any) -> None:
        super().__init__(config, *args, **kwargs)
        self._direct: DirectApplication = config.app
        path: str | None = getattr(config.app, "direct_path", None)
        if self.root_path or self.access_log or self.limit_concurrency is not None:
            path = None
        self._direct_path = path

    def connection_lost(self, exc: Exception | None) -> None:
        if self._idle_timer is not None:
            self._idle_timer.cancel()
            self._idle_timer = None
        running, self._running, self._open = self._running, None, None
        super().connection_lost(exc)
        if running is not None:
            running.lose()

    def on_message_begin(self) -> None:
        self.url = b""
        self.expect_100_continue = self.has_connection_header = False
        self.headers = []

    def on_header(self, name: bytes, value: bytes) -> None:
        super().on_header(name, value)
        if self.headers[-1][0] == b"connection":
            self.has_connection_header = True

    def on_headers_complete(self) -> None:
        parser = self.parser
        method: bytes = parser.get_method()
        name = "POST" if method == b"POST" else method.decode("ascii")
        target = _target(self.url) if len(self.url) <= _LONGEST_KEPT else _split(self.url)
        if parser.should_upgrade() and self._should_upgrade():
            self.scope = self._scope(name, target)
            return
        before = self.cycle
        cycle = self.cycle = QuickCycle.of(self, self._keeps_alive())
        if name == "POST" and target[0] == self._direct_path and not self.expect_100_continue:
            cycle.headers, cycle.query_string = self.headers, target[2]
            self._open = (cycle, target, before)
            return
        self._go_on(cycle, target, before, name)

    def on_body(self, body: bytes) -> None:
        if self._open is not None:
            self._open[0].extend(body)
            return
        cycle = self._body_of()
        if cycle is not None:
            cycle.extend(body)
            if len(cycle.body) > HIGH_WATER_LIMIT:
                self.flow.pause_reading()

    def on_message_complete(self) -> None:
        if self._open is not None:
            cycle, _, before = self._open
            self._open = None
            cycle.more_body = False
            cycle.tell()
            self._begin(cycle, None, before)
            return
        waiting = self._body_of()
        if waiting is not None:
            waiting.more_body = False
            waiting.tell()

    def _body_of(self) -> QuickCycle | None:
        """Return the cycle that body belongs to; None for what nobody reads."""
        cycle = self.cycle
        if cycle is None or cycle.response_complete:
            return None
        return None if self.parser.should_upgrade() and self._should_upgrade() else cycle

    def _no_longer_open(self) -> None:
        """The rest of the request is still to come, so it goes the ordinary way."""
        if self._open is not None:
            cycle, target, before = self._open
            self._open = None
            self._go_on(cycle, target, before, "POST")
            if len(cycle.body) > HIGH_WATER_LIMIT:
                self.flow.pause_reading()

    def _keeps_alive(self) -> bool:
        """Whether the connection is for more requests; in HTTP/1.0 it never is."""
        if not self.parser.should_keep_alive():
            return False
        # Only who asks for it would get it there.
        if self.has_connection_header:
            return bool(self.parser.get_http_version() != "1.0")
        return True

    def _go_on(
        self, cycle: QuickCycle, target: Target, before: QuickCycle | None, method: str
    ) -> None:
        """Begin the ordinary way."""
        cycle.waiting_for_100_continue = self.expect_100_continue
        cycle.scope = self.scope = self._scope(method, target)
        app: Any = self.app
        limit = self.limit_concurrency
        if limit is not None and (len(self.connections) >= limit or len(self.tasks) >= limit):
            app = service_unavailable
            self.logger.warning("Exceeded concurrency limit.")
        self._begin(cycle, app, before)

    def _scope(self, method: str, target: Target) -> Any:
        path, raw_path, query = target
        scope = {
            "type": "http",
            "asgi": {"version": self.asgi_version, "spec_version": "2.3"},
            "http_version": self.parser.get_http_version(),
            "server": self.server,
            "client": self.client,
            "scheme": self.scheme,
            "root_path": self.root_path,
            "headers": self.headers,
            "state": self.app_state.copy(),
            "method": method,
            "path": self.root_path + path,
            "raw_path": self.root_path.encode("ascii") + raw_path,
            "query_string": query,
        }
        if self.extensions is not None:
            scope["extensions"] = self.extensions
        return scope

    def _begin(self, cycle: QuickCycle, app: Any, before: QuickCycle | None) -> None:
        """Answer a request, after that of the cycle `before`. `app` is None for the direct way."""
        if before is None or before.response_complete:
            self._start_asgi_task(cycle, app)
        else:
            self.flow.pause_reading()
            self.pipeline.appendleft((cycle, app))

    def _start_asgi_task(self, cycle: Any, app: Any) -> None:
        work = cycle.run_direct(self._direct) if app is None else cycle.run_asgi(app)
        if self.config.reset_contextvars:
            task = self.loop.create_task(work, context=contextvars.Context())
        else:
            task = self.loop.create_task(work)
        self._running = cycle
        cycle.task = task
        # Not a callback of the task: that is one more turn of the loop for each request.
        self.tasks.add(task)

    def on_response_complete(self) -> None:
        self.server_state.total_requests += 1
        self._running = None
        if self.transport.is_closing():
            return
        if self.flow.read_paused:
            self.flow.resume_reading()
        if self.pipeline:
            cycle, app = self.pipeline.pop()
            self._start_asgi_task(cycle, app)
            return
        self._idle_since = self.loop.time()
        if self._idle_timer is None:
            self._idle_timer = self.loop.call_later(self.timeout_keep_alive, self._look_if_idle)

    def _unset_keepalive_if_required(self) -> None:
        self._idle_since = None

    def _look_if_idle(self) -> None:
        """Close the connection when it was idle for as long as it may be."""
        self._idle_timer = None
        since = self._idle_since
        if since is None:
            return
        left = since + self.timeout_keep_alive - self.loop.time()
        if left > 0:
            self._idle_timer = self.loop.call_later(left, self._look_if_idle)
        else:
            self.timeout_keep_alive_handler()


def _split(url: bytes) -> Target:
    """Return the parts of a request's target. Raises what the parser does."""
    parsed = httptools.parse_url(url)
    raw_path: bytes = parsed.path
    path = raw_path.decode("ascii")
    if "%" in path:
        path = urllib.parse.unquote(path)
    return path, raw_path, parsed.query or b""


_target = lru_cache(maxsize=256)(_split)
