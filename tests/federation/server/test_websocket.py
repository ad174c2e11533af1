"""graphql-transport-ws, message by message, and what each breach of it costs."""

from __future__ import annotations

import asyncio
from typing import Any

import msgspec
import pytest

from federation.server.settings.engine import EngineSettings
from federation.server.settings.subscription import Subscription
from federation.server.wire import websocket
from tests.federation.server.stream_harness import APART, Socket, hub

QUERY = "subscription { priceChanged { price name } }"


def subscribe(operation_id: str = "a", query: str = QUERY, **more: Any) -> dict[str, Any]:
    return {"type": "subscribe", "id": operation_id, "payload": {"query": query, **more}}


async def test_a_subscription_from_beginning_to_end() -> None:
    async with hub() as (app, topic):
        socket = Socket(app)
        accepted = await socket.raw()
        assert accepted["subprotocol"] == "graphql-transport-ws"
        socket.say(type="connection_init")
        assert await socket.take() == {"type": "connection_ack"}
        socket.say(**subscribe())
        await topic.until_open()
        topic.price("3", 30)
        data = {"priceChanged": {"price": 30, "name": "Name 3"}}
        assert await socket.take() == {"id": "a", "type": "next", "payload": {"data": data}}
        topic.send(None)
        assert await socket.take() == {"id": "a", "type": "complete"}
        socket.say(**subscribe())  # the id is free again
        await topic.until_open()
        await socket.leave()


async def test_many_operations_on_one_connection() -> None:
    settings = EngineSettings(subscription=Subscription(deduplication=APART))
    async with hub(settings) as (app, topic):
        socket = Socket(app)
        await socket.begin()
        for number in range(20):
            socket.say(**subscribe(f"s{number}"))
        await topic.until_open(20)
        socket.say(type="complete", id="s7")
        await topic.until_open(19)
        topic.price("1", 1)
        ids = {(await socket.take())["id"] for _ in range(19)}
        assert ids == {f"s{number}" for number in range(20)} - {"s7"}
        await socket.leave()


@pytest.mark.parametrize(
    ("query", "data"),
    [
        ("{ items { id } }", {"items": [{"id": "1"}]}),
        ('mutation { reprice(id: "1") }', {"reprice": 7}),
    ],
)
async def test_queries_and_mutations(query: str, data: Any) -> None:
    async with hub() as (app, _):
        socket = Socket(app)
        await socket.begin()
        socket.say(**subscribe(query=query))
        assert await socket.take() == {"id": "a", "type": "next", "payload": {"data": data}}
        assert await socket.take() == {"id": "a", "type": "complete"}
        await socket.leave()


@pytest.mark.parametrize(
    ("message", "code"),
    [
        (subscribe(query="subscription {"), "PARSING_ERROR"),
        (subscribe(query="{ nothing }"), "GRAPHQL_VALIDATION_FAILED"),
        (subscribe(query=""), "PARSING_ERROR"),
        (subscribe(operationName="x"), "GRAPHQL_UNKNOWN_OPERATION_NAME"),
        (
            subscribe(query="query ($a: Int!) { items { id @skip(if: true) } }"),
            "GRAPHQL_VALIDATION_FAILED",
        ),
    ],
)
async def test_what_is_wrong_with_an_operation_ends_that_one(
    message: dict[str, Any], code: str
) -> None:
    async with hub() as (app, _):
        socket = Socket(app)
        await socket.begin()
        socket.say(**message)
        answer = await socket.take()
        assert (answer["id"], answer["type"]) == ("a", "error")
        assert answer["payload"][0]["extensions"]["code"] == code
        socket.say(type="ping")
        assert await socket.take() == {"type": "pong"}
        await socket.leave()


async def test_a_broken_stream_is_an_error() -> None:
    async with hub() as (app, topic):
        socket = Socket(app)
        await socket.begin()
        socket.say(**subscribe())
        await topic.until_open()
        topic.send(RuntimeError("secret"))
        answer = await socket.take()
        assert answer["type"] == "error"
        assert answer["payload"][0]["extensions"]["service"] == "prices"
        assert "secret" not in str(answer)
        await socket.leave()


INIT = {"type": "connection_init"}


@pytest.mark.parametrize(
    ("frames", "code"),
    [
        ([{"bytes": b"{}"}], 4400),
        ([{"text": "{"}], 4400),
        ([{"text": "[]"}], 4400),
        ([{"text": '"\\ud800"'}], 4400),
        ([{"text": "{}"}], 4400),
        ([{"text": "[" * 100_000}], 4400),
        ([{"type": "what"}], 4400),
        ([{"type": 3}], 4400),
        ([subscribe()], 4401),
        ([{**INIT, "payload": 3}], 4400),
        ([INIT, INIT], 4429),
        ([INIT, {"type": "subscribe", "id": "a"}], 4400),
        ([INIT, {"type": "subscribe", "payload": {"query": QUERY}}], 4400),
        ([INIT, {"type": "subscribe", "id": 3, "payload": {"query": QUERY}}], 4400),
        ([INIT, {"type": "subscribe", "id": "a", "payload": {"query": 3}}], 4400),
        ([INIT, subscribe(variables=[])], 4400),
        ([INIT, subscribe(operationName=3)], 4400),
        ([INIT, {"type": "complete"}], 4400),
        ([INIT, subscribe(), subscribe()], 4409),
        ([INIT, subscribe("x" * 1000), subscribe("x" * 1000)], 4409),
        ([INIT, subscribe("x" * 2000)], 4400),
        ([INIT, {"type": "connection_ack"}], 4400),
        ([INIT, {"type": "next", "id": "a", "payload": {}}], 4400),
        ([INIT, {"text": "x" * 2_000_001}], 1009),
    ],
)
async def test_breaches_close_the_connection(frames: list[dict[str, Any]], code: int) -> None:
    async with hub() as (app, topic):
        socket = Socket(app)
        assert (await socket.raw())["type"] == "websocket.accept"
        for frame in frames:
            if "text" in frame or "bytes" in frame:
                socket.frame(**frame)
            else:
                socket.say(**frame)
        if frames[0] is INIT:
            assert await socket.take() == {"type": "connection_ack"}
        assert await socket.closed() == code
        assert topic.open == 0


async def test_pings_before_and_after_the_acknowledgement() -> None:
    async with hub() as (app, _):
        socket = Socket(app)
        assert (await socket.raw())["type"] == "websocket.accept"
        socket.say(type="ping", payload={"at": 1})
        assert await socket.take() == {"type": "pong", "payload": {"at": 1}}
        socket.say(type="pong")
        socket.say(**INIT)
        assert await socket.take() == {"type": "connection_ack"}
        socket.say(type="ping")
        assert await socket.take() == {"type": "pong"}
        socket.say(type="complete", id="unknown")  # may cross the server's own complete
        socket.say(type="ping")
        assert await socket.take() == {"type": "pong"}
        await socket.leave()


async def test_a_client_that_never_begins() -> None:
    settings = EngineSettings(subscription=Subscription(connection_init_timeout=0.05))
    async with hub(settings) as (app, _):
        socket = Socket(app)
        assert (await socket.raw())["type"] == "websocket.accept"
        assert await socket.closed() == 4408


@pytest.mark.parametrize("offered", [(), ("graphql-ws",), ("other", "x")])
async def test_another_subprotocol(offered: tuple[str, ...]) -> None:
    async with hub() as (app, _):
        socket = Socket(app, subprotocols=offered)
        assert (await socket.raw())["subprotocol"] is None
        assert await socket.closed() == 4406


@pytest.mark.parametrize(
    ("origin", "allowed"),
    [
        (None, True),
        ("https://hub.example", True),
        ("https://page.example", True),
        ("https://evil.example", False),
        ("null", False),
        ("https://hub.example.evil.example", False),
    ],
)
async def test_only_pages_that_cors_admits(origin: str | None, allowed: bool) -> None:
    settings = msgspec.convert(
        {"cors": {"policies": [{"origins": ["https://page.example"]}]}}, EngineSettings
    )
    async with hub(settings) as (app, _):
        headers = {"host": "hub.example", **({"origin": origin} if origin else {})}
        socket = Socket(app, headers)
        first = await socket.raw()
        assert first["type"] == ("websocket.accept" if allowed else "websocket.close")
        if allowed:
            await socket.leave()


async def test_operations_of_one_connection_are_limited() -> None:
    settings = EngineSettings(
        subscription=Subscription(max_operations_per_connection=2, deduplication=APART)
    )
    async with hub(settings) as (app, topic):
        socket = Socket(app)
        await socket.begin()
        for name in "abc":
            socket.say(**subscribe(name))
        answer = await socket.take()
        assert (answer["id"], answer["type"]) == ("c", "error")
        assert answer["payload"][0]["extensions"]["code"] == "SUBSCRIPTION_MAX_LIMIT"
        await topic.until_open(2)
        await socket.leave()


@pytest.mark.parametrize(
    ("handshake", "payload", "expected"),
    [
        ({}, {"Authorization": "Bearer a"}, "Bearer a"),
        ({}, {"headers": {"authorization": "Bearer b"}}, "Bearer b"),
        ({"authorization": "Bearer c"}, {"authorization": "Bearer a"}, "Bearer c"),
        ({}, {"authorization": "Bearer\r\nx: y"}, None),
        ({}, {"authorization": 3, "x-user": "root"}, None),
        ({}, None, None),
    ],
)
async def test_credentials_of_the_first_message(
    handshake: dict[str, str], payload: Any, expected: str | None
) -> None:
    rules = [{"propagate": {"matching": ".*"}}]
    settings = msgspec.convert({"headers": {"all": {"request": rules}}}, EngineSettings)
    async with hub(settings) as (app, topic):
        socket = Socket(app, handshake)
        await socket.begin(payload)
        socket.say(**subscribe())
        await topic.until_open()
        assert topic.headers[0].get("authorization") == expected
        assert "x-user" not in topic.headers[0]
        await socket.leave()


async def test_leaving_ends_all_operations() -> None:
    settings = EngineSettings(subscription=Subscription(deduplication=APART))
    async with hub(settings) as (app, topic):
        socket = Socket(app)
        await socket.begin()
        for number in range(10):
            socket.say(**subscribe(str(number)))
        await topic.until_open(10)
        await socket.leave()
        assert topic.open == 0


async def test_a_client_that_takes_nothing_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(websocket, "SEND_TIMEOUT", 0.05)
    async with hub() as (app, topic):
        socket = Socket(app)
        await socket.begin()
        socket.say(**subscribe())
        await topic.until_open()
        socket.blocked.clear()
        topic.price("1", 1)
        async with asyncio.timeout(3):
            await socket.task
        assert topic.open == 0


async def test_stopping_ends_subscriptions() -> None:
    async with hub() as (app, topic):
        socket = Socket(app)
        await socket.begin()
        socket.say(**subscribe())
        await topic.until_open()
        app.drain()
        answer = await socket.take()
        assert answer["payload"][0]["extensions"]["code"] == "SUBSCRIPTION_SERVER_SHUTDOWN"
        await socket.leave()
