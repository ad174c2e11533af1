"""One request and its answer on a connection: uvicorn's, with less work for whole answers.

uvicorn looks at each header of each answer with two regular expressions, and writes head and body
apart. Here headers that many answers have are looked at once, and an answer whose length is told
first is written in one piece. All else (streams, HEAD, requests out of order) is left to uvicorn.
What few requests need is made when it is asked for.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from uvicorn.protocols.http.httptools_impl import (
    HEADER_RE,
    HEADER_VALUE_RE,
    STATUS_LINE,
    RequestResponseCycle,
)

if TYPE_CHECKING:
    from federation.server.listener.quick_protocol import DirectApplication, QuickHttpProtocol

Headers = Sequence[tuple[bytes, bytes]]

# Of these an answer has one of few values, and none is a secret: what is written of them is kept.
_FEW_VALUES = frozenset(
    {
        b"cache-control",
        b"content-encoding",
        b"content-security-policy",
        b"content-type",
        b"cross-origin-resource-policy",
        b"referrer-policy",
        b"vary",
        b"x-content-type-options",
        b"x-frame-options",
    }
)
_MOST_KEPT = 256
# Bytes. To copy more than this takes longer than to write two pieces.
_LARGE = 64 * 1024
_kept: dict[Headers, bytes] = {}


# What uvicorn looks at where nothing else was put; `run_direct` is for such requests only.
_PLAIN_SCOPE: Any = {"type": "http", "method": "POST"}


class QuickCycle(RequestResponseCycle):
    """`_head`: of an answer whose body is still to come, not yet written. `task`: in which the
    request is answered. `headers`, `query_string`: where it may go the direct way.
    """

    # What a request begins with; a constructor would write each of them.
    scope: Any = _PLAIN_SCOPE
    logger = logging.getLogger("uvicorn.error")
    access_logger = logging.getLogger("uvicorn.access")
    access_log = False
    disconnected = False
    waiting_for_100_continue = False
    body: Any = b""
    more_body = True
    response_started = False
    response_complete = False
    chunked_encoding: bool | None = None
    expected_content_length = 0

    connection: QuickHttpProtocol | None
    task: asyncio.Task[None] | None = None
    headers: list[tuple[bytes, bytes]]
    query_string: bytes
    _head: bytes | None = None
    _event: asyncio.Event | None = None
    _has_news = False
    _is_cancelled_when_lost = False

    @classmethod
    def of(cls, connection: QuickHttpProtocol, keep_alive: bool) -> QuickCycle:
        """Return the cycle of a request that came on `connection`."""
        cycle = cls.__new__(cls)
        cycle.connection = connection
        cycle.transport = connection.transport
        cycle.flow = connection.flow
        cycle.default_headers = connection.server_state.default_headers
        cycle.keep_alive = keep_alive
        cycle.on_response = connection.on_response_complete
        if connection.access_log:
            cycle.access_log = True
        return cycle

    @property
    def message_event(self) -> asyncio.Event:
        """Set when something came that `receive` has not given yet."""
        if self._event is None:
            self._event = asyncio.Event()
            if self._has_news:
                self._event.set()
        return self._event

    @message_event.setter
    def message_event(self, event: asyncio.Event) -> None:
        self._event = event

    def tell(self) -> None:
        """Something came, or nothing more will."""
        if self._event is None:
            self._has_news = True
        else:
            self._event.set()

    def extend(self, body: bytes) -> None:
        """A part of the body came."""
        if not self.body:
            self.body = body
        else:
            if self.body.__class__ is not bytearray:
                self.body = bytearray(self.body)
            self.body += body
        self.tell()

    def lose(self) -> None:
        """The client has gone, with its request not answered."""
        if self.response_complete:
            return
        self.disconnected = True
        self.tell()
        if self._is_cancelled_when_lost and self.task is not None:
            self.task.cancel()

    async def run_asgi(self, app: Any) -> None:
        """See uvicorn."""
        try:
            await super().run_asgi(app)
        finally:
            self._ended()

    async def run_direct(self, app: DirectApplication) -> None:
        """Have the request answered without ASGI. What goes wrong ends as in `run_asgi`."""
        self._is_cancelled_when_lost = True
        try:
            if not self.disconnected:
                await app.direct(self)
            if not self.response_complete and not self.disconnected:
                await self._broken("The application returned without completing its response.")
        except asyncio.CancelledError:
            if not self.disconnected:
                await self._broken("A request was cancelled")
        except BaseException as error:
            await self._broken("Exception in the application", error)
        finally:
            self._ended()

    async def _broken(self, problem: str, error: BaseException | None = None) -> None:
        self.logger.error(problem, exc_info=error)
        if self.response_started:
            self.transport.close()
        elif not self.disconnected:
            await self.send_500_response()

    def _ended(self) -> None:
        # What holds one another is left to the collector.
        self.on_response = _nothing
        if self.connection is not None and self.task is not None:
            self.connection.tasks.discard(self.task)
        self.connection = self.task = None

    def keep_running(self) -> None:
        """From now on `receive` tells when the client goes away; nothing is cancelled."""
        self._is_cancelled_when_lost = False

    def asgi(self) -> tuple[Any, Any]:
        """Return ASGI's `receive` and `send`."""
        return self.receive, self.send

    def reply(self, status: int, headers: list[tuple[bytes, bytes]], body: bytes) -> bool:
        """Send a whole answer, the first of whose headers is its length; return False, with nothing
        sent, where one must wait for that.
        """
        if self.flow.write_paused or self.disconnected or not self._begin(status, headers):
            return False
        assert self._head is not None
        head, self._head = self._head, None
        self._finish(head, body)
        return True

    def write_now(self, data: bytes) -> bool:
        """Write chunks of a streamed body. See `immediate.ImmediateWriter`."""
        if (
            self.flow.write_paused
            or self.disconnected
            or not self.chunked_encoding
            or self.response_complete
            or self.transport.is_closing()
        ):
            return False
        self.transport.write(data)
        return True

    async def send(self, message: Any) -> None:
        """See ASGI. Raises `RuntimeError` for messages out of order and headers that are none."""
        if self._head is None:
            if (
                self.response_started
                or message["type"] != "http.response.start"
                or self.flow.write_paused
                or self.disconnected
                or self.access_log
                or self.scope["method"] == "HEAD"
                or not self._begin(message["status"], message.get("headers"))
            ):
                await super().send(message)
            return
        head, self._head = self._head, None
        body = message.get("body", b"")
        if (
            message["type"] != "http.response.body"
            or message.get("more_body")
            or len(body) != self.expected_content_length
        ):
            self.transport.write(head)
            await super().send(message)
            return
        if self.flow.write_paused and not self.disconnected:
            await self.flow.drain()
        if self.disconnected:
            return
        self._finish(head, body)

    def _finish(self, head: bytes, body: bytes) -> None:
        if len(body) > _LARGE:
            # Together: alone, the head would be sent at once, as a segment of its own.
            self.transport.writelines((head, body))
        else:
            self.transport.write(head + body)
        self.expected_content_length = 0
        self.response_complete = True
        self.tell()
        if not self.keep_alive:
            self.transport.close()
        self.on_response()

    def _begin(self, status: int, headers: Any) -> bool:
        """Keep the head until the body comes; return False when this is no answer for that."""
        if headers.__class__ is not list or not headers or headers[0][0] != b"content-length":
            return False
        lines = _lines(headers[1:])
        closes = False
        if lines is None:
            names = [name.lower() for name, _ in headers[1:]]
            if b"transfer-encoding" in names or b"content-length" in names:
                return False
            closes = any(
                name == b"connection" and b"close" in map(bytes.strip, value.lower().split(b","))
                for name, (_, value) in zip(names, headers[1:], strict=True)
            )
            try:
                lines = _written(headers[1:])
            except RuntimeError:
                return False  # uvicorn refuses it in its own way
            if _FEW_VALUES.issuperset(names):
                _keep(headers[1:], lines)
        length = headers[0][1]
        ending = b"\r\n"
        if closes:
            self.keep_alive = False
        elif not self.keep_alive:
            ending = b"connection: close\r\n\r\n"
        first = STATUS_LINE[status] + _of_server(self.default_headers)
        self._head = first + b"content-length: " + length + b"\r\n" + lines + ending
        self.expected_content_length = int(length)
        self.chunked_encoding = False
        self.response_started = True
        self.waiting_for_100_continue = False
        return True


# Those of the last answer: to compare them takes less time than to hash them.
_recent: tuple[list[tuple[bytes, bytes]], bytes] = ([], b"")


def _lines(headers: list[tuple[bytes, bytes]]) -> bytes | None:
    """Return headers as they are written, where that is known."""
    global _recent
    if headers == _recent[0]:
        return _recent[1]
    try:
        lines = _kept.get(tuple(headers))
    except TypeError:
        return None  # ASGI allows lists of lists
    if lines is not None:
        _recent = (headers, lines)
    return lines


def _keep(headers: list[tuple[bytes, bytes]], lines: bytes) -> None:
    if any(each.__class__ is not tuple for each in headers):
        return
    if len(_kept) >= _MOST_KEPT:
        _kept.clear()
    _kept[tuple(headers)] = lines


def _nothing() -> None:
    """The connection goes on without this request."""


_last: tuple[Headers, bytes] = ([], b"")


def _of_server(headers: Headers) -> bytes:
    """Return the headers of all answers as they are written. uvicorn makes them anew each second,
    and keeps the list meanwhile.
    """
    global _last
    known, lines = _last
    if known is not headers:
        lines = _written(headers)
        _last = (headers, lines)
    return lines


def _written(headers: Headers) -> bytes:
    """Return headers as they are written. Raises `RuntimeError` for what is none."""
    lines: list[bytes] = []
    for name, value in headers:
        if HEADER_RE.search(name):
            raise RuntimeError("Invalid HTTP header name.")
        if HEADER_VALUE_RE.search(value):
            raise RuntimeError("Invalid HTTP header value.")
        lines += (name.lower(), b": ", value, b"\r\n")
    return b"".join(lines)
