"""Cutting bodies into events: Server-Sent Events and multipart, however the bytes arrive."""

from __future__ import annotations

import json
from typing import Any

import pytest

from federation.errors import SubgraphError
from federation.execution.transports.multipart import MultipartEvents, boundary_of
from federation.execution.transports.sse import ServerSentEvents

FIRST, SECOND = b'{"data":{"a":1}}', b'{"data":{"a":2}}'


def sse(*chunks: bytes, limit: int = 10_000) -> tuple[list[Any], bool]:
    parser = ServerSentEvents("demo", limit)
    found = [event.data for chunk in chunks for event in parser.feed(chunk)]
    return found, parser.done


SSE_STREAM = (
    b":\n\nevent: next\ndata: " + FIRST + b"\n\n:ping\n\nevent: next\ndata: " + SECOND + b"\n\n"
    b"event: complete\ndata: \n\n"
)


@pytest.mark.parametrize("end", [b"\n", b"\r\n", b"\r"])
@pytest.mark.parametrize("size", [1, 2, 3, 7, 1000])
def test_sse_in_pieces_of_any_size_and_any_line_end(end: bytes, size: int) -> None:
    stream = SSE_STREAM.replace(b"\n", end)
    chunks = [stream[at : at + size] for at in range(0, len(stream), size)]
    found, done = sse(*chunks)
    assert found == [{"a": 1}, {"a": 2}]
    # A lone CR at the very end may be the first half of CRLF, but it ends the line all the same.
    assert done


@pytest.mark.parametrize(
    ("stream", "found", "done"),
    [
        (b"data: " + FIRST + b"\n\n", [{"a": 1}], False),
        (b"event: message\ndata:" + FIRST + b"\n\n", [{"a": 1}], False),
        (b'data: {"data":\ndata: {"a":1}}\n\n', [{"a": 1}], False),
        (b"event: keepalive\ndata: x\n\n", [], False),
        (b"id: 3\nretry: 10\nevent: next\ndata: " + FIRST + b"\n\n", [{"a": 1}], False),
        (b"event: next\n\n", [], False),
        (b"event: complete\n\ndata: " + FIRST + b"\n\n", [], True),
        (b"event: next\ndata: " + FIRST + b"\n", [], False),
    ],
)
def test_sse_events(stream: bytes, found: list[Any], done: bool) -> None:
    assert sse(stream) == (found, done)


@pytest.mark.parametrize(
    "stream",
    [
        b"event: next\ndata: {\n\n",
        b"event: next\ndata: 3\n\n",
        b'event: next\ndata: {"foo":1}\n\n',
        b'event: next\ndata: {"data":null,"errors":7}\n\n',
        b"data: " + b"x" * 200 + b"\n",
        b"x" * 200,
        b"data: 0123456789\n" * 20,
    ],
)
def test_sse_that_is_refused(stream: bytes) -> None:
    with pytest.raises(SubgraphError) as caught:
        sse(stream, limit=100)
    assert caught.value.code == "SUBREQUEST_MALFORMED_RESPONSE"


def multipart(*chunks: bytes, limit: int = 10_000) -> tuple[list[Any], bool]:
    parser = MultipartEvents("demo", b"graphql", limit)
    found = [
        (event.data, [e["message"] for e in event.errors])
        for chunk in chunks
        for event in parser.feed(chunk)
    ]
    return found, parser.done


def part(value: Any) -> bytes:
    body = json.dumps(value).encode()
    return b"\r\ncontent-type: application/json\r\n\r\n" + body + b"\r\n--graphql"


EVENTS = (part({}), part({"payload": {"data": {"a": 1}}}), part({"payload": {"data": {"a": 2}}}))
STREAM = b"--graphql" + b"".join(EVENTS) + b"--\r\n"


@pytest.mark.parametrize("size", [1, 2, 5, 13, 1000])
@pytest.mark.parametrize("preamble", [b"", b"\r\n", b"to be ignored\r\n"])
def test_multipart_in_pieces_of_any_size(size: int, preamble: bytes) -> None:
    stream = preamble + STREAM
    found, done = multipart(*(stream[at : at + size] for at in range(0, len(stream), size)))
    assert found == [({"a": 1}, []), ({"a": 2}, [])]
    assert done


def test_a_part_need_not_wait_for_the_next_boundary() -> None:
    parser = MultipartEvents("demo", b"graphql", 1000)
    (event,) = parser.feed(b'--graphql\r\n\r\n{"payload":{"data":{"a":1}}}')
    assert event.data == {"a": 1}
    (event,) = parser.feed(b'\r\n--graphql\r\n\r\n{"payload":{"data":{"a":2}}}\r\n')
    assert event.data == {"a": 2}
    assert parser.feed(b"--graphql--") == []
    assert parser.done


def test_errors_of_the_transport_end_the_stream() -> None:
    end = part({"payload": None, "errors": [{"message": "gone"}]})
    assert multipart(b"--graphql" + end) == ([(None, ["gone"])], True)


@pytest.mark.parametrize(
    "stream",
    [
        b"--graphql\r\n\r\nnonsense\r\n--graphql",
        b"--graphql" + part([1]),
        b"--graphql" + part({"data": {"a": 1}}),
        b"--graphql" + part({"payload": {"foo": 1}}),
        b"--graphql" + part({"payload": {"data": "x" * 400}}),
        b"--graphql\r\n\r\n" + b"x" * 400,
        b"--graphql\r\n" + b"x: y\r\n" * 4000,
    ],
)
def test_multipart_that_is_refused(stream: bytes) -> None:
    with pytest.raises(SubgraphError) as caught:
        multipart(stream, limit=300)
    assert caught.value.code == "SUBREQUEST_MALFORMED_RESPONSE"


def test_bytes_between_parts_are_not_kept() -> None:
    parser = MultipartEvents("demo", b"graphql", 100)
    for _ in range(1000):
        assert parser.feed(b"x" * 100) == []
    assert len(parser._buffer) < 100


@pytest.mark.parametrize(
    ("content_type", "boundary"),
    [
        ("multipart/mixed; boundary=graphql", b"graphql"),
        ('multipart/mixed;boundary="a b";subscriptionSpec=1.0', b"a b"),
        ("multipart/mixed;deferSpec=20220824;boundary=-", b"-"),
        ("multipart/mixed", None),
    ],
)
def test_boundaries(content_type: str, boundary: bytes | None) -> None:
    assert boundary_of(content_type) == boundary
