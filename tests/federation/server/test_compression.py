"""Content codings and entity tags of answers, and compressed requests."""

from __future__ import annotations

import asyncio
import gzip
import json
import sys
import zlib
from collections.abc import AsyncIterator
from typing import Any

import brotli
import pytest

from federation.server.settings.compression import CompressionSection
from federation.server.settings.engine import EngineSettings
from federation.server.settings.etag import Etag
from federation.server.settings.limits import Limits
from federation.server.wire.delivery import build_delivery
from federation.server.wire.encodings import Encoding, choose
from federation.server.wire.request import HttpRequest
from federation.server.wire.stream_formats import StreamFormat
from federation.server.wire.streaming import StreamReply
from tests.federation.server.harness import Client, Reply, engine

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

LONG = "专" * 2_000
READ = {
    "gzip": gzip.decompress,
    "deflate": zlib.decompress,
    "br": brotli.decompress,
    "zstd": zstd.decompress,
}
WRITE = {
    "gzip": gzip.compress,
    "deflate": zlib.compress,
    "br": brotli.compress,
    "zstd": zstd.compress,
}


@pytest.fixture
async def client() -> AsyncIterator[Client]:
    async with engine() as running:
        yield running


async def hello(client: Client, name: str, accept: str | None) -> Reply:
    headers = {} if accept is None else {"accept-encoding": accept}
    query = "query($n: String!) { hello(name: $n) }"
    return await client.post(query, variables={"n": name}, headers=headers)


@pytest.mark.parametrize("coding", READ)
@pytest.mark.parametrize("length", [2_000, 200_000])
async def test_answers(client: Client, coding: str, length: int) -> None:
    reply = await hello(client, "专" * length, coding)
    assert reply.headers["content-encoding"] == coding
    assert reply.headers["content-length"] == str(len(reply.body))
    assert "accept-encoding" in reply.headers["vary"]
    assert len(reply.body) < length / 10
    assert json.loads(READ[coding](reply.body)) == {"data": {"hello": "Hello " + "专" * length}}


@pytest.mark.parametrize(
    ("accept", "coding"),
    [
        (None, None),
        ("", None),
        ("identity", None),
        ("gzip;q=0", None),
        ("*;q=0", None),
        ("compress", None),
        ("gzip;q=0.1, identity", None),  # as it is, it is liked better
        ("gzip, deflate, br, zstd", "zstd"),
        ("GZIP", "gzip"),
        ("x-gzip", "gzip"),
        ("gzip;q=1.0, zstd;q=0.5", "gzip"),
        ("zstd;q=0, br;q=0, *", "gzip"),
        ("gzip;q=2", None),
        ("gzip;q=nonsense", None),
        ("*", "zstd"),
    ],
)
async def test_negotiation(client: Client, accept: str | None, coding: str | None) -> None:
    reply = await hello(client, LONG, accept)
    assert reply.status == 200
    assert reply.headers.get("content-encoding") == coding
    assert "accept-encoding" in reply.headers["vary"]


async def test_small_answers_stay_as_they_are(client: Client) -> None:
    reply = await hello(client, "x", "gzip")
    assert "content-encoding" not in reply.headers
    reply = await hello(client, "x", "gzip, identity;q=0")
    assert gzip.decompress(reply.body) == b'{"data":{"hello":"Hello x"}}'


async def test_off_and_only_some() -> None:
    async with engine(EngineSettings(compression=CompressionSection(enabled=False))) as client:
        assert "content-encoding" not in (await hello(client, LONG, "gzip")).headers
    async with engine(EngineSettings(compression=CompressionSection(encodings=("gzip",)))) as some:
        assert (await hello(some, LONG, "zstd, gzip;q=0.1")).headers["content-encoding"] == "gzip"


def test_refusing_identity_needs_something_to_take() -> None:
    assert choose(b"identity;q=0", tuple(Encoding)) == (None, False)
    assert choose(b"*;q=0, br", tuple(Encoding)) == (Encoding.BR, True)


class TestRequests:
    @pytest.mark.parametrize("coding", WRITE)
    async def test_are_decompressed(self, client: Client, coding: str) -> None:
        body = WRITE[coding](json.dumps({"query": "{ hello }"}).encode())
        reply = await client.post_bytes(body, {"content-encoding": coding})
        assert reply.json == {"data": {"hello": "Hello world"}}

    @pytest.mark.parametrize("coding", WRITE)
    @pytest.mark.parametrize("spoil", ["cut", "more", "other", "empty"])
    async def test_broken(self, client: Client, coding: str, spoil: str) -> None:
        body = WRITE[coding](b'{"query":"{ hello }"}')
        body = {"cut": body[:-4], "more": body + b"x", "other": b"{}", "empty": b""}[spoil]
        reply = await client.post_bytes(body, {"content-encoding": coding})
        assert (reply.status, reply.code) == (400, "INVALID_GRAPHQL_REQUEST")

    @pytest.mark.parametrize("coding", WRITE)
    async def test_bombs(self, coding: str) -> None:
        bomb = WRITE[coding](b" " * 100_000_000)
        limits = Limits(http_max_request_bytes=200_000)
        async with engine(EngineSettings(limits=limits)) as client:
            reply = await client.post_bytes(bomb, {"content-encoding": coding})
            assert (reply.status, reply.code) == (413, "REQUEST_LIMIT_EXCEEDED")
            assert (await client.post("{ hello }")).status == 200

    @pytest.mark.parametrize("coding", ["compress", "gzip, br", "x"])
    async def test_unknown(self, client: Client, coding: str) -> None:
        reply = await client.post_bytes(b"{}", {"content-encoding": coding})
        assert (reply.status, reply.code) == (415, "UNSUPPORTED_CONTENT_ENCODING")

    async def test_off(self) -> None:
        async with engine(EngineSettings(compression=CompressionSection(requests=False))) as client:
            body = gzip.compress(b'{"query":"{ hello }"}')
            reply = await client.post_bytes(body, {"content-encoding": "gzip"})
            assert (reply.status, reply.code) == (415, "UNSUPPORTED_CONTENT_ENCODING")
            reply = await client.post_bytes(
                b'{"query":"{hello}"}', {"content-encoding": "identity"}
            )
            assert reply.status == 200


class TestEntityTags:
    async def get(self, client: Client, **headers: str) -> Reply:
        named: dict[str, Any] = {name.replace("_", "-"): value for name, value in headers.items()}
        return await client.get(query='{ hello(name: "%s") }' % LONG, headers=named)

    async def test_off_by_default(self, client: Client) -> None:
        reply = await self.get(client)
        assert "etag" not in reply.headers
        assert "no-store" in reply.headers["cache-control"]

    async def test_tells_that_nothing_changed(self) -> None:
        async with engine(EngineSettings(etag=Etag(enabled=True))) as client:
            reply = await self.get(client)
            tag = reply.headers["etag"]
            assert reply.headers["cache-control"] == "private, no-cache"
            coded = await self.get(client, accept_encoding="gzip")
            assert coded.headers["etag"] != tag  # other bytes
            for known in (tag, f"W/{tag}", f'"x", {tag}', "*", coded.headers["etag"]):
                reply = await self.get(client, if_none_match=known, accept_encoding="gzip")
                assert (reply.status, reply.body) == (304, b"")
                assert reply.headers["etag"] == tag
                assert "content-length" not in reply.headers
                assert "accept-encoding" in reply.headers["vary"]
            assert (await self.get(client, if_none_match='"other"')).status == 200

    async def test_only_for_queries_that_went_well(self) -> None:
        async with engine(EngineSettings(etag=Etag(enabled=True))) as client:
            assert "etag" not in (await client.post("{ hello }")).headers
            for query in ("{ secret }", "{ nope }", "mutation { bump }"):
                reply = await client.get(query=query, headers={"if-none-match": "*"})
                assert reply.status != 304
                assert "etag" not in reply.headers
                assert "no-store" in reply.headers["cache-control"]


class _Parts:
    """Parts that are made when the one before could be read."""

    def __init__(self) -> None:
        self.made = 0

    async def next(self) -> bytes | None:
        self.made += 1
        return b'{"n":%d}' % self.made if self.made <= 3 else None

    async def close(self) -> None:
        self.made = -1


@pytest.mark.parametrize("coding", ["gzip", "deflate", "br", "zstd", ""])
async def test_each_part_of_a_stream_can_be_read_when_it_comes(coding: str) -> None:
    readers: dict[str, Any] = {
        "gzip": lambda: zlib.decompressobj(31).decompress,
        "deflate": lambda: zlib.decompressobj().decompress,
        "br": lambda: brotli.Decompressor().process,
        "zstd": lambda: zstd.ZstdDecompressor().decompress,
        "": lambda: bytes,
    }
    read = readers[coding]()
    parts = _Parts()
    seen: list[tuple[bytes, int]] = []
    headers: dict[bytes, bytes] = {}

    async def send(message: Any) -> None:
        if message["type"] == "http.response.start":
            headers.update(message["headers"])
        elif message["body"]:
            seen.append((read(message["body"]), parts.made))

    async def receive() -> Any:
        await asyncio.Event().wait()

    asked = [(b"accept-encoding", coding.encode())]
    delivery = build_delivery(CompressionSection(), etags=False)
    http = HttpRequest("POST", b"", asked)
    await delivery.send(http, StreamReply(StreamFormat.SSE, parts), receive, send)
    assert headers.get(b"content-encoding", b"").decode() == coding
    assert [(text, made) for text, made in seen if b"next" in text] == [
        (b'event: next\ndata: {"n":%d}\n\n' % number, number) for number in (1, 2, 3)
    ]
    assert b"".join(text for text, _ in seen).endswith(b"event: complete\ndata: \n\n")
    assert parts.made == -1
