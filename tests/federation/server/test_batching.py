"""Several operations in one HTTP request."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Mapping
from typing import Any

import pytest

from federation.server.settings.batching import Batching
from federation.server.settings.engine import EngineSettings
from federation.server.wire.batching import merge_headers
from tests.federation.server.harness import Client, Reply, engine

RESPONSE = {"accept": "application/graphql-response+json"}


@pytest.fixture
async def client() -> AsyncIterator[Client]:
    async with engine(EngineSettings(batching=Batching(enabled=True, maximum_size=4))) as running:
        yield running


async def batch(client: Client, *entries: Any, headers: Mapping[str, str] | None = None) -> Reply:
    made = [{"query": entry} if isinstance(entry, str) else entry for entry in entries]
    return await client.post_bytes(json.dumps(made).encode(), headers)


async def test_array_in_array_out(client: Client) -> None:
    reply = await batch(
        client,
        "{ slow(milliseconds: 30) }",
        {"query": "query($n: String!) { hello(name: $n) }", "variables": {"n": "b"}},
        {"query": "query A { __typename } query B { hello }", "operationName": "B"},
    )
    assert (reply.status, reply.headers["content-type"]) == (200, "application/json; charset=utf-8")
    assert reply.headers["content-length"] == str(len(reply.body))
    assert reply.json == [
        {"data": {"slow": 30}},
        {"data": {"hello": "Hello b"}},
        {"data": {"hello": "Hello world"}},
    ]


async def test_one_operation_is_still_an_array(client: Client) -> None:
    assert (await batch(client, "{ hello }")).json == [{"data": {"hello": "Hello world"}}]
    reply = await client.post_bytes(b' \n [{"query":"{hello}"}]')
    assert reply.json == [{"data": {"hello": "Hello world"}}]


async def test_queries_run_side_by_side(client: Client) -> None:
    reply = await batch(client, *["{ slow(milliseconds: 300) }"] * 2, "{ slow(milliseconds: 301) }")
    assert [entry["data"]["slow"] for entry in reply.json] == [300, 300, 301]


async def test_mutations_keep_their_place(client: Client) -> None:
    bump = "mutation { bump }"
    reply = await batch(client, bump, "{ slow(milliseconds: 20) }", bump, bump)
    assert [entry["data"] for entry in reply.json] == [
        {"bump": 1},
        {"slow": 20},
        {"bump": 2},
        {"bump": 3},
    ]
    kinds = [call.lstrip()[:8] for call in client.subgraph.calls]
    assert [kind == "mutation" for kind in kinds] == [True, False, True, True]


async def test_a_hidden_mutation_keeps_its_place(client: Client) -> None:
    body = b'[{"query":"{ slow(milliseconds: 50) }"},{"query":"\\u006dutation { bump }"}]'
    reply = await client.post_bytes(body)
    assert reply.json == [{"data": {"slow": 50}}, {"data": {"bump": 1}}]
    assert client.subgraph.calls[-1].lstrip().startswith("mutation")


async def test_each_fails_for_itself(client: Client) -> None:
    entries = ["{ hello }", "{ nope }", {"query": 1}, [1]]
    reply = await batch(client, *entries)
    assert reply.status == 200
    good, *bad = reply.json
    assert good == {"data": {"hello": "Hello world"}}
    codes = [entry["errors"][0]["extensions"]["code"] for entry in bad]
    assert codes == [
        "GRAPHQL_VALIDATION_FAILED",
        "INVALID_GRAPHQL_REQUEST",
        "INVALID_GRAPHQL_REQUEST",
    ]


async def test_the_status_is_theirs_when_they_agree(client: Client) -> None:
    assert (await batch(client, "{ nope }", "{", headers=RESPONSE)).status == 400
    assert (await batch(client, "{ nope }", "{ hello }", headers=RESPONSE)).status == 200


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        (b"[]", 400, "INVALID_GRAPHQL_REQUEST"),
        (b"[", 400, "INVALID_GRAPHQL_REQUEST"),
        (b'[{"query":"{hello}"},]', 400, "INVALID_GRAPHQL_REQUEST"),
        (b'[{"query":"{hello}"}] x', 400, "INVALID_GRAPHQL_REQUEST"),
        (b"[" * 50_000, 400, "INVALID_GRAPHQL_REQUEST"),
        (b"[1,2,3,4,5]", 422, "BATCH_LIMIT_EXCEEDED"),
    ],
)
async def test_refused_whole(client: Client, body: bytes, status: int, code: str) -> None:
    reply = await client.post_bytes(body)
    assert (reply.status, reply.code) == (status, code)
    assert client.subgraph.calls == []


async def test_streams_are_refused_in_their_place(client: Client) -> None:
    deferred = "{ tree { name ... @defer { child { name } } } }"
    reply = await batch(client, "subscription { ticks }", deferred, "{ hello }")
    codes = [entry.get("errors", [{}])[0].get("extensions", {}).get("code") for entry in reply.json]
    assert codes == [
        "BATCHING_SUBSCRIPTION_UNSUPPORTED",
        "BATCHING_DEFER_UNSUPPORTED",
        None,
    ]
    reply = await batch(client, "{ hello }", headers={"accept": "text/event-stream"})
    assert (reply.status, reply.code) == (406, "INVALID_ACCEPT_HEADER")


async def test_the_same_guards(client: Client) -> None:
    body = b'[{"query":"{hello}"}]'
    reply = await client.post_bytes(body, {"content-type": "text/plain"})
    assert (reply.status, reply.code) == (400, "CSRF_ERROR")
    reply = await client.post_bytes(body, {"content-type": "application/graphql"})
    assert (reply.status, reply.code) == (415, "INVALID_CONTENT_TYPE_HEADER")


async def test_never_by_get(client: Client) -> None:
    reply = await client.get(query='[{"query":"{hello}"}]')
    assert reply.code == "PARSING_ERROR"


async def test_off_by_default() -> None:
    async with engine() as plain:
        reply = await batch(plain, "{ hello }")
        assert (reply.status, reply.code) == (400, "BATCHING_NOT_ENABLED")


def test_headers_are_merged() -> None:
    first = [
        (b"content-length", b"1"),
        (b"vary", b"accept, origin"),
        (b"cache-control", b"max-age=60, public"),
        (b"set-cookie", b"a=1"),
        (b"ratelimit", b"r=9"),
    ]
    second = [
        (b"vary", b"authorization, accept"),
        (b"cache-control", b"private, max-age=90"),
        (b"set-cookie", b"b=2"),
        (b"ratelimit", b"r=8"),
    ]
    own = [(b"content-length", b"7")]
    assert merge_headers(own, [first, second]) == [
        (b"content-length", b"7"),
        (b"ratelimit", b"r=8"),
        (b"set-cookie", b"a=1"),
        (b"set-cookie", b"b=2"),
        (b"cache-control", b"private, max-age=90"),
        (b"vary", b"accept, origin, authorization"),
    ]
