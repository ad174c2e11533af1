"""What is written to clients without a task of theirs is what they would have got by ASGI.

Over real sockets, in order, whatever its length, also where the client is slow in between.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import random
import string
import zlib
from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import msgspec
import pytest
import uvicorn
from websockets.frames import Frame, Opcode

from federation.server.app import Application
from federation.server.listener.http_protocol import BoundedHttpProtocol
from federation.server.listener.immediate import chunk, text_frame_head
from federation.server.listener.listen import bind
from federation.server.listener.websocket_protocol import QuietWebSocketProtocol
from federation.server.settings.engine import EngineSettings
from federation.server.wire import streaming, websocket
from federation.server.wire.streaming import StreamReply
from tests.federation.server.stream_harness import Topic, hub

QUERY = "subscription { priceChanged { price name } }"
ACCEPT = {"sse": "text/event-stream", "multipart": 'multipart/mixed;subscriptionSpec="1.0"'}
# Around where frames and chunks change their form, and far beyond what sockets buffer.
LENGTHS = (1, 60, 66, 67, 68, 69, 70, 200, 65_400, 65_470, 65_480, 65_490, 65_600, 300_000)


@contextlib.asynccontextmanager
async def serving(
    settings: EngineSettings | None = None,
) -> AsyncIterator[tuple[Application, Topic, str]]:
    async with hub(settings) as (app, topic):
        listening = bind("127.0.0.1", 0)
        config = uvicorn.Config(
            app,
            http=BoundedHttpProtocol,
            ws=QuietWebSocketProtocol,
            ws_per_message_deflate=app.compresses_messages,
            lifespan="off",
            log_config=None,
        )
        server = uvicorn.Server(config)
        server.capture_signals = contextlib.nullcontext  # type: ignore[method-assign, assignment]
        running = asyncio.ensure_future(server.serve(sockets=[listening]))
        async with asyncio.timeout(5):
            while not server.started:  # noqa: ASYNC110, uvicorn has no event for it
                await asyncio.sleep(0.001)
        try:
            yield app, topic, f"http://127.0.0.1:{listening.getsockname()[1]}/graphql"
        finally:
            server.should_exit = True
            await running


def name_of(length: int) -> str:
    return "".join(chr(ord("a") + index % 26) for index in range(length))


async def events(answer: aiohttp.ClientResponse, kind: str) -> AsyncIterator[Any]:
    """Read the events of an HTTP stream as a client does."""
    before, after = ("data: ", "\n\n") if kind == "sse" else ("\r\n\r\n", "\r\n--graphql")
    unpacking = zlib.decompressobj(31) if "content-encoding" in answer.headers else None
    rest = ""
    async for piece in answer.content.iter_any():
        rest += (piece if unpacking is None else unpacking.decompress(piece)).decode()
        while (begin := rest.find(before)) >= 0 and (end := rest.find(after, begin + 4)) >= 0:
            # Nothing: the end over SSE, a heartbeat over multipart.
            if value := json.loads(rest[begin + len(before) : end] or "{}"):
                yield value["payload"] if kind == "multipart" else value
            rest = rest[end + len(after) :] if kind == "sse" else rest[end:]
            if kind == "multipart":
                rest = rest.removeprefix(after)
    # Its end, with the sum over all, was there and right.
    assert unpacking is None or (unpacking.eof and not unpacking.unused_data)


@contextlib.asynccontextmanager
async def immediate(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[list[bool]]:
    """Note whether parts that were offered at once were taken."""
    taken: list[bool] = []
    of_http, of_socket = StreamReply._take, websocket._write_part

    def http(self: StreamReply, answer: Any) -> bool:
        taken.append(of_http(self, answer))
        return taken[-1]

    def socket(*arguments: Any) -> bool:
        taken.append(of_socket(*arguments))
        return taken[-1]

    with monkeypatch.context() as patch:
        patch.setattr(StreamReply, "_take", http)
        patch.setattr(websocket, "_write_part", socket)
        yield taken


@pytest.mark.parametrize("coding", ["identity", "gzip, deflate, br, zstd"])
@pytest.mark.parametrize("kind", ["sse", "multipart"])
async def test_http(kind: str, coding: str, monkeypatch: pytest.MonkeyPatch) -> None:
    async with (
        serving() as (_, topic, url),
        immediate(monkeypatch) as taken,
        aiohttp.ClientSession(auto_decompress=False) as session,
    ):
        headers = {"accept": ACCEPT[kind], "accept-encoding": coding}
        answers = [
            await session.post(url, json={"query": QUERY}, headers=headers) for _ in range(3)
        ]
        coded = {answer.headers.get("content-encoding", "identity") for answer in answers}
        assert coded == {coding.partition(",")[0]}
        await topic.until_open()
        await asyncio.sleep(0.05)
        streams = [events(answer, kind) for answer in answers]
        for number, length in enumerate(LENGTHS):
            topic.price(name_of(length), number)
            expected = {"price": number, "name": f"Name {name_of(length)}"}
            for stream in streams:
                assert await anext(stream) == {"data": {"priceChanged": expected}}
        assert taken.count(True) == len(taken) == 3 * len(LENGTHS)
        topic.send(None)
        for stream in streams:
            assert [one async for one in stream] == []


@pytest.mark.parametrize("compressed", [False, True])
async def test_websocket(compressed: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    settings = msgspec.convert(
        {"subscription": {"websocket_compression": compressed}}, EngineSettings
    )
    async with (
        serving(settings) as (_, topic, url),
        immediate(monkeypatch) as taken,
        aiohttp.ClientSession() as session,
    ):
        sockets = [await _subscribed(session, url, name) for name in ("a", "b" * 100, "c")]
        assert [bool(socket.compress) for socket in sockets] == [compressed] * 3
        await topic.until_open()
        await asyncio.sleep(0.05)
        for number, length in enumerate(LENGTHS):
            topic.price(name_of(length), number)
            data = {"priceChanged": {"price": number, "name": f"Name {name_of(length)}"}}
            for socket, name in zip(sockets, ("a", "b" * 100, "c"), strict=True):
                message = await socket.receive_json(timeout=3)
                assert message == {"id": name, "type": "next", "payload": {"data": data}}
                if number % 3 == 0:
                    # What goes by the library stands between what does not.
                    await socket.send_json({"type": "ping", "payload": {"n": number}})
                    pong = await socket.receive_json(timeout=3)
                    assert pong == {"type": "pong", "payload": {"n": number}}
        assert taken.count(True) == len(taken) == 3 * len(LENGTHS)
        for socket in sockets:
            await socket.close()
        await topic.until_open(0)


async def _subscribed(
    session: aiohttp.ClientSession, url: str, name: str
) -> aiohttp.ClientWebSocketResponse:
    socket = await session.ws_connect(url, protocols=["graphql-transport-ws"], compress=15)
    await socket.send_json({"type": "connection_init"})
    assert await socket.receive_json(timeout=3) == {"type": "connection_ack"}
    await socket.send_json({"type": "subscribe", "id": name, "payload": {"query": QUERY}})
    return socket


@pytest.mark.parametrize("kind", ["sse", "sse in gzip", "websocket"])
async def test_a_client_that_stops_reading_misses_nothing(
    kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = msgspec.convert({"subscription": {"queue_capacity": 1000}}, EngineSettings)
    # What does not get smaller by coding.
    count, name = 150, "".join(random.Random(1).choices(string.ascii_letters, k=100_000))
    async with (
        serving(settings) as (_, topic, url),
        immediate(monkeypatch) as taken,
        aiohttp.ClientSession(auto_decompress=False) as session,
    ):
        if kind != "websocket":
            coding = "gzip" if "gzip" in kind else "identity"
            headers = {"accept": ACCEPT["sse"], "accept-encoding": coding}
            answer = await session.post(url, json={"query": QUERY}, headers=headers)
            answer.connection.transport.pause_reading()  # type: ignore[union-attr]
            resume = answer.connection.transport.resume_reading  # type: ignore[union-attr]
        else:
            socket = await _subscribed(session, url, "a")
            transport = socket._response.connection.transport  # type: ignore[union-attr]
            transport.pause_reading()
            resume = transport.resume_reading
        await topic.until_open()
        await asyncio.sleep(0.05)
        for number in range(count):
            topic.price(name, number)
            await asyncio.sleep(0.002)
        assert True in taken
        assert False in taken
        resume()
        if kind != "websocket":
            stream = events(answer, "sse")
            seen = [(await anext(stream))["data"]["priceChanged"]["price"] for _ in range(count)]
        else:
            messages = [await socket.receive_json(timeout=3) for _ in range(count)]
            seen = [one["payload"]["data"]["priceChanged"]["price"] for one in messages]
        assert seen == list(range(count))
        # It keeps up again.
        taken.clear()
        await asyncio.sleep(0.05)
        topic.price("1", -1)
        await asyncio.sleep(0.05)
        assert taken == [True]
        if kind != "websocket":
            topic.send(None)
            assert [one async for one in stream] == [
                {"data": {"priceChanged": {"price": -1, "name": "Name 1"}}}
            ]
            answer.close()
        else:
            await socket.close()


async def test_heartbeats_over_real_sockets(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(streaming.StreamReply.__init__, "__kwdefaults__", {"heartbeat": 0.05})
    async with serving() as (_, topic, url), aiohttp.ClientSession() as session:
        headers = {"accept": ACCEPT["sse"], "accept-encoding": "identity"}
        answers = [
            await session.post(url, json={"query": QUERY}, headers=headers) for _ in range(20)
        ]
        await asyncio.sleep(1.0)
        topic.send(None)
        for answer in answers:
            text = await answer.text()
            assert text.endswith("event: complete\ndata: \n\n")
            # One when it opens and about one an interval; timers may be late, never early.
            assert 5 <= text.count(":\n\n") <= 22


@pytest.mark.parametrize("length", [0, 1, 125, 126, 127, 65535, 65536, 70000])
def test_frames_are_those_of_the_library(length: int) -> None:
    data = b"x" * length
    assert text_frame_head(length) + data == Frame(Opcode.TEXT, data).serialize(mask=False)
    assert chunk(data) == f"{length:x}\r\n".encode() + data + b"\r\n"
