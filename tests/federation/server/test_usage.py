"""Usage per operation and client: what is told to the sink, and what a failing one costs."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence

import pytest
from graphql import build_schema, parse, validate

from federation.config.load import parse_config
from federation.registry.usage import OperationUsage
from federation.server.app import Surroundings
from federation.server.observing.document_facts import (
    DocumentFacts,
    coordinates_of_values,
    document_facts,
)
from federation.server.settings.engine import EngineSettings
from tests.federation.server.harness import engine

SCHEMA = build_schema(
    """
    enum Kind { A B C }
    input Where { text: String kinds: [Kind!] not: Where }
    interface Node { id: ID }
    type Patent implements Node { id: ID title(kind: Kind, years: [Int!]): String }
    type Query { node(where: Where): Node patents(id: ID, first: Float): [Patent!] }
    """
)


def facts(text: str, name: str | None = None) -> DocumentFacts:
    document = parse(text)
    assert not validate(SCHEMA, document)
    operations = [node for node in document.definitions if node.kind == "operation_definition"]
    chosen = (
        operations[0]
        if name is None
        else next(
            node
            for node in operations
            if node.name.value == name  # type: ignore[attr-defined]
        )
    )
    return document_facts(SCHEMA, document, chosen)  # type: ignore[arg-type]


def test_coordinates_of_a_document() -> None:
    found = facts(
        """
        query One($k: Kind = B) {
          node(where: {text: "x", not: {kinds: [A]}}) {
            __typename id
            ... on Patent { t: title(kind: $k, years: [1]) }
            ...F @include(if: true)
          }
        }
        fragment F on Patent { title(kind: C) }
        query Two { patents(id: "1") { id } }
        """,
        "One",
    )
    assert found.coordinates == {
        "Query.node", "Query.node(where:)", "Where.text", "Where.not", "Where.kinds", "Kind.A",
        "Node.id", "Patent", "Patent.title", "Patent.title(kind:)", "Patent.title(years:)",
        "Kind", "Kind.B", "Kind.C",
    }  # fmt: skip
    assert (found.name, found.kind) == ("One", "query")


@pytest.mark.parametrize(
    "other",
    [
        '{ a: patents(id: "330102199001011234", first: 99.5) { id } }',
        '{ u330102: patents(id: """other""", first: -1e9) { id } }',
    ],
)
def test_no_value_is_in_the_text_and_values_do_not_matter(other: str) -> None:
    one = facts('{ x: patents(id: "1", first: 2.5) { id } }')
    assert facts(other).signature == one.signature
    assert one.text == '{\n  a1: patents(id: "", first: 0.0) {\n    id\n  }\n}'


def test_the_text_is_valid_and_has_the_same_coordinates() -> None:
    found = facts(
        'query Q($w: Where = {text: "s", kinds: [A, A, B]}) {'
        " node(where: $w) { ... on Patent { a: title(years: [1, 2, 3]) b: title(kind: A) } } }"
    )
    again = facts(found.text)
    assert again.coordinates == found.coordinates
    assert again.signature == found.signature
    assert "[0]" in found.text


def test_values_of_variables_name_inputs_and_enums() -> None:
    inputs = facts(
        "query ($w: Where, $k: [Kind!]) {"
        " node(where: $w) { id } other: node(where: {kinds: $k}) { id } }"
    ).inputs
    values = {"w": {"not": {"text": "secret", "kinds": ["A"]}}, "k": ["B"], "z": {"text": 1}}
    assert coordinates_of_values(inputs, values) == {
        "Where.not", "Where.text", "Where.kinds", "Kind.A", "Kind.B",
    }  # fmt: skip
    assert coordinates_of_values(inputs, {"k": ["A"] * 1_000_000}) == {"Kind.A"}


class Sink:
    def __init__(self) -> None:
        self.batches: list[Sequence[OperationUsage]] = []
        self.fail: Exception | None = None

    async def record_usage(self, batch: Sequence[OperationUsage]) -> None:
        if self.fail is not None:
            raise self.fail
        self.batches.append(batch)

    def told(self) -> list[OperationUsage]:
        return [usage for batch in self.batches for usage in batch]


def settings(text: str = "interval: 100ms") -> EngineSettings:
    return parse_config(f"telemetry: {{usage: {{{text}}}}}", EngineSettings)


async def test_counts_per_operation_and_client_are_handed_on() -> None:
    sink = Sink()
    async with engine(settings(), Surroundings(usage_sink=sink)) as client:
        web = {"apollographql-client-name": "web", "apollographql-client-version": "1"}
        for name in ("a", "b", "c"):
            await client.post(f'query G {{ hello(name: "{name}") }}', headers=web)
        await client.post('query G { hello(name: "d") }')
        await client.post("query S { secret }", headers=web)
        await client.post("{ nope }", headers=web)
        where = {"where": {"text": "secret text"}}
        await client.post("query W($where: Where) { search(where: $where) }", variables=where)
        await asyncio.sleep(0.25)
        told = {(usage.name, usage.client_name): usage for usage in sink.told()}
        before = len(sink.batches)
        await client.post("mutation { bump }")
    assert len(sink.batches) == before + 1, "what is left is handed on at the end"
    assert (sink.told()[-1].kind, sink.told()[-1].count) == ("mutation", 1)
    assert set(told) == {("G", "web"), ("G", ""), ("S", "web"), ("W", "")}
    greet = told["G", "web"]
    assert (greet.count, greet.errors, greet.client_version) == (3, 0, "1")
    assert greet.coordinates == {"Query.hello", "Query.hello(name:)"}
    assert greet.hour.minute == greet.hour.second == 0
    assert told["S", "web"].errors == 1
    assert told["W", ""].coordinates >= {"Query.search(where:)", "Where.text", "Where"}
    assert "secret text" not in repr([usage.text for usage in sink.told()])


async def test_a_failing_sink_hurts_no_request_and_loses_nothing(
    caplog: pytest.LogCaptureFixture,
) -> None:
    sink = Sink()
    sink.fail = ConnectionError("password=hunter2")
    async with engine(settings("interval: 20ms"), Surroundings(usage_sink=sink)) as client:
        for _ in range(20):
            reply = await client.post("{ hello }")
            assert reply.status == 200
            await asyncio.sleep(0.01)
        sink.fail = None
    assert sum(usage.count for usage in sink.told()) == 20
    assert "ConnectionError" in caplog.text
    assert "hunter2" not in caplog.text


async def test_what_is_beyond_the_bound_is_counted_as_lost(
    caplog: pytest.LogCaptureFixture,
) -> None:
    sink = Sink()
    text = "interval: 1h, max_records: 3"
    async with engine(settings(text), Surroundings(usage_sink=sink)) as client:
        for number in range(10):
            await client.post("{ hello }", headers={"apollographql-client-name": f"c{number}"})
        await client.post("{ hello }", headers={"apollographql-client-name": "c0"})
    assert sum(usage.count for usage in sink.told()) == 4
    assert "the usage of 7 operations was lost" in caplog.text


async def test_a_sink_that_hangs_does_not_hold_up_the_end() -> None:
    class Hanging(Sink):
        async def record_usage(self, batch: Sequence[OperationUsage]) -> None:
            await asyncio.sleep(3600)

    began = time.monotonic()
    async with engine(settings("interval: 1h"), Surroundings(usage_sink=Hanging())) as client:
        await client.post("{ hello }")
    assert time.monotonic() - began < 8


async def test_off_by_configuration() -> None:
    sink = Sink()
    async with engine(settings("enabled: false"), Surroundings(usage_sink=sink)) as client:
        await client.post("{ hello }")
    assert sink.batches == []
