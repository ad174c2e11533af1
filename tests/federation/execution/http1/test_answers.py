"""What our HTTP/1.1 client makes of what comes back, and which connections it uses again."""

from __future__ import annotations

import asyncio
import gzip
import json
import zlib
from typing import Any

import brotli
import pytest

from federation.errors import Failure
from federation.execution.transports.http1 import transport as transport_module
from federation.execution.transports.http1.unpacking import zstd_module
from tests.federation.execution.http1.raw_server import (
    BODY,
    REQUEST,
    Peer,
    Server,
    answer,
    calling,
    failing,
    saying,
)

LONG = json.dumps({"data": {"x": "y" * 700_000}}).encode()


def chunked(body: bytes, size: int, *trailers: bytes) -> bytes:
    head = b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n"
    pieces = [body[at : at + size] for at in range(0, len(body), size)]
    coded = b"".join(b"%x;e=1\r\n%b\r\n" % (len(piece), piece) for piece in pieces)
    return head + coded + b"0\r\n" + b"".join(line + b"\r\n" for line in trailers) + b"\r\n"


@pytest.mark.parametrize(
    "sent",
    [
        answer(),
        b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Hints\r\nlink: x\r\n\r\n" + answer(),
        chunked(BODY, 3),
        chunked(BODY, 100, b"x-trailer: 1", b"x-other: 2"),
        answer(BODY, "connection: keep-alive"),
        b"HTTP/1.0 200 OK\r\nconnection: keep-alive\r\ncontent-length: 16\r\n\r\n" + BODY,
    ],
)
async def test_whole_answers_leave_the_connection_as_it_was(sent: bytes) -> None:
    for pieces in ([sent], [sent[:25], sent[25:40], sent[40:]], [bytes([one]) for one in sent]):
        server = saying(*pieces)
        async with calling(server) as transport:
            for _ in range(3):
                assert (await transport.send(REQUEST)).data == {"x": 1}
        assert server.connections == 1


@pytest.mark.parametrize(
    "sent",
    [
        answer(BODY, "connection: close"),
        b"HTTP/1.0 200 OK\r\ncontent-length: 16\r\n\r\n" + BODY,
        answer() + b"x",
        answer() + answer(b'{"data":{"x":"another one\'s"}}'),
        answer() + b"HTTP/1.1 20",
        chunked(BODY, 100) + b"junk",
    ],
)
async def test_a_connection_is_not_used_again_after(sent: bytes) -> None:
    server = saying(sent)
    async with calling(server) as transport:
        for _ in range(3):
            assert (await transport.send(REQUEST)).data == {"x": 1}
    assert server.connections == 3


async def test_what_comes_when_nobody_asked_is_nobody_s_answer() -> None:
    async def act(server: Server, peer: Peer) -> None:
        await peer.request()
        await peer.say(answer(), answer(b'{"data":{"x":"stray"}}'))
        await peer.request()
        await peer.say(answer(b'{"data":{"x":"late"}}'))

    server = Server(act)
    async with calling(server) as transport:
        for _ in range(4):
            assert (await transport.send(REQUEST)).data == {"x": 1}
            await asyncio.sleep(0.02)


@pytest.mark.parametrize("size", [60_000, 400_000, 700_000])
async def test_long_answers_of_known_length(size: int) -> None:
    body = json.dumps({"data": {"x": "y" * size}}).encode()
    server = saying(answer(body))
    async with calling(server) as transport:
        for _ in range(3):
            assert (await transport.send(REQUEST)).data == {"x": "y" * size}
    assert server.connections == 1
    over = saying(answer(body) + b"over")
    async with calling(over) as transport:
        for _ in range(3):
            assert (await transport.send(REQUEST)).data == {"x": "y" * size}
    assert over.connections == 3


async def test_an_answer_without_length_ends_with_the_connection() -> None:
    for body in (BODY, LONG):
        server = saying(b"HTTP/1.1 200 OK\r\n\r\n", body[:9], body[9:], then_close=True)
        async with calling(server) as transport:
            for _ in range(2):
                assert (await transport.send(REQUEST)).data == json.loads(body)["data"]
        assert server.connections == 2


@pytest.mark.parametrize(
    ("sent", "failure"),
    [
        (b"", Failure.NO_ANSWER),
        (b"HTTP", Failure.CUT_OFF),
        (answer()[:-1], Failure.CUT_OFF),
        (answer(LONG)[:-1], Failure.CUT_OFF),
        (chunked(BODY, 3)[:-2], Failure.CUT_OFF),
        (chunked(BODY, 3)[:-12], Failure.CUT_OFF),
        (b"HTTP/1.1 200 OK\r\ntransfer-encoding: gzip\r\n\r\n" + BODY, Failure.CUT_OFF),
        (b"HTTP/1.1 200 OK\r\ncontent-length: 1x\r\n\r\n" + BODY, Failure.CUT_OFF),
        (b"HTTP/1.1 200 OK\r\ncontent-length: -1\r\n\r\n" + BODY, Failure.CUT_OFF),
        (answer(BODY, "content-length: 15"), Failure.CUT_OFF),
        (answer(BODY, "transfer-encoding: chunked"), Failure.CUT_OFF),
        (chunked(BODY, 3).replace(b"3;", b"zz;"), Failure.CUT_OFF),
        (chunked(BODY, 3, b"content-length: 4"), Failure.CUT_OFF),
        (answer(BODY, "x-a: \0"), Failure.CUT_OFF),
        (b"no HTTP\r\n\r\n", Failure.CUT_OFF),
        (b"HTTP/1.1 101 Switching\r\nupgrade: x\r\nconnection: upgrade\r\n\r\n", Failure.STATUS),
        (b"HTTP/1.1 204 No\r\n\r\n", Failure.MALFORMED),
        (b"HTTP/1.1 304 No\r\ncontent-length: 16\r\n\r\n", Failure.STATUS),
        (answer(b"x", "content-encoding: gzip"), Failure.CUT_OFF),
    ],
)
async def test_answers_that_are_none(sent: bytes, failure: Failure) -> None:
    async with calling(saying(sent, then_close=True)) as transport:
        assert (await failing(transport)).failure is failure


@pytest.mark.parametrize(
    "sent",
    [
        b"HTTP/1.1 200 OK\r\nx-a: " + b"a" * 10_000_000,
        b"HTTP/1.1 200 OK\r\n" + b"x-a: 1\r\n" * 300 + b"\r\n",
        b"HTTP/1.1 200 " + b"a" * 10_000_000,
        b"HTTP/1.1 100 Continue\r\n\r\n" * 100_000,
        chunked(BODY, 3)[:-2] + b"x-a: 1\r\n" * 1_000_000,
        chunked(BODY, 3)[:-2] + b"x-a: " + b"a" * 10_000_000,
        b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n1;" + b"a" * 10_000_000,
    ],
)
async def test_heads_and_trailers_are_bounded(sent: bytes) -> None:
    sizes: list[int] = []

    async def act(server: Server, peer: Peer) -> None:
        await peer.request()
        for at in range(0, len(sent), 50_000):
            await peer.say(sent[at : at + 50_000])
            sizes.append(at)
        await peer.reader.read()

    async with calling(Server(act), timeout=5) as transport:
        assert (await failing(transport)).failure is Failure.CUT_OFF


@pytest.mark.parametrize(
    ("pack", "coding"),
    [
        (gzip.compress, "gzip"),
        (gzip.compress, "X-GZIP"),
        (zlib.compress, "deflate"),
        (lambda body: zlib.compress(body)[2:-4], "deflate"),
        (brotli.compress, "br"),
        (lambda body: zstd_module().compress(body), "zstd"),
        (lambda body: gzip.compress(brotli.compress(body)), "br, gzip"),
        (lambda body: body, "identity"),
        (lambda body: body, "unheard-of"),
    ],
)
async def test_packed_answers(pack: Any, coding: str, monkeypatch: pytest.MonkeyPatch) -> None:
    large = json.dumps({"data": {"x": list(range(1000))}}).encode()
    packed = pack(large)
    for long in (10, 1_000_000):
        monkeypatch.setattr(transport_module, "_LONG", long)
        server = saying(answer(packed, f"Content-Encoding: {coding}"))
        async with calling(server, keep_headers=None) as transport:
            for _ in range(2):
                response = await transport.send(REQUEST)
                assert response.data == {"x": list(range(1000))}
        assert server.connections == 1
        assert response.headers == ()
        async with calling(server, max_response_bytes=len(large) - 1) as transport:
            assert (await failing(transport)).failure is Failure.TOO_LARGE
        if packed == large:
            continue
        cut = saying(answer(packed[:-5], f"Content-Encoding: {coding}"))
        async with calling(cut) as transport:
            assert (await failing(transport)).failure is Failure.CUT_OFF


async def test_bodies_are_bounded_however_they_come() -> None:
    for sent in (
        b"HTTP/1.1 200 OK\r\ncontent-length: 99999999999999999999\r\n\r\n",
        answer(LONG),
        chunked(LONG, 1000),
        b"HTTP/1.1 200 OK\r\n\r\n" + LONG,
    ):
        async with calling(saying(sent), max_response_bytes=100_000, timeout=5) as transport:
            failure = (await failing(transport)).failure
        # The first is no number that a length can have, which the parser may find itself.
        assert failure in (Failure.TOO_LARGE, Failure.CUT_OFF)
        assert failure is Failure.TOO_LARGE or b"9999" in sent
