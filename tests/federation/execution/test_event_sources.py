"""Every way a subgraph can send events, over real sockets, and how each can go wrong."""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator, Mapping
from typing import Any

import aiohttp
import pytest
from aiohttp import web

from federation.errors import SubgraphError
from federation.execution.transport import EventSource
from federation.execution.transports.callback import CallbackEventSource, Callbacks
from federation.execution.transports.http_events import HttpEventSource
from federation.execution.transports.in_process import InProcessEventSource
from federation.execution.transports.stream_options import StreamOptions, StreamProtocol
from federation.execution.transports.websocket import WebSocketEventSource
from tests.federation.execution.stream_servers import (
    Handler,
    Peer,
    event,
    serving,
    socket_handler,
    stream_handler,
    stream_request,
)

MALFORMED, CLOSED = "SUBREQUEST_MALFORMED_RESPONSE", "SUBSCRIPTION_STREAM_CLOSED"


async def gather(source: EventSource, headers: dict[str, str] | None = None) -> list[Any]:
    """Return all data and, for responses without data, all messages."""
    try:
        async with asyncio.timeout(5):
            return [
                found.data if found.data is not None else [e["message"] for e in found.errors]
                async for found in source.subscribe(stream_request(headers))
            ]
    finally:
        await source.close()


async def failure(source: EventSource) -> str:
    with pytest.raises(SubgraphError) as caught:
        await gather(source)
    assert caught.value.subgraph == "demo"
    return caught.value.code


def options(url: str, **more: Any) -> StreamOptions:
    return StreamOptions(url, **{"connect_timeout": 2.0, **more})


# --- WebSocket


async def test_websocket_events_in_order_and_what_is_sent() -> None:
    seen: list[dict[str, Any]] = []
    headers: list[Mapping[str, str]] = []

    async def script(peer: Peer) -> None:
        seen.append(await peer.begin())
        await peer.say(type="ping")
        seen.append(await peer.take())
        for number in range(3):
            await peer.say(id="1", type="next", payload=event(number))
        await peer.say(type="pong")
        await peer.say(id="1", type="complete")
        await peer.socket.receive()

    inner = socket_handler(script)

    async def handler(request: web.Request) -> web.StreamResponse:
        headers.append(request.headers)
        return await inner(request)

    async with serving(handler) as url:
        found = await gather(WebSocketEventSource(options(url)), {"x-user": "u1"})
    assert found == [{"ticks": 0}, {"ticks": 1}, {"ticks": 2}]
    payload = {"query": "subscription { ticks }", "variables": {"n": 1}}
    assert seen == [{"id": "1", "type": "subscribe", "payload": payload}, {"type": "pong"}]
    assert headers[0]["x-user"] == "u1"


async def test_websocket_keeps_every_digit() -> None:
    async def script(peer: Peer) -> None:
        await peer.begin()
        await peer.socket.send_str(
            '{"id":"1","type":"next","payload":{"data":{"n":123456789012345678901234567890}}}'
        )
        await peer.say(id="1", type="complete")
        await peer.socket.receive()

    async with serving(socket_handler(script)) as url:
        assert await gather(WebSocketEventSource(options(url))) == [
            {"n": 123456789012345678901234567890}
        ]


async def test_websocket_errors_of_the_operation_end_the_stream() -> None:
    async def script(peer: Peer) -> None:
        await peer.begin()
        await peer.say(id="1", type="error", payload=[{"message": "no such field"}])
        await peer.socket.receive()

    async with serving(socket_handler(script)) as url:
        assert await gather(WebSocketEventSource(options(url))) == [["no such field"]]


async def _close_on_init(peer: Peer) -> None:
    await peer.take()
    await peer.socket.close(code=4403, message=b"Forbidden")


async def _close_on_subscribe(peer: Peer) -> None:
    await peer.begin()
    await peer.socket.close(code=1001)


async def _drop(peer: Peer) -> None:
    await peer.begin()
    assert peer.socket._req is not None
    assert peer.socket._req.transport is not None
    peer.socket._req.transport.abort()


async def _no_ack(peer: Peer) -> None:
    await peer.take()
    await peer.say(type="next", id="1", payload=event(1))
    await peer.socket.receive()


async def _not_json(peer: Peer) -> None:
    await peer.begin()
    await peer.socket.send_str("{")
    await peer.socket.receive()


async def _binary(peer: Peer) -> None:
    await peer.begin()
    await peer.socket.send_bytes(b"{}")
    await peer.socket.receive()


async def _too_large(peer: Peer) -> None:
    await peer.begin()
    await peer.say(id="1", type="next", payload={"data": {"ticks": "x" * 5000}})
    await peer.socket.receive()


async def _wrong_id(peer: Peer) -> None:
    await peer.begin()
    await peer.say(id="2", type="next", payload=event(1))
    await peer.socket.receive()


async def _unknown_type(peer: Peer) -> None:
    await peer.begin()
    await peer.say(id="1", type="data", payload=event(1))
    await peer.socket.receive()


async def _no_payload(peer: Peer) -> None:
    await peer.begin()
    await peer.say(id="1", type="next")
    await peer.socket.receive()


async def _hang(peer: Peer) -> None:
    with contextlib.suppress(asyncio.CancelledError):
        await asyncio.sleep(1.5)


@pytest.mark.parametrize(
    ("script", "code"),
    [
        (_close_on_init, CLOSED),
        (_close_on_subscribe, CLOSED),
        (_drop, CLOSED),
        (_no_ack, MALFORMED),
        (_not_json, MALFORMED),
        (_binary, MALFORMED),
        (_too_large, MALFORMED),
        (_wrong_id, MALFORMED),
        (_unknown_type, MALFORMED),
        (_no_payload, MALFORMED),
        (_hang, "GATEWAY_TIMEOUT"),
    ],
    ids=lambda value: getattr(value, "__name__", value),
)
async def test_websocket_failures(script: Any, code: str) -> None:
    async with serving(socket_handler(script)) as url:
        source = WebSocketEventSource(options(url, connect_timeout=0.5, max_event_bytes=1000))
        assert await failure(source) == code


async def test_websocket_of_another_protocol() -> None:
    async with serving(socket_handler(_hang, protocols=("graphql-ws",))) as url:
        assert await failure(WebSocketEventSource(options(url))) == MALFORMED


async def test_no_websocket_there() -> None:
    async with serving(stream_handler("text/plain", b"hello")) as url:
        assert await failure(WebSocketEventSource(options(url))) == "SUBREQUEST_HTTP_ERROR"
    assert (
        await failure(WebSocketEventSource(options("ws://127.0.0.1:1/"))) == "SUBREQUEST_HTTP_ERROR"
    )


async def test_leaving_a_websocket_tells_the_subgraph() -> None:
    left: asyncio.Queue[Any] = asyncio.Queue()

    async def script(peer: Peer) -> None:
        await peer.begin()
        await peer.say(id="1", type="next", payload=event(1))
        left.put_nowait(await peer.take())
        left.put_nowait((await peer.socket.receive()).type)

    async with serving(socket_handler(script)) as url:
        source = WebSocketEventSource(options(url))
        async with contextlib.aclosing(source.subscribe(stream_request())) as events:
            assert (await anext(events)).data == {"ticks": 1}
        async with asyncio.timeout(2):
            assert await left.get() == {"id": "1", "type": "complete"}
            assert await left.get() is aiohttp.WSMsgType.CLOSE
        await source.close()


async def test_websocket_heartbeat() -> None:
    pings: list[str] = []

    async def lively(peer: Peer) -> None:
        await peer.begin()
        for _ in range(4):
            pings.append((await peer.take())["type"])
            await peer.say(type="pong")
        await peer.say(id="1", type="complete")
        await peer.socket.receive()

    async with serving(socket_handler(lively)) as url:
        assert await gather(WebSocketEventSource(options(url, heartbeat_interval=0.05))) == []
    assert pings == ["ping"] * 4

    async def dead(peer: Peer) -> None:
        await peer.begin()
        await asyncio.sleep(1)

    async with serving(socket_handler(dead)) as url:
        source = WebSocketEventSource(options(url, heartbeat_interval=0.05))
        assert await failure(source) == CLOSED


# --- HTTP

SSE = "text/event-stream; charset=utf-8"
MULTIPART = 'multipart/mixed;boundary="graphql";subscriptionSpec=1.0'


def sse_event(number: int) -> bytes:
    return b"event: next\ndata: " + json.dumps(event(number)).encode() + b"\n\n"


def part(value: Any) -> bytes:
    body = json.dumps(value).encode()
    return b"\r\ncontent-type: application/json\r\n\r\n" + body + b"\r\n--graphql"


async def test_sse() -> None:
    chunks = (b":\n\n", sse_event(1), sse_event(2), b"event: complete\ndata:\n\n")
    async with serving(stream_handler(SSE, *chunks)) as url:
        source = HttpEventSource(options(url), StreamProtocol.SSE)
        assert await gather(source) == [{"ticks": 1}, {"ticks": 2}]


async def test_multipart() -> None:
    chunks = (b"--graphql", part({}), part({"payload": event(1)}), b"--\r\n")
    async with serving(stream_handler(MULTIPART, *chunks)) as url:
        source = HttpEventSource(options(url), StreamProtocol.MULTIPART)
        assert await gather(source) == [{"ticks": 1}]


@pytest.mark.parametrize("protocol", [StreamProtocol.SSE, StreamProtocol.MULTIPART])
async def test_what_is_asked_over_http(protocol: StreamProtocol) -> None:
    seen: list[Any] = []

    async def handler(request: web.Request) -> web.StreamResponse:
        seen.append((request.method, await request.json(), request.headers))
        return web.json_response({"data": None, "errors": [{"message": "not today"}]})

    async with serving(handler) as url:
        source = HttpEventSource(options(url), protocol)
        # A whole answer instead of a stream is the subgraph's refusal.
        assert await gather(source, {"x-user": "u1"}) == [["not today"]]
    (method, body, headers) = seen[0]
    assert (method, body["query"]) == ("POST", "subscription { ticks }")
    assert headers["x-user"] == "u1"
    wanted = {
        StreamProtocol.SSE: "text/event-stream",
        StreamProtocol.MULTIPART: 'multipart/mixed;subscriptionSpec="1.0", application/json',
    }
    assert headers["accept"] == wanted[protocol]


async def _status_500(request: web.Request) -> web.StreamResponse:
    return web.Response(status=500, text="oops")


@pytest.mark.parametrize(
    ("handler", "protocol", "code"),
    [
        (stream_handler(SSE, sse_event(1)), StreamProtocol.SSE, CLOSED),
        (stream_handler(SSE, b"data: {\n\n"), StreamProtocol.SSE, MALFORMED),
        (stream_handler(SSE, b"data: " + b"x" * 5000), StreamProtocol.SSE, MALFORMED),
        (stream_handler(SSE, hold=1.0), StreamProtocol.SSE, CLOSED),
        (stream_handler("text/html", b"<p>"), StreamProtocol.SSE, MALFORMED),
        (stream_handler(MULTIPART, b"--graphql"), StreamProtocol.MULTIPART, CLOSED),
        (stream_handler("multipart/mixed", b"--"), StreamProtocol.MULTIPART, MALFORMED),
        (stream_handler(MULTIPART, b"--graphql", part(3)), StreamProtocol.MULTIPART, MALFORMED),
        (_status_500, StreamProtocol.SSE, "SUBREQUEST_HTTP_ERROR"),
    ],
)
async def test_http_stream_failures(handler: Handler, protocol: StreamProtocol, code: str) -> None:
    async with serving(handler) as url:
        source = HttpEventSource(
            options(url, max_event_bytes=1000, heartbeat_interval=0.1), protocol
        )
        assert await failure(source) == code


async def test_leaving_an_http_stream_closes_the_connection() -> None:
    left = asyncio.Event()

    async def handler(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse(headers={"content-type": SSE})
        await response.prepare(request)
        try:
            for number in range(1000):
                await response.write(sse_event(number))
                await asyncio.sleep(0.01)
        except (ConnectionError, asyncio.CancelledError):
            left.set()
        return response

    async with serving(handler) as url:
        source = HttpEventSource(options(url), StreamProtocol.SSE)
        async with contextlib.aclosing(source.subscribe(stream_request())) as events:
            assert (await anext(events)).data == {"ticks": 0}
        async with asyncio.timeout(2):
            await left.wait()
        await source.close()


# --- Callback


@contextlib.asynccontextmanager
async def emitter(script: Any) -> AsyncIterator[tuple[str, list[Any]]]:
    """A subgraph that accepts subscriptions; `script(body)` then acts as the emitter."""
    tasks: list[asyncio.Task[Any]] = []
    seen: list[Any] = []

    async def handler(request: web.Request) -> web.StreamResponse:
        body = await request.json()
        seen.append((body, request.headers["accept"]))
        tasks.append(asyncio.ensure_future(script(body["extensions"]["subscription"])))
        return web.json_response({"data": None})

    async with serving(handler) as url:
        yield url, seen
        await asyncio.gather(*tasks)


def callback(action: str, extension: Mapping[str, Any], **more: Any) -> bytes:
    message = {
        "kind": "subscription",
        "action": action,
        "id": extension["subscriptionId"],
        "verifier": extension["verifier"],
        **more,
    }
    return json.dumps(message).encode()


async def test_callbacks() -> None:
    callbacks = Callbacks("http://hub.example/callback/")
    statuses: list[int] = []

    async def script(extension: Mapping[str, Any]) -> None:
        def send(action: str, **more: Any) -> None:
            body = callback(action, extension, **more)
            statuses.append(callbacks.receive(extension["subscriptionId"], body))

        send("check")
        send("next", payload=event(1))
        send("next", payload=event(2))
        send("complete")
        send("next", payload=event(3))

    async with emitter(script) as (url, seen):
        source = CallbackEventSource(options(url, heartbeat_interval=5.0), callbacks)
        assert await gather(source) == [{"ticks": 1}, {"ticks": 2}]
    assert statuses == [204, 200, 200, 202, 404]
    (body, accept) = seen[0]
    extension = body["extensions"]["subscription"]
    assert accept == "application/json;callbackSpec=1.0"
    assert extension["callbackUrl"] == f"http://hub.example/callback/{extension['subscriptionId']}"
    assert extension["heartbeatIntervalMs"] == 5000
    assert body["variables"] == {"n": 1}
    assert len(callbacks) == 0


@pytest.mark.parametrize(
    ("change", "status"),
    [
        ({"verifier": "guess"}, 400),
        ({"verifier": "密"}, 400),
        ({"verifier": None}, 400),
        ({"id": "other"}, 404),
        ({"id": ["other"]}, 400),
        ({"id": None}, 400),
        ({"kind": "query"}, 400),
        ({"action": "heartbeat"}, 400),
        ({"action": "next", "payload": 3}, 400),
        ({"action": "complete", "errors": "x"}, 400),
        ({}, 204),
    ],
)
async def test_what_a_callback_must_be(change: dict[str, Any], status: int) -> None:
    callbacks = Callbacks("http://hub.example/callback")
    subscription_id, waiting = callbacks.open("demo")
    extension = {"subscriptionId": subscription_id, "verifier": waiting.verifier}
    body = json.dumps({**json.loads(callback("check", extension)), **change}).encode()
    assert callbacks.receive(subscription_id, body) == status
    assert callbacks.receive(subscription_id, b"{") == 400
    if change.keys() <= {"verifier", "action"}:
        unknown = body.replace(subscription_id.encode(), b"unknown")
        assert callbacks.receive("unknown", unknown) == 404
    # One subscription's callback does not reach another's.
    other, _ = callbacks.open("demo")
    assert callbacks.receive(other, callback("check", extension)) in (400, 404)
    callbacks.close(subscription_id)
    assert callbacks.receive(subscription_id, callback("check", extension)) == 404


async def test_callbacks_that_come_too_fast_end_the_stream() -> None:
    callbacks = Callbacks("http://hub.example/callback", capacity=2)
    statuses: list[int] = []

    async def script(extension: Mapping[str, Any]) -> None:
        for number in range(4):
            body = callback("next", extension, payload=event(number))
            statuses.append(callbacks.receive(extension["subscriptionId"], body))

    async with emitter(script) as (url, _):
        source = CallbackEventSource(options(url), callbacks)
        assert await failure(source) == "SUBSCRIPTION_BUFFER_OVERFLOW"
    assert statuses == [200, 200, 404, 404]


async def test_a_silent_emitter_ends_the_stream_and_checks_keep_it() -> None:
    callbacks = Callbacks("http://hub.example/callback")

    async def script(extension: Mapping[str, Any]) -> None:
        for _ in range(6):
            await asyncio.sleep(0.05)
            callbacks.receive(extension["subscriptionId"], callback("check", extension))
        body = callback("next", extension, payload=event(1))
        assert callbacks.receive(extension["subscriptionId"], body) == 200

    async with emitter(script) as (url, _):
        source = CallbackEventSource(options(url, heartbeat_interval=0.06), callbacks)
        events = source.subscribe(stream_request())
        assert (await anext(events)).data == {"ticks": 1}
        with pytest.raises(SubgraphError) as caught:
            await anext(events)
        assert caught.value.code == CLOSED
        await source.close()


@pytest.mark.parametrize(
    ("action", "more"),
    [("next", {"payload": 3}), ("next", {}), ("complete", {"errors": "x"})],
)
async def test_a_malformed_callback_ends_the_stream(action: str, more: dict[str, Any]) -> None:
    callbacks = Callbacks("http://hub.example/callback")
    statuses: list[int] = []

    async def script(extension: Mapping[str, Any]) -> None:
        for body in (callback(action, extension, **more), callback("check", extension)):
            statuses.append(callbacks.receive(extension["subscriptionId"], body))

    async with emitter(script) as (url, _):
        source = CallbackEventSource(options(url), callbacks)
        assert await failure(source) == "SUBREQUEST_MALFORMED_RESPONSE"
    assert statuses == [400, 404]


async def test_a_subgraph_that_answers_instead_does_not_know_the_protocol() -> None:
    async def handler(request: web.Request) -> web.StreamResponse:
        return web.json_response({"data": {"ticks": 1}})

    async with serving(handler) as url:
        source = CallbackEventSource(options(url), Callbacks("http://hub.example/callback"))
        assert await failure(source) == "SUBREQUEST_MALFORMED_RESPONSE"


async def test_errors_with_the_completion_reach_the_client() -> None:
    callbacks = Callbacks("http://hub.example/callback")

    async def script(extension: Mapping[str, Any]) -> None:
        body = callback("complete", extension, errors=[{"message": "topic deleted"}])
        assert callbacks.receive(extension["subscriptionId"], body) == 202

    async with emitter(script) as (url, _):
        assert await gather(CallbackEventSource(options(url), callbacks)) == [["topic deleted"]]


# --- In process


async def test_in_process_streams_are_closed_when_left() -> None:
    closed = asyncio.Event()

    async def events(
        query: str, variables: dict[str, Any], name: str | None, headers: Mapping[str, str]
    ) -> AsyncIterator[Mapping[str, Any]]:
        try:
            for number in range(variables["n"], 100):
                yield event(number)
        finally:
            closed.set()

    source = InProcessEventSource(events)
    async with contextlib.aclosing(source.subscribe(stream_request())) as stream:
        assert [(await anext(stream)).data["ticks"] for _ in range(3)] == [1, 2, 3]
    assert closed.is_set()
