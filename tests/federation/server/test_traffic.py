"""One subgraph fails in every way: the others do not notice, and it gets what it can take."""

from __future__ import annotations

import asyncio
import contextlib
import gzip
import statistics
import time
import zlib
from collections.abc import AsyncIterator

import pytest

from federation.execution.resilience.breaker import BreakerState
from federation.execution.resilience.guards import TrafficState
from federation.server.engine import Engine
from tests.federation.server import faulty
from tests.federation.server.faulty import Behaviour, Call, Faulty, federated
from tests.federation.server.harness import Client, Reply

GOOD = "query ($n: Int) { good(n: $n) }"
BAD = "query ($n: Int) { bad(n: $n) }"
BOTH = "query ($n: Int) { good(n: $n) bad(n: $n) }"

_numbers = iter(range(1, 1_000_000))


async def ask(client: Client, query: str, headers: dict[str, str] | None = None) -> Reply:
    """Ask with a number of its own, so that no two calls are equal."""
    return await client.post(query, variables={"n": next(_numbers)}, headers=headers)


def code_of(reply: Reply) -> str | None:
    """The code of the only error, None without one."""
    errors = reply.json.get("errors") or []
    assert len(errors) <= 1
    return errors[0]["extensions"]["code"] if errors else None


def state_of(engine: Engine, name: str = "bad") -> TrafficState:
    (state,) = (one for one in engine.lasting.traffic.states() if one.subgraph == name)
    return state


async def latencies(client: Client, count: int) -> list[float]:
    """The times, in seconds, of calls of the good subgraph, one after the other, all complete."""
    clock = asyncio.get_running_loop().time
    times = []
    for _ in range(count):
        started = clock()
        reply = await ask(client, GOOD)
        times.append(clock() - started)
        assert "errors" not in reply.json
        assert reply.json["data"]["good"] > 0
    return times


FAULTS = [
    (faulty.hang, "GATEWAY_TIMEOUT"),
    (faulty.drip, "GATEWAY_TIMEOUT"),
    (None, "SUBREQUEST_HTTP_ERROR"),  # refused
    (faulty.drop, "SUBREQUEST_HTTP_ERROR"),
    (faulty.cut, "SUBREQUEST_HTTP_ERROR"),
    (faulty.garbage, "SUBREQUEST_HTTP_ERROR"),
    (faulty.unavailable, "SUBREQUEST_HTTP_ERROR"),
    (faulty.wrong_json, "SUBREQUEST_MALFORMED_RESPONSE"),
    (faulty.wrong_content, "SUBREQUEST_MALFORMED_RESPONSE"),
    (faulty.huge, "SUBREQUEST_MALFORMED_RESPONSE"),
]
TIMEOUT = 0.8


@pytest.mark.parametrize(
    ("fault", "code"), FAULTS, ids=["refuse" if f is None else f.__name__ for f, _ in FAULTS]
)
@pytest.mark.parametrize("guards", ["", ", circuit_breaker: {enabled: true}"], ids=["", "breaker"])
async def test_the_others_keep_their_latency_and_are_complete(
    fault: Behaviour | None, code: str, guards: str
) -> None:
    good, bad = Faulty("good"), Faulty("bad", fault)
    shaping = f"{{timeout: {int(TIMEOUT * 1000)}ms, max_response_bytes: 1000000{guards}}}"
    async with federated(f"traffic_shaping: {{all: {shaping}}}", good, bad) as (client, _, _):
        if fault is None:
            await bad.stop()
        await ask(client, GOOD)
        load = [asyncio.ensure_future(ask(client, BOTH)) for _ in range(30)]
        times = await latencies(client, 30)
        # Any coupling would cost the time-out or a pause; a loaded machine costs far less.
        assert statistics.median(times) < TIMEOUT / 4
        for reply in await asyncio.gather(*load):
            assert reply.status == 200
            assert reply.json["data"]["good"] > 0
            assert reply.json["data"]["bad"] is None
            allowed = {code, "SUBGRAPH_CIRCUIT_BREAKER_REJECTED"} if guards else {code}
            assert code_of(reply) in allowed
            assert reply.json["errors"][0]["path"] == ["bad"]


async def test_an_answer_of_the_wrong_shape_costs_its_own_fields() -> None:
    good, bad = Faulty("good"), Faulty("bad", faulty.wrong_shape)
    async with federated("{}", good, bad) as (client, _, _):
        reply = await ask(client, BOTH)
    assert reply.json["data"]["good"] > 0
    assert reply.json["data"]["bad"] is None


async def test_a_flapping_subgraph_is_hidden_by_retries() -> None:
    good, bad = Faulty("good"), Faulty("bad", faulty.flap)
    text = "traffic_shaping: {all: {retry: {min_per_sec: 100, initial_pause: 1ms}}}"
    async with federated(text, good, bad) as (client, engine, _):
        replies = [await ask(client, BOTH) for _ in range(20)]
        assert all("errors" not in reply.json for reply in replies)
        assert (good.calls, bad.calls) == (20, 40)
        assert state_of(engine).retries == 20


@pytest.mark.parametrize("share", [0.0, 0.1, 0.5])
async def test_retries_stay_within_the_budget_at_the_subgraph(share: float) -> None:
    good, bad = Faulty("good"), Faulty("bad", faulty.unavailable)
    retry = f"{{min_per_sec: 0, ttl: 60s, retry_percent: {share}, initial_pause: 1ms}}"
    async with federated(f"traffic_shaping: {{all: {{retry: {retry}}}}}", good, bad) as (
        client,
        engine,
        _,
    ):
        for _ in range(10):
            await asyncio.gather(*(ask(client, BAD) for _ in range(10)))
        assert bad.calls == 100 + int(100 * share)
        state = state_of(engine)
        assert state.retries == int(100 * share)
        assert state.retries_denied > 0


async def test_mutations_reach_the_subgraph_once() -> None:
    bad = Faulty("bad", faulty.drop)
    text = "traffic_shaping: {all: {retry: {min_per_sec: 100, initial_pause: 1ms}}}"
    async with federated(text, bad) as (client, _, _):
        reply = await ask(client, "mutation ($n: Int) { change_bad(n: $n) }")
        assert code_of(reply) == "SUBREQUEST_HTTP_ERROR"
        assert bad.calls == 1
        await ask(client, BAD)
        assert bad.calls == 1 + 3


async def test_retry_after_is_honoured_within_the_deadline() -> None:
    times: list[float] = []
    clock = asyncio.get_running_loop().time

    async def later(call: Call) -> None:
        times.append(clock())
        if call.number % 2:
            await call.reply(b'{"errors":[{"message":"busy"}]}', 429, "retry-after: 1")
        else:
            await call.reply()

    bad = Faulty("bad", later)
    async with federated("traffic_shaping: {all: {timeout: 5s}}", bad) as (client, _, _):
        assert "errors" not in (await ask(client, BAD)).json
        assert times[1] - times[0] >= 1.0
        started = clock()
        reply = await ask(client, BAD, {"x-request-timeout-ms": "900"})
        assert clock() - started < 0.5
        assert reply.json["data"] == {"bad": None}
        assert bad.calls == 3


BREAKER = (
    "{enabled: true, error_threshold: 0.5, volume_threshold: 10, reset_timeout: 500ms,"
    " half_open_attempts: 2}"
)


@contextlib.asynccontextmanager
async def breaking(bad: Faulty, time: str = "200ms") -> AsyncIterator[tuple[Client, Engine, str]]:
    text = (
        f"traffic_shaping: {{all: {{timeout: {time}, retry: {{enabled: false}},"
        f" circuit_breaker: {BREAKER}}}}}"
    )
    async with federated(text, bad) as served:
        yield served


@pytest.mark.parametrize(
    ("fault", "calls"), [(faulty.hang, 10), (None, 0), (faulty.wrong_json, 10)]
)
async def test_the_breaker_opens_probes_and_closes(fault: Behaviour | None, calls: int) -> None:
    bad = Faulty("bad", fault)
    async with breaking(bad) as (client, engine, _):
        if fault is None:
            await bad.stop()
        codes = {code_of(reply) for reply in await burst(client, 10)}
        assert len(codes) == 1
        assert "SUBGRAPH_CIRCUIT_BREAKER_REJECTED" not in codes
        assert state_of(engine).breaker is BreakerState.OPEN
        rejected = await burst(client, 20)
        assert {code_of(reply) for reply in rejected} == {"SUBGRAPH_CIRCUIT_BREAKER_REJECTED"}
        assert bad.calls == calls
        assert (state_of(engine).failures, state_of(engine).rejected) == (10, 20)
        # Still ill when it is tried again: two probes, no more.
        await asyncio.sleep(0.5)
        await burst(client, 20)
        assert bad.calls == calls + (0 if fault is None else 2)
        assert state_of(engine).breaker is BreakerState.OPEN
        assert state_of(engine).opened == 2
        # Well again: the probes close it.
        bad.behave = faulty.well
        if fault is None:
            await bad.start()
        await asyncio.sleep(0.5)
        for reply in (await ask(client, BAD), await ask(client, BAD), *await burst(client, 20)):
            assert "errors" not in reply.json
        assert state_of(engine).breaker is BreakerState.CLOSED


async def burst(client: Client, count: int) -> list[Reply]:
    return list(await asyncio.gather(*(ask(client, BAD) for _ in range(count))))


async def test_a_caller_cannot_open_the_breaker() -> None:
    async def slowly(call: Call) -> None:
        await asyncio.sleep(0.1)
        await call.reply()

    bad = Faulty("bad", slowly)
    async with breaking(bad, time="2s") as (client, engine, _):
        impatient = {"x-request-timeout-ms": "30"}
        for reply in await asyncio.gather(*(ask(client, BAD, impatient) for _ in range(30))):
            assert (reply.status, reply.json["errors"][0]["extensions"]["code"]) == (
                504,
                "GATEWAY_TIMEOUT",
            )
        left = [asyncio.ensure_future(ask(client, BAD)) for _ in range(30)]
        await asyncio.sleep(0.03)
        for task in left:
            task.cancel()
        await asyncio.gather(*left, return_exceptions=True)
        state = state_of(engine)
        assert (state.breaker, state.limit, state.in_flight) == (BreakerState.CLOSED, 100, 0)
        assert "errors" not in (await ask(client, BAD)).json


async def test_another_supergraph_does_not_heal_a_subgraph() -> None:
    bad = Faulty("bad", faulty.wrong_json)
    async with breaking(bad) as (client, engine, supergraph):
        await burst(client, 10)
        opened = time.monotonic()
        await engine.load(supergraph)
        if time.monotonic() - opened > 0.4:
            pytest.skip("the machine is too busy: the breaker tries again by itself meanwhile")
        assert code_of(await ask(client, BAD)) == "SUBGRAPH_CIRCUIT_BREAKER_REJECTED"
        assert bad.calls == 10


async def test_a_shared_call_counts_once() -> None:
    bad = Faulty("bad", faulty.hang)
    async with breaking(bad) as (client, engine, _):
        text = "query A($n: Int) { bad(n: $n) }"
        equal = [client.post(text, variables={"n": 1}) for _ in range(30)]
        await asyncio.gather(*equal)
        assert bad.calls == 1
        assert state_of(engine).breaker is BreakerState.CLOSED


def overloaded(capacity: int) -> Behaviour:
    """Answer in 20 ms; with more than `capacity` calls at once, 503."""

    async def behave(call: Call) -> None:
        if call.subgraph.at_once > capacity:
            await call.reply(b"busy", 503)
        else:
            await asyncio.sleep(0.02)
            await call.reply()

    return behave


async def test_an_overloaded_subgraph_gets_as_much_as_it_can_take() -> None:
    outcomes: dict[str, list[int]] = {}
    for enabled in ("true", "false"):
        bad = Faulty("bad", overloaded(20))
        text = (
            "traffic_shaping: {all: {timeout: 5s, retry: {enabled: false},"
            f" concurrency: {{enabled: {enabled}}}}}}}"
        )
        async with federated(text, bad) as (client, engine, _):
            asked, answered = 0, 0

            async def caller(client: Client = client) -> None:
                nonlocal asked, answered
                for _ in range(25):
                    reply = await ask(client, BAD)
                    asked += 1
                    answered += "errors" not in reply.json

            await asyncio.gather(*(caller() for _ in range(80)))
            outcomes[enabled] = [asked, answered]
            if enabled == "true":
                state = state_of(engine)
                assert state.limit is not None
                assert 4 <= state.limit <= 40
                assert (state.in_flight, state.queued, state.limited) == (0, 0, 0)
    limited, unlimited = outcomes["true"], outcomes["false"]
    assert limited[0] == unlimited[0] == 2000
    # Most calls are answered instead of few.
    assert limited[1] > 1300
    assert unlimited[1] < limited[1] / 2


async def test_a_full_queue_fails_that_call_only() -> None:
    good, bad = Faulty("good"), Faulty("bad", faulty.hang)
    own = (
        "{timeout: 500ms, max_connections_per_host: 2, retry: {enabled: false},"
        " concurrency: {queue_size: 3}}"
    )
    async with federated(f"traffic_shaping: {{subgraphs: {{bad: {own}}}}}", good, bad) as (
        client,
        engine,
        _,
    ):
        replies = await asyncio.gather(*(ask(client, BOTH) for _ in range(10)))
        codes = sorted(str(code_of(reply)) for reply in replies)
        assert codes == ["GATEWAY_TIMEOUT"] * 5 + ["REQUEST_CONCURRENCY_LIMITED"] * 5
        assert all(reply.json["data"]["good"] > 0 for reply in replies)
        assert bad.most_at_once == 2
        assert state_of(engine).limited == 5


async def test_keys_of_one_subgraph_are_its_own() -> None:
    one, other = Faulty("one", packed), Faulty("other", packed)
    text = """
traffic_shaping:
  all: { compression: gzip, max_response_bytes: 20 }
  subgraphs:
    other: { compression: deflate, max_response_bytes: 2000, accept_compressed: false }
"""
    note = '"' + "x" * 3000 + '"'
    async with federated(text, one, other) as (client, _, _):
        for name, number, answer in (
            ("other", 1234567, 1234567),
            ("one", 5, 5),
            ("one", 1234567, None),
        ):
            query = f"query ($n: Int, $s: String) {{ {name}(n: $n, s: $s) }}"
            reply = await client.post(query, variables={"n": number, "s": note})
            assert reply.json["data"] == {name: answer}
            assert code_of(reply) == (None if answer else "SUBREQUEST_MALFORMED_RESPONSE")
    assert b"content-encoding: gzip" in one.heads[0].lower()
    assert b"content-encoding: deflate" in other.heads[0].lower()
    assert b"accept-encoding: zstd,gzip,deflate,br" in one.heads[0].lower()
    assert b"accept-encoding" not in other.heads[0].lower()


async def packed(call: Call) -> None:
    """Unpack the body, and pack the answer for who takes it."""
    assert len(call.body) < 300
    gzipped = b"content-encoding: gzip" in call.head.lower()
    call.body = gzip.decompress(call.body) if gzipped else zlib.decompress(call.body)
    if b"accept-encoding" in call.head.lower():
        await call.reply(gzip.compress(call.answer), 200, "content-encoding: gzip")
    else:
        await call.reply()
