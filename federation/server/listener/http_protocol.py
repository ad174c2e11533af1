"""uvicorn's HTTP protocol with bounds on what a client may send, and on how long it may take.

uvicorn bounds neither the head of a request nor the time it takes to come. Here a head that is too
large is refused while it comes, a connection on which no request begins or ends in time is closed,
and so is one whose chunks are mostly not data. A request that comes in one piece costs a few
comparisons more than before: timers run only where something is missing.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

import httptools
import orjson

from federation.server.listener.quick_protocol import QuickHttpProtocol

logger = logging.getLogger("federation.server")


@dataclass(frozen=True, slots=True)
class HttpLimits:
    """`head_bytes`: request line and headers; `head_count`: headers. `head_timeout`: seconds until
    the head is there, also for the first request of a connection. `body_timeout`: seconds in which
    a body that is not there yet must grow by `body_progress` bytes.
    """

    head_bytes: int = 400 * 1024
    head_count: int = 100
    head_timeout: float = 10.0
    body_timeout: float = 30.0
    body_progress: int = 64 * 1024


# What chunks may have beside data before it is compared with the data: a byte in a chunk of its own
# takes six.
_FREE_OVERHEAD = 1024 * 1024

_TOO_LARGE = (431, "REQUEST_HEADER_FIELDS_TOO_LARGE", "the head of the request is too large")
_TOO_SLOW = (408, "REQUEST_TIMEOUT", "the request took too long to come")
_MALFORMED = (400, "INVALID_HTTP_REQUEST", "this is not an HTTP request that can be answered")


# Headers that mean nothing to the protocol, as most clients write them → in lower case, always the
# same object: its hash is known.
_PLAIN_NAMES: dict[bytes, bytes] = {
    written: name.encode()
    for name in (
        "accept",
        "accept-encoding",
        "accept-language",
        "apollographql-client-name",
        "apollographql-client-version",
        "authorization",
        "content-encoding",
        "content-length",
        "content-type",
        "cookie",
        "host",
        "origin",
        "referer",
        "traceparent",
        "tracestate",
        "user-agent",
        "x-api-key",
        "x-forwarded-for",
        "x-request-id",
    )
    for written in (name.encode(), name.title().encode())
}


class _Refused(Exception):
    """Ends parsing; what to answer is in the protocol."""


class BoundedHttpProtocol(QuickHttpProtocol):
    """`config.app.http_limits` says which bounds; without it, the defaults. `config.app.refused` is
    told status and code of what is refused here, where there is such a function.
    """

    def __init__(self, config: Any, *args: Any, **kwargs: Any) -> None:
        super().__init__(config, *args, **kwargs)
        limits = getattr(config.app, "http_limits", None)
        self._limits: HttpLimits = limits or HttpLimits()
        self._told: Callable[[int, str], None] | None = getattr(config.app, "refused", None)
        self._in_head = False
        self._in_body = False
        self._received = 0
        self._body_received = 0
        self._reported = 0
        self._refusal = _MALFORMED
        self._timer: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self._wait_for_head()

    def connection_lost(self, exc: Exception | None) -> None:
        self._stop_waiting()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        self._received += len(data)
        self._idle_since = None
        try:
            self.parser.feed_data(data)
        except httptools.HttpParserError:
            self._refuse(self._refusal)
            return
        except httptools.HttpParserUpgrade:
            if self._should_upgrade():
                self.handle_websocket_upgrade()
            else:
                self._unsupported_upgrade_warning()
        if self._open is not None:
            self._no_longer_open()
        if self._in_head:
            if self._received > self._limits.head_bytes:
                self._refuse(_TOO_LARGE)
            elif self._timer is None:
                self._wait_for_head()
        elif self._in_body:
            overhead = self._received - self._body_received
            if overhead > _FREE_OVERHEAD + self._body_received:
                self._refuse(_MALFORMED)
            elif self._timer is None:
                self._wait_for_body()
        elif self._timer is not None:
            self._stop_waiting()

    def handle_websocket_upgrade(self) -> None:
        self._in_head = self._in_body = False
        self._stop_waiting()
        super().handle_websocket_upgrade()

    # Parser callbacks. Where they do what the class above does, they do it themselves: the calls
    # would cost more than the work.

    def on_message_begin(self) -> None:
        self.url = b""
        self.expect_100_continue = self.has_connection_header = False
        self.headers = []
        self._in_head = True

    def on_header(self, name: bytes, value: bytes) -> None:
        if not self._in_head:
            return  # a trailer: nobody reads them, and they are not among the headers
        headers = self.headers
        if len(headers) >= self._limits.head_count:
            self._refusal = _TOO_LARGE
            raise _Refused
        known = _PLAIN_NAMES.get(name)
        if known is None:
            known = name.lower()
            if known == b"connection":
                self.has_connection_header = True
            elif known == b"expect" and value.lower() == b"100-continue":
                self.expect_100_continue = True
        headers.append((known, value))

    def on_headers_complete(self) -> None:
        self._in_head = False
        if self._received > self._limits.head_bytes and self._is_head_too_large():
            self._refusal = _TOO_LARGE
            raise _Refused
        super().on_headers_complete()
        self._in_body = True
        self._received = self._body_received = self._reported = 0
        if self._timer is not None:
            self._stop_waiting()

    def on_body(self, body: bytes) -> None:
        self._body_received += len(body)
        super().on_body(body)

    def on_message_complete(self) -> None:
        self._in_body = False
        self._received = 0
        super().on_message_complete()

    def send_400_response(self, msg: str) -> None:
        """Refuse what could not be parsed."""
        self._refuse(self._refusal)

    def _is_head_too_large(self) -> bool:
        # Part of the body may have come in the same piece.
        size = len(self.url) + sum(len(name) + len(value) + 4 for name, value in self.headers)
        return size > self._limits.head_bytes

    def _wait_for_head(self) -> None:
        self._timer = self.loop.call_later(self._limits.head_timeout, self._head_is_late)

    def _wait_for_body(self) -> None:
        self._timer = self.loop.call_later(self._limits.body_timeout, self._look_at_body)

    def _stop_waiting(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _head_is_late(self) -> None:
        self._timer = None
        if self._in_head:
            self._refuse(_TOO_SLOW)
        else:
            self.transport.close()  # nothing ever came

    def _look_at_body(self) -> None:
        self._timer = None
        if not self._in_body:
            return
        # While we do not read, the client is not the one that is slow.
        grown = self._body_received - self._reported
        if not self.flow.read_paused and grown < self._limits.body_progress:
            self._refuse(_TOO_SLOW)
            return
        self._reported = self._body_received
        self._wait_for_body()

    def _refuse(self, refusal: tuple[int, str, str]) -> None:
        """Answer without the application, unless it has begun to, and close the connection."""
        self._stop_waiting()
        self._in_head = self._in_body = False
        if self.transport.is_closing():
            return
        status, code, message = refusal
        if self._told is not None:
            self._told(status, code)
        cycle = self.cycle
        if cycle is None or cycle.response_complete or not cycle.response_started:
            body = orjson.dumps({"errors": [{"message": message, "extensions": {"code": code}}]})
            phrase = HTTPStatus(status).phrase.encode()
            head = (
                b"HTTP/1.1 %d %s\r\ncontent-type: application/json; charset=utf-8\r\n"
                b"x-content-type-options: nosniff\r\n"
                b"content-length: %d\r\nconnection: close\r\n\r\n" % (status, phrase, len(body))
            )
            self.transport.write(head + body)
        self.transport.close()
