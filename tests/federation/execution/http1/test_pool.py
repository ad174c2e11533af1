"""Which connections our HTTP/1.1 client opens, keeps, waits for and gives up."""

from __future__ import annotations

import asyncio
import io
import socket
from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Any

import pytest

from federation.errors import Failure, SubgraphError
from federation.execution.files import Files, UploadedFile
from federation.execution.transport import SubgraphRequest
from federation.execution.transports.files import with_files
from federation.execution.transports.http1.transport import Http1Transport
from federation.execution.transports.options import HttpOptions
from tests.federation.execution.http1.raw_server import (
    MUTATION,
    REQUEST,
    Peer,
    Server,
    answer,
    calling,
    failing,
    saying,
    until,
)


def holding(seconds: float) -> Server:
    async def act(server: Server, peer: Peer) -> None:
        while True:
            server.requests.append(await peer.request())
            await asyncio.sleep(seconds)
            await peer.say(answer(b'{"data":{"x":%d}}' % peer.number))

    return Server(act)


async def test_no_more_connections_than_allowed_and_everybody_in_turn() -> None:
    server = holding(0.01)
    order: list[int] = []

    async def one(transport: Http1Transport, number: int) -> None:
        await transport.send(replace(REQUEST, headers={"x-n": str(number)}))
        order.append(number)

    async with calling(server, max_connections=2) as transport:
        await asyncio.gather(*(one(transport, number) for number in range(12)))
    assert server.connections == 2
    assert [sorted(order[at : at + 2]) for at in range(0, 12, 2)] == [
        [at, at + 1] for at in range(0, 12, 2)
    ]


async def test_who_waits_and_leaves_takes_nothing_along() -> None:
    server = holding(0.05)
    async with calling(server, max_connections=1) as transport:
        calls = [asyncio.ensure_future(transport.send(REQUEST)) for _ in range(5)]
        await asyncio.sleep(0.02)
        calls[1].cancel()
        calls[3].cancel()
        found = await asyncio.gather(*calls, return_exceptions=True)
    assert [isinstance(one, asyncio.CancelledError) for one in found] == [
        False, True, False, True, False,
    ]  # fmt: skip
    assert server.connections == 1


async def test_leaving_at_the_moment_of_being_served() -> None:
    """The connection, or the place to open one, goes to the next in line."""
    for ending in (False, True):
        server = saying(answer(b'{"data":{}}', *(["connection: close"] if ending else [])))
        async with calling(server, max_connections=1) as transport:
            pool = transport._pool
            end = asyncio.get_running_loop().time() + 5
            first = await pool.acquire(end)
            waiting = [asyncio.ensure_future(pool.acquire(end)) for _ in range(2)]
            await asyncio.sleep(0)
            if ending:
                pool._forget(first)
            else:
                pool._take_back(first)
            waiting[0].cancel()
            async with asyncio.timeout(2):
                given = await waiting[1]
            assert (given is first) is not ending
            with pytest.raises(asyncio.CancelledError):
                await waiting[0]
            given.close()
            first.close()


async def test_waiting_ends_in_time_and_nothing_was_sent() -> None:
    server = holding(0.3)
    async with calling(server, max_connections=1, timeout=0.1) as transport:
        first = asyncio.ensure_future(failing(transport))
        await asyncio.sleep(0.01)
        loop = asyncio.get_running_loop()
        second = await failing(transport, replace(REQUEST, deadline=loop.time() + 0.05))
        assert second.failure is Failure.NOT_SENT
        assert (await first).failure is Failure.TIME_OUT
    assert len(server.requests) == 1


async def test_the_connection_used_last_is_used_first() -> None:
    server = holding(0.02)
    async with calling(server) as transport:
        await asyncio.gather(*(transport.send(REQUEST) for _ in range(4)))
        assert server.connections == 4
        numbers = {(await transport.send(REQUEST)).data["x"] for _ in range(5)}
    assert len(numbers) == 1
    assert server.connections == 4


async def test_idle_connections_are_closed_after_a_while() -> None:
    server = holding(0.01)
    async with calling(server, idle_timeout=0.1) as transport:
        await asyncio.gather(*(transport.send(REQUEST) for _ in range(3)))
        assert server.ended == 0
        await until(lambda: server.ended == 3)
        assert transport._pool._places == 0
        await transport.send(REQUEST)
    assert server.connections == 4


async def test_close_ends_what_is_idle_and_lets_calls_finish() -> None:
    server = holding(0.1)
    async with calling(server) as transport:
        call = asyncio.ensure_future(transport.send(REQUEST))
        await asyncio.sleep(0.03)
        await transport.close()
        assert (await call).data == {"x": 0}
        await until(lambda: server.ended == 1)


def ending(*actions: Callable[[Peer], Awaitable[None]]) -> Server:
    """Return a server whose connections answer once; then each does as told, the last for all."""

    async def act(server: Server, peer: Peer) -> None:
        server.requests.append(await peer.request())
        await peer.say(answer())
        await actions[min(peer.number, len(actions) - 1)](peer)

    return Server(act)


async def closes(peer: Peer) -> None:
    """A server that has waited long enough."""


async def closes_soon(peer: Peer) -> None:
    await asyncio.sleep(0.05)


async def closes_when_asked(peer: Peer) -> None:
    """The end and the next request pass each other on the way."""
    await peer.request()


async def breaks_off_when_asked(peer: Peer) -> None:
    await peer.request()
    await peer.say(b"HTTP/1.1 200")


async def answers(peer: Peer) -> None:
    while True:
        await peer.request()
        await peer.say(answer())


async def test_a_connection_found_closed_is_not_used() -> None:
    for request in (REQUEST, MUTATION):
        server = ending(closes, answers)
        async with calling(server) as transport:
            await transport.send(request)
            await until(lambda server=server: server.ended == 1)
            await asyncio.sleep(0.01)
            assert (await transport.send(request)).data == {"x": 1}
        assert server.connections == 2


async def test_the_end_is_seen_before_a_mutation_is_sent() -> None:
    """Also when the loop has not come to read it."""
    server = ending(closes_soon, answers)
    async with calling(server) as transport:
        await transport.send(MUTATION)
        (connection,) = transport._pool._idle
        assert not connection.has_news
        assert connection._transport is not None
        connection._transport.pause_reading()
        await until(lambda: server.ended == 1)
        await asyncio.sleep(0.02)
        assert not connection.closed
        assert connection.has_news
        assert (await transport.send(MUTATION)).data == {"x": 1}
    assert server.connections == 2


async def test_a_query_is_asked_again_once_where_the_connection_had_ended() -> None:
    server = ending(closes_when_asked, answers)
    async with calling(server) as transport:
        for _ in range(3):
            assert (await transport.send(REQUEST)).data == {"x": 1}
    assert server.connections == 2

    # Not for ever: a new connection that ends is no accident.
    async def act(server: Server, peer: Peer) -> None:
        await peer.request()
        if peer.number == 0:
            await peer.say(answer())
            await peer.request()

    never = Server(act)
    async with calling(never) as transport:
        await transport.send(REQUEST)
        assert (await failing(transport)).failure is Failure.NO_ANSWER
    assert never.connections == 2


async def test_a_mutation_that_was_sent_is_not_sent_again() -> None:
    server = ending(closes_when_asked, answers)
    async with calling(server) as transport:
        await transport.send(MUTATION)
        assert (await failing(transport, MUTATION)).failure is Failure.NO_ANSWER
    assert server.connections == 1


async def test_what_was_begun_to_be_answered_is_not_asked_again() -> None:
    server = ending(breaks_off_when_asked, answers)
    async with calling(server) as transport:
        await transport.send(REQUEST)
        assert (await failing(transport)).failure is Failure.CUT_OFF
    assert server.connections == 1


async def test_cancelling_closes_the_connection() -> None:
    server = holding(0.2)
    async with calling(server) as transport:
        call = asyncio.ensure_future(transport.send(REQUEST))
        await asyncio.sleep(0.05)
        call.cancel()
        with pytest.raises(asyncio.CancelledError):
            await call
        await until(lambda: transport._pool._places == 0)
        # A late answer is nobody's.
        assert (await transport.send(REQUEST)).data == {"x": 1}
    assert server.connections == 2


async def test_connecting_ends_in_time() -> None:
    """A listener that takes nobody: its queue is full."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen(0)
        fillers = []
        for _ in range(8):
            filler = socket.socket()
            filler.setblocking(False)
            filler.connect_ex(listener.getsockname())
            fillers.append(filler)
        port = listener.getsockname()[1]
        transport = Http1Transport(
            HttpOptions(f"http://127.0.0.1:{port}/", connect_timeout=0.1, max_connections=1)
        )
        started = asyncio.get_running_loop().time()
        calls = await asyncio.gather(*(failing(transport) for _ in range(3)))
        assert [one.failure for one in calls] == [Failure.TIME_OUT] * 3
        assert asyncio.get_running_loop().time() - started < 2
        assert transport._pool._places == 0
        await transport.close()
        for filler in fillers:
            filler.close()


async def test_one_timer_for_calls_of_different_ends() -> None:
    server = holding(0.05)
    async with calling(server, max_connections=1, timeout=0.2) as transport:
        loop = asyncio.get_running_loop()
        for _ in range(6):  # beyond the time of the first
            assert (await transport.send(REQUEST)).data == {"x": 0}
        soon = replace(REQUEST, deadline=loop.time() + 0.02)
        started = loop.time()
        assert (await failing(transport, soon)).failure is Failure.TIME_OUT
        assert loop.time() - started < 0.045
    assert server.connections == 1


@pytest.fixture
def upload() -> tuple[Files, SubgraphRequest]:
    files = Files()
    content = UploadedFile("a.bin", "x/y", 8_000_000, io.BytesIO(b"z" * 8_000_000))
    variables: dict[str, Any] = {"f": files.add(content)}
    return files, SubgraphRequest("a", "{x}", variables, b"")


async def test_a_form_stops_where_the_subgraph_wants_no_more(
    upload: tuple[Files, SubgraphRequest],
) -> None:
    files, request = upload

    async def act(server: Server, peer: Peer) -> None:
        await peer.reader.readuntil(b"\r\n\r\n")
        await peer.say(answer(b'{"errors":[{"message":"too much"}]}', status="413 No"))
        await peer.reader.read(1000)

    server = Server(act)
    async with calling(server) as transport:
        for _ in range(2):
            response = await with_files({"a": transport}, files)["a"].send(request)
            assert (response.status, response.errors) == (413, ({"message": "too much"},))
        assert transport._pool._places <= 1
    assert server.connections == 2


async def test_a_form_nobody_reads_ends_in_time(upload: tuple[Files, SubgraphRequest]) -> None:
    files, request = upload

    async def act(server: Server, peer: Peer) -> None:
        await asyncio.sleep(1)

    async with calling(Server(act), timeout=0.1) as transport:
        with pytest.raises(SubgraphError) as caught:
            await with_files({"a": transport}, files)["a"].send(request)
        assert caught.value.failure is Failure.TIME_OUT
        await until(lambda: transport._pool._places == 0)
