"""`extensions.propagate`: what subgraphs say in their extensions reaches clients, by name only."""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator, Mapping
from typing import Any

import pytest

from federation.composition import compose
from federation.composition.result import Composed, SubgraphSource
from federation.config.errors import ConfigError
from federation.config.load import parse_config
from federation.execution.transport import SubgraphRequest, SubgraphResponse
from federation.execution.transports.reading import read_response
from federation.server.app import Application, build_app
from federation.server.settings.engine import EngineSettings
from tests.federation.server.harness import Client, running
from tests.federation.server.stream_harness import HttpStream
from tests.federation.server.test_defer import ask

_LINK = 'extend schema @link(url: "https://specs.apollo.dev/federation/v2.4", import: ["@key"])\n'
FAST = _LINK + (
    "type Query { items: [Item!]! version: Int }\n"
    "type Subscription { changed: Item }\n"
    'type Item @key(fields: "id") { id: ID! title: String }\n'
)
SLOW = _LINK + 'type Item @key(fields: "id") { id: ID! stock: Int }\n'
ON = "extensions: {propagate: [seen]}\n"
FORWARD = 'headers: {all: {request: [{propagate: {named: "who"}}]}}\n'


class Subgraphs:
    """Each response says which subgraph and which caller it was for, and something internal."""

    def __init__(self) -> None:
        self.calls = 0
        self.errors: list[Any] = []
        self.delays = {"fast": 0.0, "slow": 0.0}

    def said(self, name: str, headers: Mapping[str, str]) -> dict[str, Any]:
        who = headers.get("who", "nobody")
        return {"seen": [{"subgraph": name}, {"who": who}], "internal": {"host": "10.0.0.1"}}

    async def fast(
        self,
        query: str,
        variables: dict[str, Any],
        operation_name: str | None,
        headers: Mapping[str, str],
    ) -> Mapping[str, Any]:
        self.calls += 1
        await asyncio.sleep(self.delays["fast"])
        items = [{"__typename": "Item", "id": i, "title": f"T{i}"} for i in ("1", "2")]
        data: dict[str, Any] = {}
        if "items" in query:
            data["items"] = items
        if "version" in query:
            data["version"] = 7
        return {"data": data, "extensions": self.said("fast", headers)}

    async def slow(
        self,
        query: str,
        variables: dict[str, Any],
        operation_name: str | None,
        headers: Mapping[str, str],
    ) -> Mapping[str, Any]:
        self.calls += 1
        await asyncio.sleep(self.delays["slow"])
        (representations,) = variables.values()
        answer: dict[str, Any] = {"data": {"_entities": [{"stock": 3} for _ in representations]}}
        if self.errors:
            answer = {"data": {"_entities": None}, "errors": self.errors}
        return {**answer, "extensions": self.said("slow", headers)}

    async def events(
        self,
        query: str,
        variables: dict[str, Any],
        operation_name: str | None,
        headers: Mapping[str, str],
    ) -> AsyncIterator[Mapping[str, Any]]:
        for number in (1, 2):
            item = {"__typename": "Item", "id": str(number), "title": "T"}
            yield {"data": {"changed": item}, "extensions": {"seen": [{"event": number}], "x": 1}}


@contextlib.asynccontextmanager
async def hub(text: str = ON) -> AsyncIterator[tuple[Application, Subgraphs]]:
    composed = compose(
        [
            SubgraphSource("fast", "http://127.0.0.1:1/", FAST),
            SubgraphSource("slow", "http://127.0.0.1:1/", SLOW),
        ]
    )
    assert isinstance(composed, Composed), composed
    subgraphs = Subgraphs()

    async def source() -> str:
        return composed.supergraph_sdl

    app = build_app(
        parse_config(text, EngineSettings, source="hub.yaml", environment={}),
        source,
        local={"fast": subgraphs.fast, "slow": subgraphs.slow},
        local_streams={"fast": subgraphs.events},
    )
    async with running(app):
        yield app, subgraphs


BOTH = "{ items { title stock } }"
SEEN = [{"subgraph": "fast"}, {"who": "nobody"}, {"subgraph": "slow"}]


async def test_off_by_default() -> None:
    async with hub("{}") as (app, _):
        assert (await Client(app).post(BOTH)).json.keys() == {"data"}


async def test_named_extensions_of_all_calls_and_no_others() -> None:
    async with hub() as (app, _):
        reply = (await Client(app).post(BOTH)).json
        assert reply["extensions"] == {"seen": SEEN}
        assert reply["data"]["items"][0] == {"title": "T1", "stock": 3}


async def test_a_failed_call_may_say_something_too() -> None:
    async with hub() as (app, subgraphs):
        subgraphs.errors = [{"message": "no", "extensions": {"code": "NO"}}]
        reply = (await Client(app).post(BOTH)).json
        assert reply["errors"]
        assert reply["extensions"] == {"seen": SEEN}


async def test_the_order_is_that_of_the_plan_not_of_arrival() -> None:
    query = "{ version items { stock } }"
    bodies = set()
    async with hub() as (app, subgraphs):
        for fast, slow in ((0.0, 0.02), (0.02, 0.0)):
            subgraphs.delays = {"fast": fast, "slow": slow}
            bodies.add((await Client(app).post(query)).body)
    assert len(bodies) == 1


async def test_shared_work_carries_them_and_callers_stay_apart() -> None:
    async with hub(ON + FORWARD) as (app, subgraphs):
        client = Client(app)
        await client.post(BOTH)
        subgraphs.calls, subgraphs.delays = 0, {"fast": 0.05, "slow": 0.0}
        callers = ["a", "a", "a", "b"]
        replies = await asyncio.gather(
            *(client.post(BOTH, headers={"who": caller}) for caller in callers)
        )
        assert subgraphs.calls == 4  # two for a, two for b
        for caller, reply in zip(callers, replies, strict=True):
            seen = reply.json["extensions"]["seen"]
            assert seen == [{"subgraph": "fast"}, {"who": caller}, {"subgraph": "slow"}]


async def test_shared_calls_of_different_operations_carry_them() -> None:
    async with hub() as (app, subgraphs):
        client = Client(app)
        first, second = "{ items { title } }", "query Other { items { title } }"
        for query in (first, second):
            await client.post(query)
        subgraphs.delays = {"fast": 0.05, "slow": 0.0}
        replies = await asyncio.gather(*(client.post(first) for _ in range(3)), client.post(second))
        assert {reply.body for reply in replies} == {replies[0].body}
        assert replies[0].json["extensions"] == {"seen": SEEN[:2]}


async def test_deferred_parts_bring_those_of_their_own_calls() -> None:
    async with hub() as (app, _):
        first, second = await ask(app, "{ items { title ... @defer { stock } } }")
        assert first["extensions"] == {"seen": SEEN[:2]}
        assert second["extensions"] == {"seen": [SEEN[2], SEEN[1]]}
        assert second["incremental"][0]["data"] == {"stock": 3}
    async with hub("{}") as (app, _):
        for payload in await ask(app, "{ items { title ... @defer { stock } } }"):
            assert "extensions" not in payload


async def test_each_event_brings_its_own() -> None:
    stream_type = {"accept": 'multipart/mixed;subscriptionSpec="1.0", application/json'}
    async with hub() as (app, _):
        stream = HttpStream(app, {"query": "subscription { changed { id stock } }"}, stream_type)
        await stream.head()
        pieces = (await stream.read_all()).split(b"--graphql")
        answers = [json.loads(p.split(b"\r\n\r\n", 1)[1]) for p in pieces if b"payload" in p]
        found = [answer["payload"]["extensions"] for answer in answers if answer.get("payload")]
    rest = [{"subgraph": "slow"}, {"who": "nobody"}]
    assert found == [{"seen": [{"event": 1}, *rest]}, {"seen": [{"event": 2}, *rest]}]


class Wire:
    """A transport that reads bytes, as those over HTTP do. Keeps what became of them."""

    def __init__(self, body: bytes) -> None:
        self._body = body
        self.responses: list[SubgraphResponse] = []

    async def send(self, request: SubgraphRequest) -> SubgraphResponse:
        response = read_response(
            self._body, 200, request.subgraph, request.whole, extensions=request.extensions
        )
        self.responses.append(response)
        return response

    async def close(self) -> None: ...


@pytest.mark.parametrize("text", [ON, "{}"])
async def test_answers_that_pass_through_keep_their_bytes(text: str) -> None:
    body = b'{"data":{"version": 7 },"extensions":{"seen":[1],"internal":2}}'
    async with hub(text) as (app, _):
        (engine,) = app._engine_of
        wire = Wire(body)
        snapshot = engine.live.current
        assert snapshot is not None
        snapshot.transports = {**snapshot.transports, "fast": wire}
        reply = await Client(app).post("{ version }")
    assert wire.responses[0].raw == b'{"data":{"version": 7 }}'
    told = b',"extensions":{"seen":[1]}' if text == ON else b""
    assert reply.body == b'{"data":{"version": 7 }' + told + b"}"


@pytest.mark.parametrize("name", ["queryPlan", "truncated", "", "a b"])
def test_names_that_cannot_be_passed_on_are_refused(name: str) -> None:
    text = f"extensions: {{propagate: [{json.dumps(name)}]}}"
    with pytest.raises(ConfigError):
        parse_config(text, EngineSettings, source="hub.yaml", environment={})
