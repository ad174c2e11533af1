"""Subscriptions over HTTP: Server-Sent Events and multipart, limits, slow clients, reloads."""

from __future__ import annotations

import asyncio
import json
import tracemalloc
from typing import Any

import msgspec
import pytest

from federation.server.app import Application
from federation.server.settings.engine import EngineSettings
from federation.server.settings.subscription import Subscription
from federation.server.wire import streaming
from federation.server.wire.stream_formats import StreamFormat, acceptable
from tests.federation.server.stream_harness import (
    APART,
    ITEMS,
    PRICES,
    HttpStream,
    hub,
    sse_data,
    supergraph,
)

SSE = {"accept": "text/event-stream"}
MULTIPART = {"accept": 'multipart/mixed;subscriptionSpec="1.0", application/json'}
QUERY = "subscription { priceChanged { price name } }"


def with_limits(**limits: Any) -> EngineSettings:
    return EngineSettings(subscription=Subscription(**limits))


async def load(app: Application, sdl: str) -> None:
    await app._engine_of[0].load(sdl)


def part_data(piece: bytes | None) -> Any:
    assert piece is not None
    head, body = piece.split(b"\r\n\r\n")
    assert head == b"\r\ncontent-type: application/json"
    assert body.endswith(b"\r\n--graphql")
    return json.loads(body.removesuffix(b"\r\n--graphql"))


async def test_sse_events_are_completed_by_other_subgraphs() -> None:
    async with hub() as (app, topic):
        stream = HttpStream(app, {"query": QUERY}, SSE)
        await stream.head()
        assert (stream.status, stream.headers["content-type"]) == (200, "text/event-stream")
        assert await stream.read() == b":\n\n"
        await topic.until_open()
        for number in (1, 2):
            topic.price(str(number), number * 100)
            expected = {"priceChanged": {"price": number * 100, "name": f"Name {number}"}}
            assert sse_data(await stream.read()) == {"data": expected}
        topic.send(None)
        assert await stream.read_all() == b"event: complete\ndata: \n\n"


async def test_multipart_events_and_end() -> None:
    async with hub() as (app, topic):
        stream = HttpStream(app, {"query": QUERY}, MULTIPART)
        await stream.head()
        assert stream.headers["content-type"] == (
            'multipart/mixed;boundary="graphql";subscriptionSpec=1.0'
        )
        assert await stream.read() == b"--graphql"
        await topic.until_open()
        topic.price("1", 5)
        expected = {"data": {"priceChanged": {"price": 5, "name": "Name 1"}}}
        assert part_data(await stream.read()) == {"payload": expected}
        topic.send(None)
        assert await stream.read_all() == b"--\r\n"


async def test_errors_of_one_event_stay_in_it() -> None:
    async with hub() as (app, topic):
        stream = HttpStream(app, {"query": QUERY}, SSE)
        await stream.head()
        await stream.read()
        await topic.until_open()
        topic.price("unknown", 5)
        answer = sse_data(await stream.read())
        # `name` is non-null, so the whole item is null.
        assert answer["data"] == {"priceChanged": None}
        assert answer["errors"][0]["path"] == ["priceChanged"]
        topic.price("2", 5)
        assert "errors" not in sse_data(await stream.read())
        await stream.leave()


@pytest.mark.parametrize(("headers", "kind"), [(SSE, "sse"), (MULTIPART, "multipart")])
async def test_a_stream_that_breaks_ends_with_a_code(headers: dict[str, str], kind: str) -> None:
    async with hub() as (app, topic):
        stream = HttpStream(app, {"query": QUERY}, headers)
        await stream.head()
        await stream.read()
        await topic.until_open()
        topic.send(RuntimeError("secret"))
        piece = await stream.read()
        assert piece is not None
        assert b"secret" not in piece
        last = sse_data(piece) if kind == "sse" else part_data(piece)
        assert last["errors"][0]["extensions"] == {
            "code": "SUBREQUEST_HTTP_ERROR",
            "service": "prices",
        }
        assert last.get("payload", "absent") == ("absent" if kind == "sse" else None)
        await stream.read_all()


async def test_a_client_that_leaves_ends_the_source() -> None:
    async with hub(with_limits(deduplication=APART)) as (app, topic):
        streams = [HttpStream(app, {"query": QUERY}, SSE) for _ in range(5)]
        await topic.until_open(5)
        for stream in streams:
            await stream.leave()
        assert topic.open == 0


async def test_heartbeats(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(streaming.StreamReply.__init__, "__kwdefaults__", {"heartbeat": 0.01})
    async with hub() as (app, _):
        for headers, beat in ((SSE, b":\n\n"), (MULTIPART, None)):
            stream = HttpStream(app, {"query": QUERY}, headers)
            await stream.head()
            await stream.read()
            for _ in range(3):
                piece = await stream.read()
                assert piece == beat if beat else part_data(piece) == {}
            await stream.leave()


async def test_a_slow_client_gets_what_waited_and_then_a_code() -> None:
    async with hub(with_limits(queue_capacity=3)) as (app, topic):
        stream = HttpStream(app, {"query": QUERY}, SSE)
        await stream.head()
        await stream.read()
        await topic.until_open()
        stream.blocked.clear()
        for number in range(50):
            topic.price(str(number), number)
            await asyncio.sleep(0)
        await topic.until_open(0)
        stream.blocked.set()
        text = (await stream.read_all()).decode()
        events = [json.loads(line[6:]) for line in text.split("\n") if line.startswith("data: {")]
        assert events[-1]["errors"][0]["extensions"]["code"] == "SUBSCRIPTION_BUFFER_OVERFLOW"
        prices = [event["data"]["priceChanged"]["price"] for event in events[:-1]]
        assert prices == list(range(len(prices)))
        assert 3 <= len(prices) <= 5


async def test_a_client_that_takes_nothing_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(streaming, "SEND_TIMEOUT", 0.05)
    async with hub() as (app, topic):
        stream = HttpStream(app, {"query": QUERY}, SSE)
        await stream.head()
        await topic.until_open()
        stream.blocked.clear()
        topic.price("1", 1)
        async with asyncio.timeout(3):
            await stream.task
        assert topic.open == 0


async def test_memory_of_a_long_stream_is_flat() -> None:
    async with hub() as (app, topic):
        stream = HttpStream(app, {"query": QUERY}, SSE)
        await stream.head()
        await stream.read()
        await topic.until_open()

        async def pass_on(count: int) -> None:
            for number in range(count):
                topic.price(str(number), number)
                sse_data(await stream.read())

        await pass_on(200)
        tracemalloc.start()
        try:
            await pass_on(50)
            before = tracemalloc.get_traced_memory()[0]
            await pass_on(1000)
            assert tracemalloc.get_traced_memory()[0] - before < 200_000
        finally:
            tracemalloc.stop()
        await stream.leave()


async def test_the_number_of_open_subscriptions_is_limited() -> None:
    async with hub(with_limits(max_opened_subscriptions=2, deduplication=APART)) as (app, topic):
        first = [HttpStream(app, {"query": QUERY}, MULTIPART) for _ in range(2)]
        await topic.until_open(2)
        third = HttpStream(app, {"query": QUERY}, MULTIPART)
        await third.head()
        body = json.loads(await third.read_all())
        assert third.status == 503
        assert body["errors"][0]["extensions"]["code"] == "SUBSCRIPTION_MAX_LIMIT"
        await first[0].leave()
        fourth = HttpStream(app, {"query": QUERY}, MULTIPART)
        await fourth.head()
        assert fourth.status == 200
        await topic.until_open(2)
        for stream in (first[1], fourth):
            await stream.leave()


@pytest.mark.parametrize(
    ("query", "accept", "status", "code"),
    [
        (QUERY, "application/json", 400, "SUBSCRIPTION_NOT_SUPPORTED"),
        (QUERY, "multipart/mixed;deferSpec=20220824", 400, "SUBSCRIPTION_NOT_SUPPORTED"),
        ("{ items { id } }", "multipart/mixed;subscriptionSpec=1.0", 406, "INVALID_ACCEPT_HEADER"),
        ("subscription { nothing }", MULTIPART["accept"], 200, "GRAPHQL_VALIDATION_FAILED"),
        (QUERY, "text/html", 406, "INVALID_ACCEPT_HEADER"),
    ],
)
async def test_refusals(query: str, accept: str, status: int, code: str) -> None:
    async with hub() as (app, _):
        stream = HttpStream(app, {"query": query}, {"accept": accept})
        await stream.head()
        body = json.loads(await stream.read_all())
        assert (stream.status, body["errors"][0]["extensions"]["code"]) == (status, code)


async def test_subscriptions_can_be_turned_off() -> None:
    async with hub(with_limits(enabled=False)) as (app, _):
        stream = HttpStream(app, {"query": QUERY}, MULTIPART)
        await stream.head()
        body = json.loads(await stream.read_all())
        assert body["errors"][0]["extensions"]["code"] == "SUBSCRIPTION_NOT_SUPPORTED"


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("{ items { id } }", {"data": {"items": [{"id": "1"}]}}),
        ('mutation { reprice(id: "1") }', {"data": {"reprice": 7}}),
    ],
)
async def test_sse_carries_every_operation(query: str, expected: Any) -> None:
    async with hub() as (app, _):
        stream = HttpStream(app, {"query": query}, SSE)
        await stream.head()
        assert await stream.read() == b":\n\n"
        assert sse_data(await stream.read()) == expected
        assert await stream.read_all() == b"event: complete\ndata: \n\n"


async def test_variables_and_headers_reach_the_source() -> None:
    settings = msgspec.convert(
        {"headers": {"all": {"request": [{"propagate": {"named": "x-user"}}]}}}, EngineSettings
    )
    async with hub(settings) as (app, topic):
        query = "subscription ($t: String) { priceChanged(topic: $t) { name } }"
        body = {"query": query, "variables": {"t": "ip"}}
        stream = HttpStream(app, body, {**SSE, "x-user": "u1", "x-other": "no"})
        await topic.until_open()
        assert topic.variables == [{"t": "ip"}]
        assert topic.headers == [{"x-user": "u1"}]
        await stream.leave()


async def test_a_new_supergraph_keeps_streams_that_are_still_valid() -> None:
    async with hub() as (app, topic):
        stream = HttpStream(app, {"query": QUERY}, SSE)
        await stream.head()
        await stream.read()
        await topic.until_open()
        first = app._engine_of[0].live.current
        assert first is not None
        for number in range(20):
            await load(app, supergraph(items=ITEMS + f"type New{number} {{ a: Int }}\n"))
            await asyncio.sleep(0.01)
            topic.price(str(number), number)
            name = sse_data(await stream.read())["data"]["priceChanged"]["name"]
            assert name == f"Name {number}"
        assert topic.opened == 1
        # Held: the one whose connection carries the stream, and the live one.
        assert first.requests == 1
        current = app._engine_of[0].live.current
        assert current is not None
        assert current.requests == 1
        await stream.leave()
        assert (first.requests, current.requests) == (0, 0)


async def test_a_new_supergraph_ends_streams_that_are_not() -> None:
    async with hub() as (app, topic):
        gone = HttpStream(app, {"query": QUERY}, SSE)
        await gone.head()
        await gone.read()
        await topic.until_open()
        await load(app, supergraph(prices=PRICES.replace("priceChanged", "changed")))
        last = sse_data(await gone.read())
        assert last["errors"][0]["extensions"]["code"] == "SUBSCRIPTION_SCHEMA_RELOAD"
        await gone.read_all()


async def test_stopping_ends_streams_at_once() -> None:
    async with hub() as (app, topic):
        stream = HttpStream(app, {"query": QUERY}, SSE)
        await stream.head()
        await stream.read()
        await topic.until_open()
        app.drain()
        last = sse_data(await stream.read())
        assert last["errors"][0]["extensions"]["code"] == "SUBSCRIPTION_SERVER_SHUTDOWN"
        await stream.read_all()


@pytest.mark.parametrize(
    ("accept", "subscription", "defer", "single"),
    [
        (None, None, False, True),
        (b"*/*", None, False, True),
        (b"text/event-stream", StreamFormat.SSE, False, False),
        (b"text/event-stream, application/json;q=0.5", StreamFormat.SSE, False, True),
        (b"multipart/mixed;subscriptionSpec=1.0", StreamFormat.SUBSCRIPTION, False, False),
        (b"multipart/mixed;deferSpec=20220824,application/json", None, True, True),
        # urql names no specification; clients of other ones do.
        (b"application/json, text/event-stream, multipart/mixed", StreamFormat.SSE, True, True),
        (b"multipart/mixed;incrementalSpec=v0.2, application/json", None, False, True),
        (b"multipart/mixed;deferSpec=20230101, application/json", None, False, True),
        (
            b"multipart/mixed;boundary=graphql;subscriptionSpec=1.0,text/event-stream;q=0.5",
            StreamFormat.SUBSCRIPTION,
            False,
            False,
        ),
        (
            b'multipart/mixed;subscriptionSpec="1.0";q=0.3,text/event-stream;q=0.5,*/*;q=0.1',
            StreamFormat.SSE,
            False,
            True,
        ),
        (b"text/event-stream;q=0, application/json", None, False, True),
        (b"multipart/mixed;subscriptionSpec=2.0", None, False, True),
    ],
)
def test_what_clients_accept(
    accept: bytes | None, subscription: StreamFormat | None, defer: bool, single: bool
) -> None:
    found = acceptable(accept)
    assert (found.subscription, found.defer, found.single) == (subscription, defer, single)
