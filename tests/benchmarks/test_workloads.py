"""Stand-ins answer as GraphQL does; loads count what is wrong, late, lost or made twice."""

from __future__ import annotations

import asyncio
import json
import random
import time
from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import orjson
import pytest
from graphql import build_schema, graphql_sync

from tests.benchmarks.gateways.fresh import FreshAnswer
from tests.benchmarks.gateways.listeners import (
    Event,
    Hearing,
    Known,
    Listener,
    SseListener,
    WebSocketListener,
)
from tests.benchmarks.gateways.standins import feed, orders, parts, rows, slow
from tests.benchmarks.gateways.standins.frames import PING, TEXT, frame
from tests.benchmarks.gateways.standins.selections import read_operation
from tests.benchmarks.gateways.standins.serving import Connection, Subgraph, Used
from tests.benchmarks.gateways.workloads import mutation
from tests.benchmarks.gateways.workloads.subscribers import expected
from tests.benchmarks.load import Answer, post
from tests.benchmarks.paced_load import run_burst, run_paced


def test_a_standin_answers_as_graphql_does() -> None:
    """Aliases, fragments, `__typename`, variables and their defaults, against graphql-core."""
    sdl = """
    type Query { pick(n: Int = 1, from: [Item!]): Thing list: [Thing!]! }
    input Item { id: ID! }
    type Thing { id: ID! more: Thing count: Int }
    """
    thing: dict[str, Any] = {"__typename": "Thing", "id": "a", "count": None}
    thing["more"] = {"__typename": "Thing", "id": "b", "count": 3, "more": None}
    query = """
    query ($n: Int = 7, $from: [Item!]) {
      first: pick(n: $n, from: $from) { ...Parts __typename }
      pick { x: count }
      list { id ... on Thing { more { id } } ... { count } }
    }
    fragment Parts on Thing { y: id count more { __typename count more { id } } }
    """

    def pick(n: int = 1, **given: Any) -> dict[str, Any]:
        return {**thing, "count": n + len(given.get("from") or [])}

    roots = {"__typename": "Query", "pick": pick, "list": [thing, thing["more"]]}
    root = {**roots, "pick": lambda _info, **arguments: pick(**arguments)}
    for variables in ({}, {"n": 2}, {"from": [{"id": "1"}, {"id": "2"}]}):
        whole = graphql_sync(build_schema(sdl), query, root, variable_values=variables)
        assert whole.errors is None
        data = read_operation(query).answer(roots, variables)
        assert json.dumps(data) == json.dumps(whole.data)


@pytest.mark.parametrize(
    "query", ["{ a @skip(if: true) }", "{ a { b } a { c } }", "query A { a } query B { a }"]
)
def test_a_standin_refuses_what_it_does_not_know(query: str) -> None:
    value = {"__typename": "Query", "a": {"__typename": "A", "b": 1, "c": 2}}
    with pytest.raises(ValueError, match=r"stand-in|twice|operations"):
        read_operation(query).answer(value, {})


def test_no_two_fresh_answers_are_alike() -> None:
    standin, answer = rows.Rows(), FreshAnswer(rows.answer(rows.FRESH_QUERY))
    body = orjson.dumps({"query": rows.FRESH_QUERY})
    for number in range(3):
        standin.calls = number
        text = standin.answer(body).partition(b"\r\n\r\n")[2]
        assert answer.accepts(text)
        assert not answer.accepts(text.replace(b"Item 7", b"Item 8", 1))
    assert len(answer.numbers) == 3
    assert 90_000 < len(text) < 120_000


def test_parts_put_their_number_where_it_was_asked() -> None:
    part = parts.Part()
    query = "query ($r: [_Any!]!) { _entities(representations: $r) { ... on Thing { p2 } } }"
    representations = [{"__typename": "Thing", "id": number} for number in ("1", "0")]
    body = orjson.dumps({"query": query, "variables": {"r": representations}})
    part.calls = 41
    data = orjson.loads(part.answer(body).partition(b"\r\n\r\n")[2])["data"]
    assert data == {"_entities": [{"p2": "part 2 of 1 "}, {"p2": "part 2 of 0 #000000000041"}]}


def _changes(sent: Counter[str], made: Counter[str], calls: int) -> None:
    prices = orders.Prices()
    prices.changes = made
    mutation.check_counts("x", sent, {"calls": calls, "own": prices.stats()})


def test_mutations_are_counted_by_change() -> None:
    """Once too often, once too few, and both together, which leaves the number of calls right."""
    sent = Counter(a=2, b=2)
    _changes(sent, Counter(a=2, b=2), 4)
    for made in (Counter(a=3, b=2), Counter(a=2, b=1), Counter(a=3, b=1), Counter(a=2)):
        with pytest.raises(RuntimeError, match="by times made"):
            _changes(sent, made, made.total())


def test_each_mutation_is_sent_twice_and_answered_by_its_change() -> None:
    sent: Counter[str] = Counter()
    found = mutation.exchanges("run", sent)
    (one, answer), (two, _), (three, _) = next(found), next(found), next(found)
    assert one == two != three
    assert sent == {"run-0": 2, "run-1": 1}
    body = orjson.loads(one.partition(b"\r\n\r\n")[2])
    query = body["query"].replace("inStock warehouse { name city }", "")
    answered = orders.Prices().answer(orjson.dumps({**body, "query": query}))
    assert b'"changedBy":"run-0"' in answered
    assert answer is not None
    assert not answer.accepts(answered.partition(b"\r\n\r\n")[2])  # without the stock


@asynccontextmanager
async def _served(subgraph: Subgraph) -> AsyncIterator[int]:
    loop = asyncio.get_running_loop()
    make = lambda: Connection({"/x": subgraph}, {}, Used())  # noqa: E731 - a factory
    server = await loop.create_server(make, "127.0.0.1", 0)
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        server.close()


class _Late(slow.Slow):
    delay = 0.05


_ASKING = post("/x", orjson.dumps({"query": slow.QUERY}))


async def test_an_even_load_counts_from_when_a_request_was_due() -> None:
    """With the loop stopped for 100 ms, requests that were due meanwhile are late by as much."""
    answer = Answer(slow.answer(slow.QUERY))
    async with _served(_Late()) as port:
        loop = asyncio.get_running_loop()
        loop.call_later(0.15, time.sleep, 0.1)
        load = await run_paced(port, _ASKING, answer, rate=200, seconds=0.4, connections=2)
    assert (load.answers, load.wrong) == (80, 0)
    assert load.percentile(0) >= 45
    assert 130 <= load.percentile(1) < 400
    late = sum(taken > 0.08 for taken in load.latencies)
    assert late >= 12  # some 14 were due in the first 70 ms of the pause
    assert load.extra["open at most"] >= 10


async def test_a_burst_finds_wrong_answers() -> None:
    wrong = Answer({"data": {"report": None}})
    async with _served(_Late()) as port:
        load = await run_burst(port, _ASKING, wrong, count=5, times=2)
    assert (load.answers, load.wrong) == (10, 10)
    assert "status 200" in load.fault


class _Wire:
    """A transport that keeps what is written."""

    def __init__(self) -> None:
        self.written = b""

    def write(self, data: bytes) -> None:
        self.written += data


def _listener(kind: type[Listener], hearing: Hearing) -> Listener:
    listener = kind(hearing, Known(), b"", lambda _: None)
    listener.transport = _Wire()  # type: ignore[assignment]
    return listener


def _payload(number: int) -> bytes:
    return orjson.dumps(expected(number, f"{number * 5:020}"))


def _sse(numbers: range) -> bytes:
    head = (
        b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n"
    )
    events = [b": beat\n\n", *(b"event: next\ndata: %b\n\n" % _payload(n) for n in numbers)]
    return head + b"".join(b"%x\r\n%b\r\n" % (len(each), each) for each in events)


def _websocket(numbers: range) -> bytes:
    messages = [b'{"id":"1","type":"next","payload":%b}' % _payload(n) for n in numbers]
    frames = [frame(TEXT, each) for each in (b'{"type":"connection_ack"}', *messages)]
    return b"HTTP/1.1 101 Switching Protocols\r\n\r\n" + frame(PING, b"p") + b"".join(frames)


@pytest.mark.parametrize(("kind", "wire"), [(SseListener, _sse), (WebSocketListener, _websocket)])
def test_listeners_hear_every_event_however_it_is_cut(
    kind: type[Listener], wire: Callable[[range], bytes]
) -> None:
    chosen = random.Random(8)
    for _ in range(30):
        hearing = Hearing(expected, counting=True)
        listener = _listener(kind, hearing)
        data = wire(range(12))
        while data:
            size = chosen.choice([1, 7, 150, 400, 3000])
            listener.data_received(data[:size])
            data = data[size:]
        assert (hearing.fault, hearing.messages, listener.last) == ("", 12, 11)
        assert [event.sent_at for event in hearing.events.values()] == [n * 5 for n in range(12)]


@pytest.mark.parametrize(("kind", "wire"), [(SseListener, _sse), (WebSocketListener, _websocket)])
def test_listeners_notice_what_is_lost_or_wrong(
    kind: type[Listener], wire: Callable[[range], bytes]
) -> None:
    hearing = Hearing(expected, counting=True)
    whole, missing = wire(range(3)), wire(range(2))
    listener = _listener(kind, hearing)
    listener.data_received(whole)
    listener.data_received(wire(range(4, 5))[len(wire(range(0))) :])
    assert "event 4 after event 2" in hearing.fault
    hearing = Hearing(expected)
    _listener(kind, hearing).data_received(missing.replace(b'"City', b'"Town', 1))
    assert "a wrong event" in hearing.fault


def test_a_message_known_from_one_client_is_counted_for_the_others() -> None:
    hearing = Hearing(expected, counting=True)
    one, other = _listener(SseListener, hearing), _listener(SseListener, hearing)
    other.known = one.known
    for listener in (one, other):
        listener.data_received(_sse(range(2)))
    assert len(one.known.numbers) == 2
    assert hearing.events[1] == Event(5, 2, hearing.events[1].last_at)


def test_events_have_one_length() -> None:
    """What listeners compare as bytes relies on it."""
    texts = [feed.upc_of(number) for number in range(1000)]
    assert {len(text) for text in texts} == {2}
    assert len(set(texts)) == feed.PRODUCTS
