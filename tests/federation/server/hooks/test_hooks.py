"""The five points: when each is called, what it may do, and what becomes of its mistakes."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from typing import Any

import pytest

from federation.config.load import parse_config
from federation.errors import FederationError
from federation.server.app import Surroundings
from federation.server.callers.identity import NOBODY, ClientIdentity
from federation.server.engine import Engine
from federation.server.hooks import Call, Operation, RequestError
from federation.server.settings.engine import EngineSettings
from federation.server.wire.request import HttpRequest
from tests.federation.server.harness import SUPERGRAPH, Client, engine
from tests.federation.server.hooks import sample
from tests.federation.server.stream_harness import HttpStream, hub

HOOK = "hooks: [{use: 'tests.federation.server.hooks.sample:%s'}]"

Script = dict[str, Callable[..., Any]]


@pytest.fixture
def script() -> Iterator[Script]:
    """What the hook does; filled in by the test."""
    sample.Scripted.script, sample.Scripted.told = {}, []
    yield sample.Scripted.script
    sample.Scripted.script, sample.Scripted.told = {}, []


def told() -> list[str]:
    return [name for name, _ in sample.Scripted.told]


class Organizations:
    """Who one says one is, for tests."""

    reserved = frozenset({"x-signed"})

    def identify(self, http: HttpRequest, claims: Any) -> ClientIdentity:
        name = http.header(b"x-organization")
        if name is None:
            return NOBODY
        text = name.decode()
        return ClientIdentity(text, lambda: {"x-signed": text}, organization=text)


@asynccontextmanager
async def hooked(
    name: str = "Scripted", settings: str = "", engines: list[Engine] | None = None
) -> AsyncIterator[Client]:
    async def keep(started: Engine) -> None:
        if engines is not None:
            engines.append(started)

    around = Surroundings(identifier=Organizations(), companions=[keep])
    read = parse_config(HOOK % name + "\n" + settings, EngineSettings)
    async with engine(read, around) as client:
        yield client


async def test_each_point_is_called_in_its_turn_and_sees_its_part(script: Script) -> None:
    seen: dict[str, Any] = {}

    def on_request(operation: Operation) -> None:
        seen["request"] = (operation.name, operation.type, operation.client.organization)
        operation.notes["mine"] = 1
        operation.add_header("X-Mine", "yes")
        operation.add_extension("early", [1])

    def on_operation(operation: Operation) -> None:
        seen["operation"] = (operation.name, operation.type, operation.notes["mine"])
        seen["document"] = (operation.document, dict(operation.variables), operation.method)

    def on_fetch(call: Call) -> Call:
        seen["call"] = (call.subgraph, call.mutation, b"hello" in call.body)
        return call.with_headers({"X-Added": "1"})

    def on_response(operation: Operation, status: int, errors: int) -> None:
        seen["response"] = (status, errors, operation.notes["mine"])
        operation.add_extension("late", {"deep": 10**20})

    script |= {
        "on_request": on_request,
        "on_operation": on_operation,
        "on_fetch": on_fetch,
        "on_response": on_response,
    }
    async with hooked() as client:
        reply = await client.post(
            "query A($n: String!) { hello(name: $n) }",
            variables={"n": "x"},
            operationName="A",
            headers={"x-organization": "GD"},
        )
        assert reply.status == 200
        assert reply.json == {
            "data": {"hello": "Hello x"},
            "extensions": {"early": [1], "late": {"deep": 10**20}},
        }
        assert reply.headers["x-mine"] == "yes"
        assert int(reply.headers["content-length"]) == len(reply.body)
        assert client.subgraph.headers == [{"x-signed": "GD", "x-added": "1"}]
    assert seen["request"] == ("A", None, "GD")
    assert seen["operation"] == ("A", "query", 1)
    document = ("query A($n: String!) { hello(name: $n) }", {"n": "x"}, "POST")
    assert seen["document"] == document
    assert seen["call"] == ("demo", False, True)
    assert seen["response"] == (200, 0, 1)
    assert told() == ["on_request", "on_operation", "on_fetch", "on_response"]


@pytest.mark.parametrize("point", ["on_request", "on_operation"])
async def test_a_refusal_ends_it_before_any_fetch(script: Script, point: str) -> None:
    def refuse(operation: Operation) -> None:
        operation.add_header("x-why", "rule-7")
        raise RequestError("不行 not so", code="RULE_7", http_status=403)

    script[point] = refuse
    async with hooked() as client:
        reply = await client.post("{ hello }")
        assert (reply.status, reply.code) == (403, "RULE_7")
        assert reply.json["errors"][0]["message"] == "不行 not so"
        assert reply.headers["x-why"] == "rule-7"
        assert client.subgraph.calls == []
    assert told()[-1] == "on_response"
    assert sample.Scripted.told[-1][1][1:] == (403, 1)


@pytest.mark.parametrize("point", ["on_request", "on_operation"])
async def test_other_exceptions_are_masked(
    script: Script, point: str, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(operation: Operation) -> None:
        raise KeyError("password-of-the-database")

    script[point] = fail
    async with hooked() as client:
        reply = await client.post("{ hello }")
        assert (reply.status, reply.code) == (500, "INTERNAL_SERVER_ERROR")
        assert b"password" not in reply.body
        assert client.subgraph.calls == []
        error_id = reply.json["errors"][0]["message"].rsplit(" ", 1)[1]
    assert any(
        error_id in record.getMessage()
        and f"{point} of the hook tests.federation.server.hooks.sample:Scripted"
        in record.getMessage()
        and record.exc_info is not None
        for record in caplog.records
    )


async def test_a_failing_response_hook_changes_nothing(
    script: Script, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(operation: Operation, status: int, errors: int) -> None:
        raise RequestError("too late")

    script["on_response"] = fail
    async with hooked() as client:
        assert (await client.post("{ hello }")).json == {"data": {"hello": "Hello world"}}
    assert "the answer goes without it" in caplog.text


@pytest.mark.parametrize(
    "does",
    [
        lambda call: None,
        lambda call: call.with_headers({"x": "a\r\nb: c"}),
        lambda call: call.with_headers({"content-length": "0"}),
        lambda call: call.with_headers({"x-signed": "somebody else"}),
        lambda call: 1 / 0,
    ],
)
async def test_a_call_that_a_hook_spoils_is_not_made(
    script: Script, does: Callable[[Call], Any]
) -> None:
    script["on_fetch"] = does
    async with hooked() as client:
        reply = await client.post("{ hello }", headers={"x-organization": "GD"})
        assert reply.json["data"] == {"hello": None}
        assert reply.code == "SUBREQUEST_HOOK_FAILED"
        assert client.subgraph.calls == []


async def test_who_gets_other_headers_gets_an_answer_of_their_own(script: Script) -> None:
    """Equal operations in flight are made once, but not over what a hook told apart."""

    async def at_once(client: Client) -> list[Any]:
        asked = [client.post("{ slow(milliseconds: 30) }") for _ in range(4)]
        return [reply.json for reply in await asyncio.gather(*asked)]

    numbers = iter(range(100))
    script["on_fetch"] = lambda call: call.with_headers({"x-number": str(next(numbers))})
    settings = "traffic_shaping: {router: {deduplicate_query: false}}"
    async with hooked(settings=settings) as client:
        assert await at_once(client) == [{"data": {"slow": 30}}] * 4
        assert len(client.subgraph.calls) == 4
    script["on_fetch"] = lambda call: call.with_headers({"x-number": "1"})
    async with hooked(settings=settings) as client:
        await at_once(client)
        assert len(client.subgraph.calls) == 1


@pytest.mark.parametrize(
    ("name", "value"), [("content-type", "a"), ("x y", "a"), ("x", "a\nb"), ("vary", "x")]
)
async def test_headers_that_are_not_a_hooks_to_say(script: Script, name: str, value: str) -> None:
    script["on_request"] = lambda operation: operation.add_header(name, value)
    async with hooked() as client:
        reply = await client.post("{ hello }")
        assert reply.status == 500
        assert reply.headers["content-type"].startswith("application/json")


async def test_what_waits_ends_with_the_request(caplog: pytest.LogCaptureFixture) -> None:
    sample.Waiting.ended.clear()
    async with hooked("Waiting", "traffic_shaping: {router: {timeout: 50ms}}") as client:
        reply = await client.post("{ hello }")
        assert (reply.status, reply.code) == (504, "GATEWAY_TIMEOUT")
    assert sample.Waiting.ended == ["on_request"]
    async with hooked("WaitingAtTheEnd", "traffic_shaping: {router: {timeout: 50ms}}") as client:
        assert (await client.post("{ hello }")).json == {"data": {"hello": "Hello world"}}
    assert "the answer goes without it" in caplog.text


async def test_a_new_schema_is_told_and_what_changed(script: Script) -> None:
    arrived = asyncio.Event()
    script["on_schema"] = lambda change: arrived.set()
    engines: list[Engine] = []
    async with hooked(engines=engines) as client:
        await client.post("{ hello }")
        assert "on_schema" not in told(), "the first supergraph is no change"
        await engines[0].load(SUPERGRAPH)
        changed = SUPERGRAPH.replace("  secret: String\n", "")
        await engines[0].load(changed)
        await asyncio.wait_for(arrived.wait(), 5)
    changes = [arguments[0] for name, arguments in sample.Scripted.told if name == "on_schema"]
    (change,) = changes
    assert [(one.code, one.coordinate, one.severity) for one in change.changes] == [
        ("FIELD_REMOVED", "Query.secret", "breaking")
    ]
    assert change.subgraphs == ("demo",)
    assert change.added_subgraphs == change.removed_subgraphs == ()
    assert change.old_version != change.new_version


async def test_a_reload_puts_other_hooks_in_place(script: Script) -> None:
    engines: list[Engine] = []
    async with hooked(engines=engines) as client:
        await client.post("{ hello }")
        assert told() == ["on_request", "on_operation", "on_fetch", "on_response"]
        await engines[0].reconfigure(EngineSettings())
        await client.post("{ hello }")
        assert len(told()) == 4
        with pytest.raises(FederationError, match="cannot be made: RuntimeError: no"):
            await engines[0].reconfigure(parse_config(HOOK % "Unmakeable", EngineSettings))
        await engines[0].reconfigure(parse_config(HOOK % "Scripted", EngineSettings))
        await client.post("{ hello }")
        assert len(told()) == 8


async def test_streams_are_asked_about_and_opened_through_hooks(script: Script) -> None:
    script["on_request"] = lambda operation: operation.add_header("x-mine", "1")
    script["on_fetch"] = lambda call: call.with_headers({"x-added": "1"})
    query = {"query": "subscription { priceChanged { price } }"}
    settings = parse_config(HOOK % "Scripted", EngineSettings)
    async with hub(settings) as (app, topic):
        stream = HttpStream(app, query, {"accept": "text/event-stream"})
        await stream.head()
        assert stream.headers["x-mine"] == "1"
        await topic.until_open()
        assert topic.headers[0]["x-added"] == "1"
        await stream.leave()
    assert told() == ["on_request", "on_operation", "on_response", "on_fetch"]


async def test_a_stream_whose_client_leaves_while_a_hook_waits_is_closed() -> None:
    settings = parse_config(HOOK % "WaitingAtTheEnd", EngineSettings)
    query = {"query": "subscription { priceChanged { price } }"}
    async with hub(settings) as (app, topic):
        stream = HttpStream(app, query, {"accept": "text/event-stream"})
        await asyncio.sleep(0.01)
        await stream.leave()
        assert topic.opened == 0
