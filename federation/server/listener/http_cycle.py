"""One request and its answer on a connection: uvicorn's, with less work for whole answers.

uvicorn looks at each header of each answer with two regular expressions, and writes head and body
apart. Here headers that many answers have are looked at once, and an answer whose length is told
first is written in one piece. All else (streams, HEAD, requests out of order) is left to uvicorn.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from uvicorn.protocols.http.httptools_impl import (
    HEADER_RE,
    HEADER_VALUE_RE,
    STATUS_LINE,
    RequestResponseCycle,
)

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
# Bytes. To copy more than this takes longer than to write twice.
_LARGE = 64 * 1024
_kept: dict[Headers, bytes] = {}


class QuickCycle(RequestResponseCycle):
    """`_head`: of an answer whose body is still to come, not yet written."""

    _head: bytes | None = None

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
                or not self._begin(message)
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
        if len(body) > _LARGE:
            self.transport.write(head)
            self.transport.write(body)
        else:
            self.transport.write(head + body)
        self.expected_content_length = 0
        self.response_complete = True
        self.message_event.set()
        if not self.keep_alive:
            self.transport.close()
        self.on_response()

    def _begin(self, message: Any) -> bool:
        """Keep the head until the body comes; return False when this is no answer for that."""
        headers = message.get("headers")
        if headers.__class__ is not list or not headers or headers[0][0] != b"content-length":
            return False
        others = tuple(headers[1:])
        try:
            lines = _kept.get(others)
        except TypeError:
            return False  # ASGI allows lists of lists
        closes = False
        if lines is None:
            names = [name.lower() for name, _ in others]
            if b"transfer-encoding" in names or b"content-length" in names:
                return False
            closes = any(
                name == b"connection" and b"close" in map(bytes.strip, value.lower().split(b","))
                for name, (_, value) in zip(names, others, strict=True)
            )
            try:
                lines = _written(others)
            except RuntimeError:
                return False  # uvicorn refuses it in its own way
            if _FEW_VALUES.issuperset(names):
                if len(_kept) >= _MOST_KEPT:
                    _kept.clear()
                _kept[others] = lines
        length = int(headers[0][1])
        ending = b"\r\n"
        if closes:
            self.keep_alive = False
        elif not self.keep_alive:
            ending = b"connection: close\r\n\r\n"
        status = STATUS_LINE[message["status"]]
        self._head = b"%b%bcontent-length: %d\r\n%b%b" % (
            status,
            _of_server(self.default_headers),
            length,
            lines,
            ending,
        )
        self.expected_content_length = length
        self.chunked_encoding = False
        self.response_started = True
        self.waiting_for_100_continue = False
        return True


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
