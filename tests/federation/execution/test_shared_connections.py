"""Streams of one caller share a WebSocket to the subgraph, and nothing else."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncGenerator, AsyncIterator
from dataclasses import replace
from typing import Any

import pytest
from aiohttp import web

from federation.errors import SubgraphError
from federation.execution.transport import SubgraphResponse
from federation.execution.transports.stream_options import CLOSED, StreamOptions
from federation.execution.transports.websocket import WebSocketEventSource
from tests.federation.execution.stream_servers import (
    Peer,
    event,
    serving,
    socket_handler,
    stream_request,
)

MALFORMED = "SUBREQUEST_MALFORMED_RESPONSE"


class Subgraph:
    """Accepts connections and says what a test wants. `streams`: what is open, by connection."""

    def __init__(self) -> None:
        self.peers: list[Peer] = []
        self.streams: dict[Peer, set[str]] = {}
        self.ready = asyncio.Event()
        self.ready.set()
        self.users: list[str | None] = []

    async def script(self, peer: Peer) -> None:
        assert (await peer.take())["type"] == "connection_init"
        await self.ready.wait()
        await peer.say(type="connection_ack")
        self.peers.append(peer)
        mine = self.streams[peer] = set()
        try:
            while True:
                message = await peer.take()
                if message["type"] == "subscribe":
                    mine.add(message["id"])
                else:
                    assert message == {"id": message["id"], "type": "complete"}
                    mine.discard(message["id"])
        finally:
            del self.streams[peer]

    async def until_open(self, *counts: int) -> None:
        """Wait until there are connections with so many streams each."""
        async with asyncio.timeout(3):
            while sorted(map(len, self.streams.values())) != sorted(counts):  # noqa: ASYNC110
                await asyncio.sleep(0.001)


@contextlib.asynccontextmanager
async def subgraph(**options: Any) -> AsyncIterator[tuple[Subgraph, WebSocketEventSource]]:
    made = Subgraph()
    inner = socket_handler(made.script)

    async def handler(request: web.Request) -> web.StreamResponse:
        made.users.append(request.headers.get("x-user"))
        return await inner(request)

    async with serving(handler) as url:
        source = WebSocketEventSource(StreamOptions(url, **{"connect_timeout": 2.0, **options}))
        try:
            yield made, source
        finally:
            await source.close()


class Taker:
    """Takes a stream's events in a task. `ended`: None, or the code of the error."""

    def __init__(self, source: WebSocketEventSource, user: str = "u", identity: Any = None) -> None:
        request = replace(stream_request({"x-user": user}), identity=identity)
        self._events: AsyncGenerator[SubgraphResponse, None] = source.subscribe(request)
        self.taken: list[Any] = []
        self.ended = ""
        self.task = asyncio.ensure_future(self._take())

    async def _take(self) -> None:
        try:
            async with contextlib.aclosing(self._events) as events:
                async for one in events:
                    self.taken.append(one.data or [error["message"] for error in one.errors])
            self.ended = "complete"
        except SubgraphError as error:
            self.ended = error.code

    async def leave(self) -> None:
        self.task.cancel()
        await asyncio.gather(self.task, return_exceptions=True)


async def settled() -> None:
    await asyncio.sleep(0.05)


async def test_each_stream_gets_its_own_events() -> None:
    async with subgraph() as (made, source):
        takers = [Taker(source) for _ in range(5)]
        await made.until_open(5)
        (peer,) = made.peers
        for number in range(3):
            for stream_id in ("3", "1", "5", "2", "4"):
                payload = {"data": {"ticks": f"{stream_id}.{number}"}}
                await peer.say(id=stream_id, type="next", payload=payload)
        await settled()
        assert sorted((taker.taken for taker in takers), key=str) == [
            [{"ticks": f"{stream}.{number}"} for number in range(3)] for stream in range(1, 6)
        ]
        await peer.say(id="2", type="complete")
        await peer.say(id="4", type="error", payload=[{"message": "no"}])
        await settled()
        ended = sorted(taker.ended for taker in takers)
        assert ended == ["", "", "", "complete", "complete"]
        assert sum(taker.taken[-1] == ["no"] for taker in takers) == 1
        for taker in takers:
            await taker.leave()
        await made.until_open()


async def test_only_equal_callers_share() -> None:
    async with subgraph() as (made, source):
        takers = [
            Taker(source, user, identity)
            for user, identity in (("a", None), ("a", None), ("b", None), ("a", "x"), ("a", "y"))
        ]
        await made.until_open(2, 1, 1, 1)
        assert sorted(made.users, key=str) == ["a", "a", "a", "b"]
        for taker in takers:
            await taker.leave()
        await made.until_open()


async def test_a_connection_takes_so_many() -> None:
    async with subgraph(streams_per_connection=3) as (made, source):
        takers = [Taker(source) for _ in range(8)]
        await made.until_open(3, 3, 2)
        await takers[0].leave()
        await made.until_open(2, 3, 2)
        takers[0] = Taker(source)
        await made.until_open(3, 3, 2)
        for taker in takers:
            await taker.leave()
        await made.until_open()


async def test_who_gives_up_waiting_does_not_disturb_the_others() -> None:
    async with subgraph() as (made, source):
        made.ready.clear()
        takers = [Taker(source) for _ in range(3)]
        await settled()
        await takers[0].leave()
        made.ready.set()
        await made.until_open(2)
        # All give up: nothing is left behind.
        made.ready.clear()
        waiting = [Taker(source, "other") for _ in range(2)]
        await settled()
        for taker in (*takers[1:], *waiting):
            await taker.leave()
        assert not source._connections
        made.ready.set()


async def test_an_event_that_is_none_ends_that_stream_alone() -> None:
    async with subgraph() as (made, source):
        takers = [Taker(source) for _ in range(2)]
        await made.until_open(2)
        (peer,) = made.peers
        await peer.say(id="1", type="next", payload=3)
        await made.until_open(1)
        # What crossed our `complete` concerns nobody.
        await peer.say(id="1", type="next", payload=event(1))
        await peer.say(id="1", type="complete")
        await peer.say(id="2", type="next", payload=event(2))
        await settled()
        assert sorted((taker.ended, taker.taken) for taker in takers) == [
            ("", [{"ticks": 2}]),
            (MALFORMED, []),
        ]
        for taker in takers:
            await taker.leave()


@pytest.mark.parametrize(
    ("message", "code"),
    [
        ({"id": "3", "type": "next", "payload": event(1)}, MALFORMED),
        ({"id": "0", "type": "next", "payload": event(1)}, MALFORMED),
        ({"id": 1, "type": "next", "payload": event(1)}, MALFORMED),
        ({"id": "9" * 5000, "type": "next", "payload": event(1)}, MALFORMED),
        ({"type": "next", "payload": event(1)}, MALFORMED),
        ({"id": "1", "type": "what"}, MALFORMED),
        (None, CLOSED),
    ],
)
async def test_what_breaks_the_protocol_ends_all(message: Any, code: str) -> None:
    async with subgraph() as (made, source):
        takers = [Taker(source) for _ in range(2)]
        await made.until_open(2)
        (peer,) = made.peers
        if message is None:
            await peer.socket.close()
        else:
            await peer.say(**message)
        async with asyncio.timeout(3):
            await asyncio.gather(*(taker.task for taker in takers))
        await made.until_open()
        assert [taker.ended for taker in takers] == [code, code]
        # The next one has a new connection.
        fresh = Taker(source)
        await made.until_open(1)
        await fresh.leave()


async def test_failing_to_connect_is_told_to_all() -> None:
    source = WebSocketEventSource(StreamOptions("ws://127.0.0.1:1/"))
    takers = [Taker(source) for _ in range(3)]
    await asyncio.gather(*(taker.task for taker in takers))
    assert {taker.ended for taker in takers} == {"SUBREQUEST_HTTP_ERROR"}
    assert not source._connections
    await source.close()


async def test_one_that_is_not_taken_does_not_keep_others_from_leaving() -> None:
    async with subgraph() as (made, source):
        slow = source.subscribe(stream_request({"x-user": "u"}))
        first = asyncio.ensure_future(anext(slow))
        quick = Taker(source)
        await made.until_open(2)
        (peer,) = made.peers
        for number in range(100):
            await peer.say(id="1", type="next", payload=event(number))
        await peer.say(id="2", type="next", payload=event(7))
        assert (await first).data == {"ticks": 0}
        await settled()
        assert quick.taken == []  # held up
        await slow.aclose()
        await settled()
        assert quick.taken == [{"ticks": 7}]
        await quick.leave()
        await made.until_open()
