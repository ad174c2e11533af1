"""What is written to a connection is byte by byte what uvicorn itself writes for the same messages,
except that an answer whose length is told first comes in one piece.
"""

from __future__ import annotations

import asyncio
import logging
from typing import Any

import pytest
from uvicorn.protocols.http.flow_control import FlowControl
from uvicorn.protocols.http.httptools_impl import RequestResponseCycle

from federation.server.listener import http_cycle
from federation.server.listener.http_cycle import QuickCycle

_TYPE = (b"content-type", b"application/json")
_SECRET = (b"set-cookie", b"session=abcdef")
_DEFAULT = [(b"date", b"Sat, 28 Nov 2026 00:00:00 GMT")]


class _Transport(asyncio.Transport):
    def __init__(self) -> None:
        super().__init__()
        self.pieces: list[bytes] = []
        self.closed = False

    def write(self, data: Any) -> None:
        self.pieces.append(bytes(data))

    def close(self) -> None:
        self.closed = True

    def is_closing(self) -> bool:
        return self.closed


def _start(headers: Any, status: int = 200) -> dict[str, Any]:
    return {"type": "http.response.start", "status": status, "headers": headers}


def _body(body: bytes, *, more: bool = False) -> dict[str, Any]:
    return {"type": "http.response.body", "body": body, "more_body": more}


def _length(number: int) -> tuple[bytes, bytes]:
    return (b"content-length", b"%d" % number)


async def _run(
    kind: type[RequestResponseCycle], messages: list[Any], *, method: str, keep_alive: bool
) -> tuple[list[bytes], tuple[Any, ...]]:
    """Return the pieces that were written, and how it ended."""
    transport = _Transport()
    answered: list[None] = []
    cycle = kind(
        scope={"type": "http", "method": method},  # type: ignore[typeddict-item]
        transport=transport,
        flow=FlowControl(transport),
        logger=logging.getLogger("none"),
        access_logger=logging.getLogger("none"),
        access_log=False,
        default_headers=_DEFAULT,
        message_event=asyncio.Event(),
        expect_100_continue=False,
        keep_alive=keep_alive,
        on_response=lambda: answered.append(None),
    )
    problem = ""
    try:
        for message in messages:
            await cycle.send(message)
    except RuntimeError as error:
        problem = str(error)
    ended = (
        problem,
        transport.closed,
        len(answered),
        cycle.response_started,
        cycle.response_complete,
        cycle.keep_alive,
        cycle.message_event.is_set(),
    )
    return transport.pieces, ended


_MESSAGES: dict[str, list[Any]] = {
    "whole": [_start([_length(2), _TYPE]), _body(b"{}")],
    "empty": [_start([_length(0)], 204), _body(b"")],
    "length last": [_start([_TYPE, _length(2)]), _body(b"{}")],
    "two lengths": [_start([_length(2), _TYPE, _length(3)]), _body(b"{}.")],
    "no length": [_start([_TYPE]), _body(b"{}")],
    "not modified": [_start([(b"etag", b'"a"')], 304), _body(b"")],
    "no headers": [_start([]), _body(b"{}")],
    "a tuple of headers": [_start((_length(2), _TYPE)), _body(b"{}")],
    "lists of headers": [_start([[*_length(2)], [*_TYPE]]), _body(b"{}")],
    "upper case": [_start([_length(2), (b"X-One", b"A")]), _body(b"{}")],
    "closes": [_start([_length(2), (b"connection", b"close")]), _body(b"{}")],
    "closes and more": [_start([_length(2), (b"connection", b"x, Close")]), _body(b"{}")],
    "keeps": [_start([_length(2), (b"connection", b"keep-alive")]), _body(b"{}")],
    "chunked": [
        _start([_length(2), (b"transfer-encoding", b"chunked")]),
        _body(b"{", more=True),
        _body(b"}"),
    ],
    "in parts": [_start([_length(2), _TYPE]), _body(b"{", more=True), _body(b"}")],
    "too long": [_start([_length(2), _TYPE]), _body(b"{}.")],
    "too short": [_start([_length(3), _TYPE]), _body(b"{}")],
    "line break": [_start([_length(2), (b"x-a", b"1\r\nx-b: 2")]), _body(b"{}")],
    "no name": [_start([_length(2), (b"x a", b"1")]), _body(b"{}")],
    "body first": [_body(b"{}")],
    "start twice": [_start([_length(2)]), _start([_length(2)])],
    "after the end": [_start([_length(2)]), _body(b"{}"), _body(b"{}")],
}


@pytest.mark.parametrize("keep_alive", [True, False])
@pytest.mark.parametrize("method", ["GET", "POST", "HEAD"])
@pytest.mark.parametrize("name", _MESSAGES)
async def test_the_same_is_written_as_by_uvicorn(name: str, method: str, keep_alive: bool) -> None:
    messages = _MESSAGES[name]
    for _ in range(2):  # what was kept of the first is used for the second
        expected, its_end = await _run(
            RequestResponseCycle, messages, method=method, keep_alive=keep_alive
        )
        pieces, end = await _run(QuickCycle, messages, method=method, keep_alive=keep_alive)
        assert end == its_end
        assert _sorted_head(b"".join(pieces)) == _sorted_head(b"".join(expected))


def _sorted_head(data: bytes) -> tuple[bytes, list[bytes], bytes]:
    """Return status line, headers and body; the order of different headers means nothing."""
    head, _, body = data.partition(b"\r\n\r\n")
    first, *lines = head.split(b"\r\n")
    return first, sorted(lines), body


async def test_a_whole_answer_is_one_piece() -> None:
    pieces, _ = await _run(QuickCycle, _MESSAGES["whole"], method="POST", keep_alive=True)
    assert len(pieces) == 1


async def test_headers_that_may_be_secret_are_not_kept() -> None:
    messages = [_start([_length(2), _TYPE, _SECRET]), _body(b"{}")]
    pieces, _ = await _run(QuickCycle, messages, method="POST", keep_alive=True)
    assert b"session=abcdef" in pieces[0]
    assert not any(b"session" in lines for lines in http_cycle._kept.values())
    await _run(QuickCycle, _MESSAGES["whole"], method="POST", keep_alive=True)
    assert (_TYPE,) in http_cycle._kept
