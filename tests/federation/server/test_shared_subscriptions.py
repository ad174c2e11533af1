"""Equal subscriptions share one stream and the work for each event; all else stays a client's own:
its limits, its credentials, how fast it takes events.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping
from typing import Any

import msgspec
import pytest

from federation.server.app import Surroundings
from federation.server.callers.authentication import Claims
from federation.server.callers.identity import NOBODY, ClientIdentity
from federation.server.settings.engine import EngineSettings
from federation.server.wire.request import HttpRequest
from tests.federation.server.stream_harness import (
    ITEMS,
    PRICES,
    HttpStream,
    Socket,
    Topic,
    hub,
    sse_data,
    supergraph,
)

SSE = {"accept": "text/event-stream"}
MULTIPART = {"accept": 'multipart/mixed;subscriptionSpec="1.0", application/json'}
QUERY = "subscription ($t: String) { priceChanged(topic: $t) { price name } }"


class Names:
    """Believes `x-who`, under the name it has in `known`; signs it anew at each call."""

    reserved = frozenset({"x-hub-who"})

    def __init__(self) -> None:
        self.known: dict[str, str] = {}
        self.signed = 0

    def identify(self, http: HttpRequest, claims: Claims | None) -> ClientIdentity:
        who = (http.header(b"x-who") or b"").decode()
        if not who:
            return NOBODY
        return ClientIdentity(self.known.get(who, who), lambda: self._headers(who))

    def _headers(self, who: str) -> Mapping[str, str]:
        self.signed += 1
        return {"x-hub-who": f"{who} {self.signed}"}


def parsed(**settings: Any) -> EngineSettings:
    return msgspec.convert(settings, EngineSettings)


PASSED = {"all": {"request": [{"propagate": {"named": "x-a"}}]}}


async def opened(app: Any, headers: Mapping[str, str], **variables: Any) -> HttpStream:
    stream = HttpStream(app, {"query": QUERY, "variables": variables}, headers)
    await stream.head()
    assert stream.status == 200
    await stream.read()
    # It listens once it waits for the first event.
    await asyncio.sleep(0.01)
    return stream


def price(piece: bytes | None) -> int:
    found: int = sse_data(piece)["data"]["priceChanged"]["price"]
    return found


async def test_equal_ones_share_a_stream_over_every_protocol() -> None:
    async with hub() as (app, topic):
        streams = [await opened(app, SSE) for _ in range(3)]
        part = await opened(app, MULTIPART)
        socket = Socket(app)
        await socket.begin()
        for name in ("a", "b"):
            socket.say(type="subscribe", id=name, payload={"query": QUERY})
        await asyncio.sleep(0.01)
        assert (topic.open, topic.opened, app.streams) == (1, 1, 6)
        for number in range(5):
            topic.price(str(number), number)
            expected = {"data": {"priceChanged": {"price": number, "name": f"Name {number}"}}}
            for stream in streams:
                assert sse_data(await stream.read()) == expected
            piece = await part.read()
            assert piece is not None
            assert json.loads(piece.split(b"\r\n")[3]) == {"payload": expected}
            for _ in range(2):
                answer = await socket.take()
                assert answer["payload"] == expected
        topic.send(None)
        for stream in streams:
            assert await stream.read_all() == b"event: complete\ndata: \n\n"
        assert await part.read_all() == b"--\r\n"
        ended = [await socket.take() for _ in range(2)]
        assert sorted((one["id"], one["type"]) for one in ended) == [
            ("a", "complete"),
            ("b", "complete"),
        ]
        assert app.streams == 0
        await socket.leave()


async def test_an_event_is_completed_once(monkeypatch: pytest.MonkeyPatch) -> None:
    calls = []
    inner = Topic.items

    async def items(self: Topic, *arguments: Any) -> Mapping[str, Any]:
        calls.append(1)
        return await inner(self, *arguments)

    monkeypatch.setattr(Topic, "items", items)
    async with hub() as (app, topic):
        streams = [await opened(app, SSE) for _ in range(10)]
        for number in range(7):
            topic.price("1", number)
            assert [price(await stream.read()) for stream in streams] == [number] * 10
        assert len(calls) == 7
        for stream in streams:
            await stream.leave()


async def test_who_comes_later_and_who_leaves() -> None:
    async with hub() as (app, topic):
        first = await opened(app, SSE)
        topic.price("1", 1)
        assert price(await first.read()) == 1
        second = await opened(app, SSE)
        topic.price("1", 2)
        assert [price(await one.read()) for one in (first, second)] == [2, 2]
        # The one that opened the stream leaves; it goes on for the other.
        await first.leave()
        assert (topic.open, topic.opened) == (1, 1)
        topic.price("1", 3)
        assert price(await second.read()) == 3
        await second.leave()
        assert topic.open == 0
        # What follows is a new stream.
        third = await opened(app, SSE)
        assert (topic.open, topic.opened) == (1, 2)
        await third.leave()


async def test_a_slow_client_overflows_alone() -> None:
    async with hub(parsed(subscription={"queue_capacity": 3})) as (app, topic):
        slow, quick = await opened(app, SSE), await opened(app, SSE)
        slow.blocked.clear()
        for number in range(20):
            topic.price("1", number)
            assert price(await quick.read()) == number
        slow.blocked.set()
        text = (await slow.read_all()).decode()
        events = [json.loads(line[6:]) for line in text.split("\n") if line.startswith("data: {")]
        assert events[-1]["errors"][0]["extensions"]["code"] == "SUBSCRIPTION_BUFFER_OVERFLOW"
        prices = [event["data"]["priceChanged"]["price"] for event in events[:-1]]
        assert prices == list(range(len(prices)))
        assert 3 <= len(prices) <= 5
        topic.price("1", 20)
        assert price(await quick.read()) == 20
        await quick.leave()


async def test_limits_count_clients() -> None:
    async with hub(parsed(subscription={"max_opened_subscriptions": 2})) as (app, topic):
        two = [await opened(app, SSE), await opened(app, SSE)]
        third = HttpStream(app, {"query": QUERY}, MULTIPART)
        await third.head()
        assert third.status == 503
        await third.read_all()
        assert topic.opened == 1
        for stream in two:
            await stream.leave()


@pytest.mark.parametrize("broken", [RuntimeError("secret"), None])
async def test_the_end_is_told_to_all(broken: Exception | None) -> None:
    async with hub() as (app, topic):
        streams = [await opened(app, SSE) for _ in range(3)]
        topic.send(broken)
        texts = {await stream.read_all() for stream in streams}
        assert len(texts) == 1
        assert (b"SUBREQUEST_HTTP_ERROR" in texts.pop()) is (broken is not None)


@pytest.mark.parametrize(
    ("settings", "one", "other", "streams"),
    [
        ({}, {}, {"x-a": "1"}, 1),  # reaches no subgraph
        ({"headers": PASSED}, {"x-a": "1"}, {"x-a": "1"}, 1),
        ({"headers": PASSED}, {"x-a": "1"}, {"x-a": "2"}, 2),
        ({"headers": PASSED}, {}, {"x-a": "2"}, 2),
        ({}, {"x-who": "A"}, {"x-who": "A"}, 1),
        ({}, {"x-who": "A"}, {"x-who": "B"}, 2),
        ({}, {"x-who": "A"}, {}, 2),
        (
            {
                "headers": PASSED,
                "subscription": {"deduplication": {"all": {"ignored_headers": ["X-A"]}}},
            },
            {"x-a": "1"},
            {"x-a": "2"},
            1,
        ),
        ({"subscription": {"deduplication": {"all": {"enabled": False}}}}, {}, {}, 2),
        (
            {"subscription": {"deduplication": {"subgraphs": {"prices": {"enabled": False}}}}},
            {},
            {},
            2,
        ),
        (
            {"subscription": {"deduplication": {"subgraphs": {"items": {"enabled": False}}}}},
            {},
            {},
            1,
        ),
    ],
)
async def test_what_is_equal(
    settings: dict[str, Any], one: dict[str, str], other: dict[str, str], streams: int
) -> None:
    around = Surroundings(identifier=Names())
    async with hub(parsed(**settings), around) as (app, topic):
        both = [await opened(app, {**SSE, **headers}, t="x") for headers in (one, other)]
        assert topic.open == streams
        different = await opened(app, {**SSE, **one}, t="y")
        assert topic.open == streams + 1
        for stream in (*both, different):
            await stream.leave()


async def test_a_new_supergraph_keeps_all_on_one_stream() -> None:
    async with hub() as (app, topic):
        streams = [await opened(app, SSE) for _ in range(50)]
        first = app._engine_of[0].live.current
        assert first is not None
        for number in range(5):
            await app._engine_of[0].load(
                supergraph(items=ITEMS + f"type New{number} {{ a: Int }}\n")
            )
            await asyncio.sleep(0.05)
            late = await opened(app, SSE)
            assert (topic.open, topic.opened) == (1, 1)
            topic.price("1", number)
            for stream in (*streams, late):
                assert price(await stream.read()) == number
            await late.leave()
        current = app._engine_of[0].live.current
        assert current is not None
        assert (first.requests, current.requests) == (1, 1)
        for stream in streams:
            await stream.leave()
        assert (first.requests, current.requests) == (0, 0)


async def test_a_new_supergraph_ends_all_that_are_not_valid() -> None:
    async with hub() as (app, topic):
        streams = [await opened(app, SSE) for _ in range(3)]
        await app._engine_of[0].load(supergraph(prices=PRICES.replace("priceChanged", "changed")))
        for stream in streams:
            assert b"SUBSCRIPTION_SCHEMA_RELOAD" in await stream.read_all()
        assert topic.open == 0


async def test_who_is_somebody_else_after_a_reload_leaves() -> None:
    names = Names()
    names.known = {"A1": "A", "A2": "A"}
    async with hub(EngineSettings(), Surroundings(identifier=names)) as (app, topic):
        one, other = [await opened(app, {**SSE, "x-who": who}) for who in ("A1", "A2")]
        assert topic.open == 1
        names.known = {"A1": "A", "A2": "B"}
        await app._engine_of[0].load(supergraph(items=ITEMS + "type New { a: Int }\n"))
        assert b"SUBSCRIPTION_SCHEMA_RELOAD" in await other.read_all()
        topic.price("1", 7)
        assert price(await one.read()) == 7
        await one.leave()


class Revocable:
    """API keys of one holder, each of which can be revoked."""

    def __init__(self) -> None:
        self.tells: dict[str, Any] = {}

    async def identify(self, key: str) -> Any:
        return _Key(self, key)


class _Key:
    def __init__(self, owner: Revocable, key: str) -> None:
        self._owner, self._key = owner, key
        self.claims = {"sub": "k"}
        self.organization = "A"
        self.scopes = frozenset[str]()
        self.expires_at: float | None = None
        self.ends_soon = False

    def watch(self, tell: Any) -> Any:
        self._owner.tells[self._key] = tell
        return lambda: self._owner.tells.pop(self._key)


async def test_credentials_end_for_one_alone() -> None:
    keys = Revocable()
    async with hub(EngineSettings(), Surroundings(api_keys=keys)) as (app, topic):
        one, other = [await opened(app, {**SSE, "x-api-key": key}) for key in ("k1", "k2")]
        assert topic.open == 1
        keys.tells["k1"]()
        assert b"SUBSCRIPTION_CREDENTIALS_ENDED" in await one.read_all()
        topic.price("1", 4)
        assert price(await other.read()) == 4
        await other.leave()
        assert not keys.tells


async def test_many_come_and_go_while_events_come() -> None:
    async with hub() as (app, topic):
        anchor = await opened(app, SSE)

        async def visit(number: int) -> None:
            await asyncio.sleep(number % 7 / 500)
            stream = await opened(app, SSE)
            seen = [price(await stream.read()) for _ in range(1 + number % 5)]
            # Without a gap, from whenever it came.
            assert seen == list(range(seen[0], seen[0] + len(seen)))
            await stream.leave()

        visits = [asyncio.ensure_future(visit(number)) for number in range(60)]
        number = 0
        while not all(each.done() for each in visits):
            topic.price("1", number)
            assert price(await anchor.read()) == number
            number += 1
            await asyncio.sleep(0.001)
        await asyncio.gather(*visits)
        assert topic.opened == 1
        await anchor.leave()
