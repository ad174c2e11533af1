"""How much a caller may ask for: buckets, callers, quotas of a day, headers, and over HTTP."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from random import Random
from typing import Any

import pytest

from federation.config.errors import ConfigError
from federation.config.load import parse_config
from federation.errors import RequestError
from federation.server.app import Surroundings
from federation.server.callers.identity import NOBODY, ClientIdentity
from federation.server.callers.peer import Proxies
from federation.server.exchange import Exchange
from federation.server.rate_limits.admission import CallerState, Counters, RateLimits
from federation.server.rate_limits.buckets import Bucket, Rate
from federation.server.rate_limits.callers import Callers
from federation.server.rate_limits.quotas import DayQuota, Quotas
from federation.server.settings.engine import EngineSettings
from federation.server.wire.request import HttpRequest
from federation.server.wire.response import HttpResponse
from tests.federation.server.harness import Client, Reply, engine
from tests.federation.server.stream_harness import HttpStream, Socket, hub

ITEM = re.compile(r'"[a-z]+"(;[a-z]+=(\d+|"[a-z-]+"))*')


class Clock:
    def __init__(self) -> None:
        self.now = 1_000.0

    def __call__(self) -> float:
        return self.now


class ByName:
    """Everyone is of the organisation that a header names; for tests."""

    reserved = frozenset[str]()

    def identify(self, http: HttpRequest, claims: Any) -> ClientIdentity:
        name = http.header(b"x-name")
        if name is None:
            return NOBODY
        return ClientIdentity(name, organization=name.decode())


def settings(text: str) -> EngineSettings:
    return parse_config(text, EngineSettings)


def limits(text: str, clock: Clock, counters: Counters | None = None) -> RateLimits:
    given = settings(text)
    return RateLimits(
        given.rate_limits,
        given.traffic_shaping.router.global_rate_limit,
        Proxies(given.proxies),
        counters or Counters(clock=clock),
    )


def of(name: str | None = None, address: str = "203.0.113.1", cost: float = 1.0) -> Exchange:
    http = HttpRequest("POST", b"", [], address=address)
    exchange = Exchange(http, estimated_cost=cost)
    if name is not None:
        exchange.client = ClientIdentity(name, organization=name)
    return exchange


def run(made: RateLimits, exchange: Exchange) -> dict[str, str]:
    """Let one operation in and out again; return the headers of its answer."""
    reply = HttpResponse(200, [], b"")
    try:
        made.enter(exchange)
        made.spend(exchange)
    except RequestError as error:
        reply.status = error.http_status
    made.leave(exchange, reply)
    headers = [*reply.headers, *exchange.response_headers, (b":status", b"%d" % reply.status)]
    return {name.decode(): value.decode() for name, value in headers}


def passes(made: RateLimits, *args: Any, **keywords: Any) -> bool:
    return run(made, of(*args, **keywords))[":status"] == "200"


def test_a_bucket_gives_what_its_rate_allows_whatever_the_pattern() -> None:
    """Against the plain definition: in no span is more taken than capacity and refill."""
    random = Random(7)
    rate = Rate(10.0, 2.0)
    bucket, now = Bucket(), 0.0
    taken: list[tuple[float, float]] = []
    for _ in range(3_000):
        now += random.choice((0.0, 0.01, 0.1, 1.0, 4.0)) * random.random()
        amount = random.choice((1.0, 2.5, 7.0))
        if not bucket.wait(amount, rate, now):
            bucket.take(amount)
            taken.append((now, amount))
    assert len(taken) > 300
    for start in range(0, len(taken), 7):
        total = 0.0
        for at, amount in taken[start : start + 200]:
            total += amount
            assert total <= 10.0 + 2.0 * (at - taken[start][0]) + 1e-6
    # and what it says to wait is enough, and no more than needed
    bucket.take(10.0)
    wait = bucket.wait(3.0, rate, now)
    assert wait > 0
    assert bucket.wait(3.0, rate, now + wait * 0.99) > 0
    assert bucket.wait(3.0, rate, now + wait) == 0


def test_what_is_dearer_than_the_capacity_is_paid_off() -> None:
    bucket, rate = Bucket(), Rate(10.0, 1.0)
    assert bucket.wait(100.0, rate, 0.0) == 0
    bucket.take(100.0)
    assert bucket.wait(1.0, rate, 0.0) == pytest.approx(91.0)
    assert bucket.wait(100.0, rate, 99.0) == pytest.approx(1.0)
    assert bucket.wait(100.0, rate, 100.0) == 0


def test_cost_is_counted_and_told() -> None:
    clock = Clock()
    made = limits("rate_limits: {default: {cost_per_minute: 600, burst: 100}}", clock)
    told = run(made, of("A", cost=30))
    assert told["ratelimit-policy"] == '"cost";q=100;w=10;qu="cost"'
    assert told["ratelimit"] == '"cost";r=70;t=3'
    assert passes(made, "A", cost=70)
    refused = run(made, of("A", cost=20))
    assert (refused[":status"], refused["retry-after"]) == ("429", "1")
    assert refused["ratelimit"] == '"cost";r=0;t=10'
    assert passes(made, "B", cost=100)
    clock.now += 2
    assert passes(made, "A", cost=20)


def test_requests_and_all_limits_in_one_header() -> None:
    clock = Clock()
    made = limits(
        "rate_limits: {default: {requests_per_second: 2, cost_per_minute: 60, concurrency: 3,"
        " cost_per_day: 1000}}",
        clock,
    )
    told = run(made, of("A"))
    for name in ("ratelimit", "ratelimit-policy"):
        items = told[name].split(", ")
        assert len(items) == 4
        assert all(ITEM.fullmatch(item) for item in items)
    assert passes(made, "A")
    refused = run(made, of("A"))
    assert refused[":status"] == "429"
    assert '"requests";r=0;t=1' in refused["ratelimit"]
    clock.now += 0.5
    assert passes(made, "A")


def test_an_organisations_own_limits() -> None:
    made = limits(
        """rate_limits:
          default: { cost_per_minute: 60, burst: 2, requests_per_second: 100 }
          organizations: { BIG: { cost_per_minute: 6000 }, FEW: { requests_per_second: 1 } }
        """,
        Clock(),
    )
    assert passes(made, "BIG", cost=6000)
    assert [passes(made, "FEW") for _ in range(2)] == [True, False]
    assert [passes(made, "A") for _ in range(3)] == [True, True, False]
    assert [passes(made, None) for _ in range(50)] == [True] * 50


def test_strangers_are_counted_by_network() -> None:
    made = limits("rate_limits: {anonymous: {requests_per_second: 1, prefix_v4: 24}}", Clock())
    assert passes(made, None, "203.0.113.1")
    assert not passes(made, None, "203.0.113.2")
    assert passes(made, None, "203.0.114.2")
    assert passes(made, None, "2001:db8:0:1::1")
    assert not passes(made, None, "2001:db8:0:ff::2")
    assert passes(made, None, "2001:db8:0:100::2")
    assert all(passes(made, "A") for _ in range(20))


def test_operations_at_once() -> None:
    made = limits("rate_limits: {default: {concurrency: 2}}", Clock())
    running = [of("A"), of("A")]
    for exchange in running:
        made.enter(exchange)
    assert not passes(made, "A")
    assert passes(made, "B")
    made.leave(running[0], None)  # cancelled
    made.leave(running[0], None)
    assert passes(made, "A")
    third = of("A")
    made.enter(third)
    assert not passes(made, "A")


def test_the_global_limit_is_for_all_together() -> None:
    clock = Clock()
    text = "traffic_shaping: {router: {global_rate_limit: {capacity: 10, interval: 2s}}}"
    made = limits(text, clock)
    allowed = [passes(made, f"O{number}") for number in range(12)]
    assert allowed == [True] * 10 + [False] * 2
    assert "ratelimit" not in run(made, of("A"))
    clock.now += 1
    assert [passes(made, "A") for _ in range(6)] == [True] * 5 + [False]


def test_other_settings_forgive_nothing() -> None:
    clock = Clock()
    counters = Counters(clock=clock)
    first = limits("rate_limits: {default: {cost_per_minute: 60}}", clock, counters)
    assert passes(first, "A", cost=60)
    second = limits("rate_limits: {default: {cost_per_minute: 600}}", clock, counters)
    assert '"cost";r=539' in run(second, of("A"))["ratelimit"]
    assert not passes(limits("rate_limits: {default: {cost_per_minute: 6}}", clock, counters), "A")


def test_callers_are_bounded_and_newcomers_push_nobody_out() -> None:
    clock = Clock()
    made = limits(
        "rate_limits: {anonymous: {requests_per_second: 1, prefix_v4: 32}, max_callers: 100}", clock
    )
    counters = made._counters
    for number in range(100):
        assert passes(made, None, f"10.0.0.{number}")
    # A flood of new addresses shares what one newcomer has, and frees none of the others.
    assert sum(passes(made, None, f"10.9.{n // 250}.{n % 250}") for n in range(5_000)) <= 1
    assert len(counters.anonymous) == 100
    assert not any(passes(made, None, f"10.0.0.{number}") for number in range(100))
    assert passes(made, "A")
    clock.now += 2  # all are idle by now, so there is room again
    assert all(passes(made, None, f"10.8.0.{number}") for number in range(100))
    assert len(counters.anonymous) == 100


def test_who_is_at_work_is_not_forgotten() -> None:
    callers = Callers(CallerState, 1)
    known = callers.get("a", 0.0)
    known.running = 1
    known.policy = limits("rate_limits: {default: {concurrency: 1}}", Clock())._anonymous
    assert callers.get("b", 0.0) is not known
    assert callers.get("a", 0.0) is known
    known.running = 0
    assert callers.get("b", 0.0) is not known
    assert len(callers) == 1


@dataclass
class Leased:
    granted: float
    used: float
    resets_in: float


class Store:
    """The quota of one day, as a database would count it."""

    def __init__(self) -> None:
        self.taken: dict[str, float] = {}
        self.calls = 0
        self.down = False
        self.resets_in = 3600.0

    async def lease(self, organization: str, amount: float, limit: float) -> Leased:
        self.calls += 1
        await asyncio.sleep(0)
        if self.down:
            raise ConnectionError
        before = self.taken.get(organization, 0.0)
        granted = max(0.0, min(amount, limit - before))
        self.taken[organization] = before + granted
        return Leased(granted, before + granted, self.resets_in)

    async def give_back(self, organization: str, amount: float) -> None:
        self.taken[organization] -= amount


async def settle() -> None:
    for _ in range(5):
        await asyncio.sleep(0)


async def test_a_quota_is_shared_by_replicas_and_not_overdrawn_by_more_than_a_part() -> None:
    clock, store = Clock(), Store()
    text = "rate_limits: {default: {cost_per_day: 1000}}"
    replicas = [limits(text, clock, Counters(store, clock)) for _ in range(3)]
    random, let_in = Random(3), 0
    for _ in range(2_000):
        let_in += passes(random.choice(replicas), "A")
        await settle()
    assert 1000 - 3 * 10 <= let_in <= 1000 + 3 * 10
    assert store.taken["A"] == 1000
    assert store.calls < 350
    refused = run(replicas[0], of("A"))
    assert refused["retry-after"] == "3600"
    assert '"day";r=0;t=3600' in refused["ratelimit"]
    assert passes(replicas[0], "B")
    clock.now += 3601
    store.taken.clear()
    assert passes(replicas[0], "A")


async def test_unused_quota_is_given_back() -> None:
    clock, store = Clock(), Store()
    counters = Counters(store, clock)
    made = limits("rate_limits: {default: {cost_per_day: 100000}}", clock, counters)
    for _ in range(7):
        assert passes(made, "A")
        await settle()
    assert store.taken["A"] >= 1000
    await counters.close()
    assert store.taken["A"] == 7


async def test_while_the_store_is_down_all_is_counted_as_debt(
    caplog: pytest.LogCaptureFixture,
) -> None:
    clock, store = Clock(), Store()
    store.down = True
    quotas, quota = Quotas(store, clock), DayQuota()
    for _ in range(50):
        assert quotas.wait(quota, 1.0, clock.now) == 0
        quotas.take("A", quota, 1.0, 100.0, clock.now)
        await settle()
    assert store.calls == 1
    assert [record.levelname for record in caplog.records] == ["WARNING"]
    store.down = False
    clock.now += 6
    quotas.take("A", quota, 1.0, 100.0, clock.now)
    await settle()
    assert store.taken["A"] == pytest.approx(52.0)  # 51 owed and a part of one
    await quotas.close([])


# Over HTTP and WebSocket.


@asynccontextmanager
async def served(text: str) -> AsyncIterator[Client]:
    around = Surroundings(identifier=ByName())
    async with engine(settings(text), around) as client:
        yield client


@pytest.mark.parametrize("accept", ["application/json", "application/graphql-response+json"])
async def test_too_many_requests_over_http(accept: str) -> None:
    async with served("rate_limits: {default: {cost_per_minute: 60, burst: 5}}") as client:
        headers = {"accept": accept, "x-name": "A"}
        reply = await client.post("{ a: hello b: hello }", headers=headers)
        # Without demand control each root field costs one.
        assert reply.headers["ratelimit"] == '"cost";r=3;t=2'
        reply = await client.post("{ a: hello b: hello c: hello d: hello }", headers=headers)
        assert (reply.status, reply.code) == (429, "REQUEST_RATE_LIMITED")
        assert reply.headers["retry-after"] == "1"
        assert reply.headers["content-type"].startswith(accept)
        # What is wrong is answered with what is left, too.
        reply = await client.post("{ nothing }", headers=headers)
        assert '"cost";r=3' in reply.headers["ratelimit"]
        assert (await client.post("{ hello }", headers={"x-name": "B"})).status == 200
        assert "ratelimit" not in (await client.post("{ hello }")).headers
        calls = len(client.subgraph.calls)
        await client.post("{ a: hello b: hello c: hello d: hello }", headers=headers)
        assert len(client.subgraph.calls) == calls


async def test_nothing_is_told_or_kept_without_limits() -> None:
    async with served("{}") as client:
        app: Any = client.app
        assert app._engine_of[0].pipeline.admission is None
        headers = (await client.post("{ hello }", headers={"x-name": "A"})).headers
        assert not [name for name in headers if name.startswith("ratelimit")]


async def test_a_noisy_organisation_slows_nobody_else() -> None:
    text = """
    rate_limits: { default: { requests_per_second: 20, concurrency: 3, cost_per_minute: 600 } }
    traffic_shaping: { all: { deduplicate_query: false }, router: { deduplicate_query: false } }
    """
    loop = asyncio.get_running_loop()

    async def quiet(client: Client) -> list[float]:
        times = []
        for number in range(10):
            begun = loop.time()
            query = f"{{ hello(name: {number}) slow(milliseconds: 1) }}".replace(
                f"name: {number}", f'name: "{number}"'
            )
            reply = await client.post(query, headers={"x-name": "QUIET"})
            times.append(loop.time() - begun)
            assert reply.status == 200, reply.body
            await asyncio.sleep(0.06)
        return times

    async with served(text) as client:
        await client.post("{ slow(milliseconds: 1) }", headers={"x-name": "OTHER"})
        alone = await quiet(client)
        statuses: list[int] = []

        async def noise() -> None:
            while True:
                reply = await client.post(
                    "{ slow(milliseconds: 200) }", headers={"x-name": "NOISY"}
                )
                statuses.append(reply.status)
                await asyncio.sleep(0.002)

        noisy = [asyncio.create_task(noise()) for _ in range(20)]
        beside = await quiet(client)
        for task in noisy:
            task.cancel()
        await asyncio.gather(*noisy, return_exceptions=True)
    assert statuses.count(429) > 100
    assert 0 < statuses.count(200) < 30
    # The machine is shared with other work: the middle value, and generously.
    assert sorted(beside)[5] < sorted(alone)[5] + 0.05


async def test_a_cancelled_request_gives_its_place_back() -> None:
    async with served("rate_limits: {default: {concurrency: 1}}") as client:
        headers = {"x-name": "A"}
        slow = asyncio.create_task(client.post("{ slow(milliseconds: 5000) }", headers=headers))
        await asyncio.sleep(0.05)
        assert (await client.post("{ hello }", headers=headers)).status == 429
        slow.cancel()
        await asyncio.gather(slow, return_exceptions=True)
        assert (await client.post("{ hello }", headers=headers)).status == 200


async def test_operations_over_websocket_count() -> None:
    text = "rate_limits: {anonymous: {cost_per_minute: 60, burst: 2}}"
    async with hub(settings(text)) as (app, _):
        socket = Socket(app)
        await socket.begin()
        answers = []
        for number in range(3):
            payload = {"query": "{ items { id } }"}
            socket.say(type="subscribe", id=str(number), payload=payload)
            answer: Mapping[str, Any] = await socket.take()
            answers.append(answer["type"])
            if answer["type"] == "next":
                assert (await socket.take())["type"] == "complete"
            else:
                code = answer["payload"][0]["extensions"]["code"]
                assert code == "REQUEST_RATE_LIMITED"
        assert answers == ["next", "next", "error"]
        await socket.leave()


async def test_subscriptions_are_at_work_until_they_end() -> None:
    text = "rate_limits: {anonymous: {concurrency: 2}}"
    sse = {"accept": "text/event-stream"}
    body = {"query": "subscription { priceChanged { price } }"}
    async with hub(settings(text)) as (app, topic):
        streams = [HttpStream(app, body, sse) for _ in range(2)]
        for stream in streams:
            await stream.head()
            assert stream.headers["ratelimit-policy"].startswith('"concurrency"')
        await topic.until_open()  # one stream for both
        third = HttpStream(app, body, sse)
        await third.head()
        assert third.status == 429
        await third.task
        await streams[0].leave()
        fourth = HttpStream(app, body, sse)
        await fourth.head()
        assert fourth.status == 200
        await topic.until_open()  # one stream for both
        for stream in (streams[1], fourth):
            await stream.leave()


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("rate_limits: {default: {burst: 5}}", "'burst' needs 'cost_per_minute'"),
        ("rate_limits: {anonymous: {cost_per_day: 5}}", "for organisations"),
        ("rate_limits: {anonymous: {burst: 5}}", "'burst' needs"),
        ("rate_limits: {default: {cost_per_minute: 0}}", "Expected `int` >= 1"),
        ("rate_limits: {defualt: {}}", "did you mean 'default'"),
        ("traffic_shaping: {router: {global_rate_limit: {capacity: 5, interval: 0s}}}", "write 1s"),
        ("proxies: {trusted: [nowhere]}", "no address or network"),
        ("proxies: {client_certificates: true}", "needs the proxies"),
    ],
)
def test_settings_that_make_no_sense(text: str, problem: str) -> None:
    with pytest.raises(ConfigError, match=re.escape(problem).replace("`", "`?")):
        settings(text)


def left(reply: Reply) -> int:
    """Return what of the cost is left, as the answer says."""
    found = re.search(r'"cost";r=(\d+)', reply.headers["ratelimit"])
    assert found is not None
    return int(found[1])


async def test_limits_change_while_the_server_runs() -> None:
    async with served("rate_limits: {default: {cost_per_minute: 60}}") as client:
        app: Any = client.app
        running = app._engine_of[0]
        headers = {"x-name": "A"}
        for _ in range(2):
            reply = await client.post("{ hello }", headers=headers)
            assert 50 < left(reply) < 60
        await running.reconfigure(settings("rate_limits: {default: {cost_per_minute: 600}}"))
        reply = await client.post("{ hello }", headers=headers)
        # What was spent stays spent, though the bucket fills again as time goes by.
        assert 590 < left(reply) < 600
        await running.reconfigure(settings("{}"))
        assert "ratelimit" not in (await client.post("{ hello }", headers=headers)).headers
