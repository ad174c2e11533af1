"""Serving: coded errors only, nothing internal leaves, injection finds no way in."""

from __future__ import annotations

import logging
from typing import Any

import pytest
from opentelemetry import trace
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from resolvers.database.errors import DatabaseError
from resolvers.database.pool import Database
from resolvers.reference.load import load_reference
from schema.serving import SubgraphServer, UnknownSubgraph
from tests.schema.world import LASER, Asker, CountingQueries


class Broken:
    """Queries that always fail the same way."""

    def __init__(self, error: Exception) -> None:
        self._error = error

    async def fetch(self, name: str, sql: str, *args: object) -> Any:
        raise self._error

    fetchrow = fetchval = execute = executemany = fetch


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ("{ patent(", "GRAPHQL_PARSE_FAILED"),
        ("{ nope }", "GRAPHQL_VALIDATION_FAILED"),
        ("query A { __typename } query B { __typename }", "BAD_REQUEST"),
        ('{ patent(applicationNumber: "1") { title } }', "BAD_IDENTIFIER"),
        ("{ patent(applicationNumber: 1) { title } }", "BAD_IDENTIFIER"),
        ('{ patents(filter: { filedFrom: "2020-13-01" }) { totalCount } }', "BAD_USER_INPUT"),
        ('{ patents(filter: { filedFrom: "1 May 2020" }) { totalCount } }', "BAD_USER_INPUT"),
        ("{ patents(first: 0) { totalCount } }", "INVALID_PAGE_SIZE"),
        ("{ patents(first: 101) { totalCount } }", "INVALID_PAGE_SIZE"),
        ('{ patents(after: "abc") { totalCount } }', "INVALID_CURSOR"),
        (
            '{ patents(filter: { titleContains: "%s" }) { totalCount } }' % ("a" * 101),
            "BAD_USER_INPUT",
        ),
    ],
)
async def test_bad_input_is_refused_with_a_code(patents: Asker, query: str, code: str) -> None:
    response = await patents.response(query)
    assert [error["extensions"]["code"] for error in response["errors"]] == [code]
    assert code == "BAD_REQUEST" or response["errors"][0]["locations"]
    assert not patents.statements


async def test_bad_variable(patents: Asker) -> None:
    query = "query ($n: ApplicationNumber!) { patent(applicationNumber: $n) { title } }"
    response = await patents.response(query, n="CN2020290000015")
    [error] = response["errors"]
    assert "data" not in response
    assert error["extensions"] == {
        "code": "BAD_IDENTIFIER",
        "issues": ["APPNO_CHECK"],
        "expected": "4",
    }
    assert await patents.codes(query) == ["BAD_USER_INPUT"]


@pytest.mark.parametrize(
    "text", ["'; drop table patents.patent; --", '" or 1=1', "$1", "{}", "\\", "%", "_", "\u0000"]
)
async def test_texts_are_only_data(patents: Asker, text: str) -> None:
    query = """query ($t: String!) { patents(filter: { titleContains: $t, holderNameContains: $t })
                 { totalCount nodes { title } } }"""
    response = await patents.response(query, t=text)
    if text == "\u0000":
        assert response["errors"][0]["extensions"]["code"] == "BAD_USER_INPUT"
    else:
        assert response["data"]["patents"]["totalCount"] == 0
    whole = await patents.data("{ patents { totalCount } }")
    assert whole["patents"]["totalCount"] == 4


async def test_an_internal_error_is_masked_and_logged(caplog: pytest.LogCaptureFixture) -> None:
    server = SubgraphServer(Broken(ValueError("password=secret")))
    with caplog.at_level(logging.ERROR):
        response = await server.execute(
            "patents", '{ patent(applicationNumber: "%s") { title } }' % LASER
        )
    [error] = response["errors"]
    assert response["data"] == {"patent": None}
    assert error["extensions"] == {"code": "INTERNAL_SERVER_ERROR"}
    assert "secret" not in str(response)
    reference = error["message"].rsplit(" ", 1)[1]
    assert any(reference in record.getMessage() for record in caplog.records)
    assert "secret" in caplog.text


async def test_a_lost_database_is_said_without_its_address(
    caplog: pytest.LogCaptureFixture,
) -> None:
    server = SubgraphServer(Broken(DatabaseError("DATABASE_UNAVAILABLE", "PostgreSQL at db1:5432")))
    with caplog.at_level(logging.ERROR):
        response = await server.execute("reference", '{ region(code: "440000") { name } }')
    [error] = response["errors"]
    assert error["extensions"] == {"code": "DATABASE_UNAVAILABLE"}
    assert "db1" not in error["message"]
    assert "db1" in caplog.text


async def test_unknown_subgraph_and_long_document(world: Database) -> None:
    server = SubgraphServer(world)
    with pytest.raises(UnknownSubgraph, match="there are reference, patents, platforms"):
        await server.execute("nope", "{ __typename }")
    response = await server.execute("patents", "#" * 300_000)
    assert response["errors"][0]["extensions"]["code"] == "BAD_USER_INPUT"


async def test_operations_are_chosen_by_name(world: Database) -> None:
    server = SubgraphServer(world)
    query = "query A { a: __typename } query B { b: __typename }"
    assert await server.execute("patents", query, None, "B") == {"data": {"b": "Query"}}


async def test_one_span_per_operation_and_statement(
    world: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    exporter = InMemorySpanExporter()
    provider = TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    monkeypatch.setattr(trace, "get_tracer_provider", lambda: provider)
    query = "query List { patents { nodes { title kind currentHolders { name } } } }"
    await SubgraphServer(world).execute("patents", query, None, "List")
    spans = {span.name: span for span in exporter.get_finished_spans()}
    assert set(spans) == {"subgraph patents", "sql patents.patent_page", "sql patents.parties"}
    operation = spans["subgraph patents"]
    assert dict(operation.attributes or {}) == {
        "graphql.operation.name": "List",
        "hub.subgraph.errors": 0,
    }
    assert all(
        span.parent is not None and span.parent.span_id == operation.context.span_id
        for name, span in spans.items()
        if name.startswith("sql")
    )


async def test_objects_cannot_multiply_without_bound(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Children of parents of children need no further statement, so loads are counted."""
    await load_reference(database)
    monkeypatch.setattr("schema.serving.MOST_LOADS", 2_000)
    nested = "code"
    for _ in range(6):
        nested = "children { parent { %s } }" % nested
    queries = CountingQueries(database)
    response = await SubgraphServer(queries).execute(
        "reference", '{ region(code: "000000") { %s } office(code: "CN") { nameZh } }' % nested
    )
    [error] = response["errors"]
    assert error["extensions"]["code"] == "QUERY_TOO_COMPLEX"
    assert error["locations"]
    assert response["data"]["office"] == {"nameZh": "中国"}
    assert sum(queries.statements.values()) < 10
    plain = await SubgraphServer(database).execute("reference", '{ region(code: "44") { code } }')
    assert plain == {"data": {"region": {"code": "440000"}}}
