"""The stages of a request that are not GraphQL over HTTP itself."""

from __future__ import annotations

import asyncio
import logging

import msgspec
import pytest

from federation.config.load import parse_config
from federation.server.settings.engine import EngineSettings, for_development
from federation.server.settings.limits import Limits
from tests.federation.server.harness import Client, engine

RESPONSE = {"accept": "application/graphql-response+json"}


def settings(text: str) -> EngineSettings:
    return parse_config(text, EngineSettings, source="hub.yaml", environment={"KEY": "k1"})


async def test_a_query_is_planned_once_and_executed_each_time() -> None:
    async with engine() as client:
        for _ in range(3):
            reply = await client.post("{ hello }")
            assert reply.json == {"data": {"hello": "Hello world"}}
        assert len(client.subgraph.calls) == 3
        pipeline = client.app._engine_of[0]
        assert len(pipeline.live.current.views.whole.documents) == 1


async def test_new_documents_at_once_are_prepared_once() -> None:
    async with engine() as client:
        replies = await asyncio.gather(*(client.post("{ hello }") for _ in range(20)))
        assert {reply.body for reply in replies} == {b'{"data":{"hello":"Hello world"}}'}
        # Equal calls in flight are shared.
        assert len(client.subgraph.calls) < 20


async def test_security_headers() -> None:
    async with engine() as client:
        reply = await client.post("{ hello }")
        assert reply.headers["x-content-type-options"] == "nosniff"
        assert reply.headers["x-frame-options"] == "DENY"
        assert "no-store" in reply.headers["cache-control"]
        assert "server" not in reply.headers


async def test_subgraph_errors_are_redacted_unless_included() -> None:
    async with engine() as client:
        reply = await client.post("{ secret hello }")
        assert reply.status == 200
        assert reply.json["data"] == {"secret": None, "hello": "Hello world"}
        assert reply.json["errors"][0]["path"] == ["secret"]
        assert b"hunter2" not in reply.body
    async with engine(settings("include_subgraph_errors: {subgraphs: {demo: true}}")) as client:
        reply = await client.post("{ secret }")
        assert "hunter2" in reply.json["errors"][0]["message"]


async def test_internal_errors_are_masked_and_logged_with_an_id(
    caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with engine() as client:

        def fail(*args: object, **kwargs: object) -> object:
            raise RuntimeError("/etc/secret-path")

        schema = client.app._engine_of[0].live.current.schema
        monkeypatch.setattr(type(schema.planner), "plan", fail)
        with caplog.at_level(logging.ERROR, "federation.server"):
            reply = await client.post("{ hello }")
        assert (reply.status, reply.code) == (500, "INTERNAL_SERVER_ERROR")
        assert b"secret-path" not in reply.body
        error_id = reply.json["errors"][0]["extensions"]["errorId"]
        assert error_id in reply.json["errors"][0]["message"]
        assert error_id in caplog.text
        assert "secret-path" in caplog.text
        monkeypatch.undo()
        # A bug while preparing is not remembered.
        reply = await client.post("{ hello }")
        assert reply.status == 200


async def test_a_slow_subgraph_costs_its_own_fields_only() -> None:
    text = "traffic_shaping: {all: {timeout: 100ms}}"
    async with engine(settings(text)) as client:
        reply = await client.post("{ slow(milliseconds: 5000) __typename }")
        assert reply.status == 200
        assert reply.json["data"] == {"slow": None, "__typename": "Query"}
        assert reply.code == "GATEWAY_TIMEOUT"


async def test_too_many_new_documents_are_turned_away() -> None:
    text = "supergraph: {query_planning: {max_queued: 1}}"
    async with engine(settings(text)) as client:
        replies = await asyncio.gather(
            *(client.post("{ hello }" + " " * n, headers=RESPONSE) for n in range(4))
        )
        statuses = sorted(reply.status for reply in replies)
        assert statuses == [200, 503, 503, 503]
        assert {r.code for r in replies if r.status == 503} == {"REQUEST_CONCURRENCY_LIMITED"}


async def test_header_rules() -> None:
    text = """
    headers:
      all:
        request:
          - propagate: {matching: "^x-org-.*"}
          - propagate: {named: Authorization, rename: X-Caller}
          - propagate: {named: x-tenant, default: none}
      subgraphs:
        demo:
          request:
            - remove: {named: X-Org-Internal}
            - insert: {name: X-Api-Key, value: "${env.KEY}"}
    """
    async with engine(settings(text)) as client:
        await client.post(
            "{ hello }",
            headers={
                "X-Org-Id": "42",
                "X-Org-Internal": "1",
                "Authorization": "Bearer t",
                "Cookie": "c",
            },
        )
        (sent,) = client.subgraph.headers
        assert dict(sent) == {
            "x-org-id": "42",
            "x-caller": "Bearer t",
            "x-tenant": "none",
            "x-api-key": "k1",
        }


async def test_without_rules_subgraphs_see_no_client_header() -> None:
    async with engine() as client:
        await client.post("{ hello }", headers={"Authorization": "Bearer t"})
        (sent,) = client.subgraph.headers
        assert dict(sent) == {}


async def test_a_pattern_never_passes_on_what_belongs_to_the_connection() -> None:
    text = 'headers: {all: {request: [{propagate: {matching: ".*"}}]}}'
    async with engine(settings(text)) as client:
        await client.post(
            "{ hello }", headers={"Host": "a", "Content-Length": "20", "TE": "x", "X-A": "1"}
        )
        (sent,) = client.subgraph.headers
        assert dict(sent) == {"x-a": "1"}


@pytest.mark.parametrize("header", ["apollo-require-preflight", "x-apollo-operation-name"])
async def test_csrf_headers_let_simple_requests_pass(header: str) -> None:
    async with engine() as client:
        reply = await client.request(
            "GET", "/graphql", query_string="query={hello}", headers={header: "x"}
        )
        assert reply.status == 200
        reply = await client.request("GET", "/graphql", query_string="query={hello}")
        assert (reply.status, reply.code) == (400, "CSRF_ERROR")


async def test_csrf_prevention_can_be_turned_off() -> None:
    async with engine(settings("csrf: {unsafe_disabled: true}")) as client:
        reply = await client.request("GET", "/graphql", query_string="query={hello}")
        assert reply.status == 200


async def preflight(client: Client, origin: str) -> dict[str, str]:
    reply = await client.request(
        "OPTIONS",
        "/graphql",
        headers={
            "origin": origin,
            "access-control-request-method": "POST",
            "access-control-request-headers": "content-type",
        },
    )
    assert reply.status == 204
    return reply.headers


async def test_cors_is_closed_by_default() -> None:
    async with engine() as client:
        assert "access-control-allow-origin" not in await preflight(client, "https://a.example")
        reply = await client.post("{ hello }", headers={"origin": "https://a.example"})
        assert "access-control-allow-origin" not in reply.headers


async def test_cors_policies() -> None:
    text = """
    cors:
      policies:
        - {origins: [https://a.example], allow_credentials: true, expose_headers: [x-cost]}
        - {match_origins: ['https://.*\\.b\\.example'], max_age: 1m}
    """
    async with engine(settings(text)) as client:
        granted = await preflight(client, "https://a.example")
        assert granted["access-control-allow-origin"] == "https://a.example"
        assert granted["access-control-allow-credentials"] == "true"
        assert granted["access-control-allow-headers"] == "content-type"
        assert granted["access-control-allow-methods"] == "GET, POST, OPTIONS"
        granted = await preflight(client, "https://x.b.example")
        assert granted["access-control-max-age"] == "60"
        assert "access-control-allow-credentials" not in granted
        for stranger in ("https://a.example.evil", "https://evil.example", "null"):
            assert "access-control-allow-origin" not in await preflight(client, stranger)
        reply = await client.post("{ hello }", headers={"origin": "https://a.example"})
        assert reply.headers["access-control-allow-origin"] == "https://a.example"
        assert reply.headers["access-control-expose-headers"] == "x-cost"
        assert "origin" in reply.headers["vary"]


async def test_introspection() -> None:
    async with engine(settings("supergraph: {introspection: true}")) as client:
        query = """query($deep: Boolean! = false) {
            hello
            ...F @include(if: true)
            t: __type(name: "Tree") { name fields @include(if: $deep) { name } }
        }
        fragment F on Query { __schema { queryType { name } } }"""
        shallow = (await client.post(query)).json
        assert shallow == {
            "data": {
                "hello": "Hello world",
                "__schema": {"queryType": {"name": "Query"}},
                "t": {"name": "Tree"},
            }
        }
        deep = (await client.post(query, variables={"deep": True})).json
        assert deep["data"]["t"]["fields"] == [{"name": "name"}, {"name": "child"}]
        types = (await client.post("{ __schema { types { name } } }")).json
        names = {entry["name"] for entry in types["data"]["__schema"]["types"]}
        assert "Tree" in names
        assert not any(name.startswith(("join__", "link__")) for name in names)


async def test_the_plan_is_shown_only_where_enabled() -> None:
    apollo = {"Apollo-Expose-Query-Plan": "true"}
    async with engine() as client:
        assert "extensions" not in (await client.post("{ hello }", headers=apollo)).json
    async with engine(for_development(EngineSettings())) as client:
        reply = (await client.post("{ hello }", headers=apollo)).json
        assert reply["data"] == {"hello": "Hello world"}
        plan = reply["extensions"]["apolloQueryPlan"]
        assert plan["object"]["kind"] == "QueryPlan"
        assert plan["object"]["node"]["kind"] == "Fetch"
        assert plan["text"].startswith("QueryPlan {")
        dry = {"hive-expose-query-plan": "dry-run"}
        reply = (await client.post("{ hello }", headers=dry)).json
        assert reply["data"] is None
        assert reply["extensions"]["queryPlan"]["kind"] == "QueryPlan"
        assert len(client.subgraph.calls) == 1
        assert "extensions" not in (await client.post("{ hello }")).json


async def test_default_limits_let_the_longest_introspection_query_pass() -> None:
    from graphql import get_introspection_query

    async with engine(for_development(EngineSettings())) as client:
        query = get_introspection_query(
            specified_by_url=True, directive_is_repeatable=True, input_value_deprecation=True
        )
        reply = await client.post(query)
        assert "errors" not in reply.json
    assert msgspec.structs.asdict(Limits())["max_depth"] >= 15
