"""GraphQL over HTTP, table by table. Names carry the id of the public server audit
(graphql-http's `serverAudits`) where one asks for the same."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator

import pytest

from tests.federation.server.harness import Client, engine

JSON = "application/json; charset=utf-8"
RESPONSE = "application/graphql-response+json; charset=utf-8"
ACCEPT_RESPONSE = {"accept": "application/graphql-response+json"}
TYPENAME = {"data": {"__typename": "Query"}}


@pytest.fixture
async def client() -> AsyncIterator[Client]:
    async with engine() as running:
        yield running


@pytest.mark.parametrize(
    ("audit", "accept", "expected"),
    [
        ("22EB", "application/graphql-response+json", RESPONSE),
        ("4655", "application/json", JSON),
        ("47DE", "*/*", JSON),
        ("80D8", None, JSON),
        ("82A3", "application/json; charset=utf-8", JSON),
        ("", "application/*", JSON),
        ("", "application/graphql-response+json, application/json;q=0.9", RESPONSE),
        ("", "application/graphql-response+json;q=0.1, application/json", JSON),
        ("", "text/html, */*;q=0.1", JSON),
        ("", "APPLICATION/GraphQL-Response+JSON", RESPONSE),
    ],
)
async def test_accept(client: Client, audit: str, accept: str | None, expected: str) -> None:
    reply = await client.post("{__typename}", headers={} if accept is None else {"accept": accept})
    assert (reply.status, reply.headers["content-type"], reply.json) == (200, expected, TYPENAME)


@pytest.mark.parametrize(
    "accept", ["text/html", "application/json;q=0", "application/json;charset=gb18030"]
)
async def test_accept_nothing_we_have_is_406(client: Client, accept: str) -> None:
    reply = await client.post("{__typename}", headers={"accept": accept})
    assert (reply.status, reply.code) == (406, "INVALID_ACCEPT_HEADER")


@pytest.mark.parametrize(
    ("content_type", "status", "code"),
    [
        ("application/json", 200, None),  # 03D4
        ("application/json; charset=utf-8", 200, None),  # BF61
        ("Application/JSON", 200, None),
        ("application/json; charset=latin1", 415, "INVALID_CONTENT_TYPE_HEADER"),
        ("application/graphql", 415, "INVALID_CONTENT_TYPE_HEADER"),
        ("text/plain", 400, "CSRF_ERROR"),
        ("application/x-www-form-urlencoded", 400, "CSRF_ERROR"),
        ("multipart/form-data; boundary=x", 400, "CSRF_ERROR"),
        ("", 400, "CSRF_ERROR"),  # 9ABE
    ],
)
async def test_content_type(
    client: Client, content_type: str, status: int, code: str | None
) -> None:
    reply = await client.request(
        "POST",
        "/graphql",
        headers={"content-type": content_type} if content_type else {},
        chunks=(b'{"query":"{__typename}"}',),
    )
    assert reply.status == status
    assert reply.json == TYPENAME if code is None else reply.code == code


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        (b"", 400, "INVALID_GRAPHQL_REQUEST"),  # A5BF
        (b"{", 400, "INVALID_GRAPHQL_REQUEST"),  # BCF8
        (b"\xff", 400, "INVALID_GRAPHQL_REQUEST"),
        (b'{"query":"\xff"}', 400, "INVALID_GRAPHQL_REQUEST"),
        (b'"text"', 400, "INVALID_GRAPHQL_REQUEST"),
        (b"[" * 5000, 400, "BATCHING_NOT_ENABLED"),
        (b'{"query":"{__typename}","variables":' + b'{"a":' * 5000, 400, "INVALID_GRAPHQL_REQUEST"),
        (b"{}", 400, "MISSING_QUERY_STRING"),  # 423L
        (b'{"query":null}', 400, "MISSING_QUERY_STRING"),
        (b'{"query":"  "}', 400, "MISSING_QUERY_STRING"),
        (b'{"query":{}}', 400, "INVALID_GRAPHQL_REQUEST"),  # LKJ0
        (b'{"query":0}', 400, "INVALID_GRAPHQL_REQUEST"),  # LKJ1
        (b'{"query":false}', 400, "INVALID_GRAPHQL_REQUEST"),  # LKJ2
        (b'{"query":[]}', 400, "INVALID_GRAPHQL_REQUEST"),  # LKJ3
        (b'{"query":"{a}","operationName":{}}', 400, "INVALID_GRAPHQL_REQUEST"),  # 6C00
        (b'{"query":"{a}","operationName":0}', 400, "INVALID_GRAPHQL_REQUEST"),  # 6C01
        (b'{"query":"{a}","variables":"x"}', 400, "INVALID_GRAPHQL_REQUEST"),  # 4760
        (b'{"query":"{a}","variables":[]}', 400, "INVALID_GRAPHQL_REQUEST"),  # 4763
        (b'{"query":"{a}","extensions":0}', 400, "INVALID_GRAPHQL_REQUEST"),  # 58B1
        (b'[{"query":"{__typename}"}]', 400, "BATCHING_NOT_ENABLED"),
    ],
)
@pytest.mark.parametrize("accept", ["application/json", "application/graphql-response+json"])
async def test_malformed_requests(
    client: Client, body: bytes, status: int, code: str, accept: str
) -> None:
    reply = await client.post_bytes(body, {"accept": accept})
    assert (reply.status, reply.code) == (status, code)
    assert "data" not in reply.json


@pytest.mark.parametrize(
    ("audit", "body"),
    [
        ("34A2", {"query": "{__typename}"}),
        ("94B0", {"query": "{__typename}", "variables": None}),
        ("94B1", {"query": "{__typename}", "operationName": None}),
        ("94B2", {"query": "{__typename}", "extensions": None}),
        ("428F", {"query": "{__typename}", "extensions": {"some": "value"}}),
        ("8161", {"query": "query A {__typename} query B {hello}", "operationName": "A"}),
        ("", {"query": "{__typename}", "operationName": ""}),
        ("", {"query": "{__typename}", "unknown": 1}),
    ],
)
async def test_well_formed_requests(client: Client, audit: str, body: dict[str, object]) -> None:
    reply = await client.post_bytes(json.dumps(body).encode())
    assert (reply.status, reply.json) == (200, TYPENAME)


# (query, variables, code): wrong documents, rightly sent.
DOCUMENTS = [
    ("{", None, "PARSING_ERROR"),  # 865D
    ("{}", None, "PARSING_ERROR"),
    ("{ nope }", None, "GRAPHQL_VALIDATION_FAILED"),  # 51FE
    ("{ hello(name: 1) }", None, "GRAPHQL_VALIDATION_FAILED"),
    ("fragment F on Query { hello }", None, "GRAPHQL_UNKNOWN_OPERATION_NAME"),
    ("query A { hello } query B { hello }", None, "GRAPHQL_UNKNOWN_OPERATION_NAME"),
    ("query($n: String!) { hello(name: $n) }", {"n": 1}, "VALIDATION_INVALID_TYPE_VARIABLE"),
    ("query($n: String!) { hello(name: $n) }", {}, "VALIDATION_INVALID_TYPE_VARIABLE"),  # 86EE
    ("query($n: String!) { hello(name: $n) }", None, "VALIDATION_INVALID_TYPE_VARIABLE"),
    (
        "query($w: Where) { search(where: $w) }",
        {"w": {"txt": "x"}},
        "VALIDATION_INVALID_TYPE_VARIABLE",
    ),
    ("{ __schema { queryType { name } } }", None, "INTROSPECTION_DISABLED"),
    (
        '{ ...F } fragment F on Query { __type(name: "Query") { name } }',
        None,
        "INTROSPECTION_DISABLED",
    ),
]


@pytest.mark.parametrize(("query", "variables", "code"), DOCUMENTS)
async def test_wrong_documents(
    client: Client, query: str, variables: dict[str, object] | None, code: str
) -> None:
    for _ in range(2):  # the second time from the cache
        reply = await client.post(query, variables=variables, headers=ACCEPT_RESPONSE)
        assert (reply.status, reply.code) == (400, code)
        assert "data" not in reply.json  # D586, 5E5B
        reply = await client.post(query, variables=variables)
        assert (reply.status, reply.code) == (200, code)  # 572B, FDE2, 7B9B
        assert "data" not in reply.json
    assert client.subgraph.calls == []


async def test_unknown_operation_name(client: Client) -> None:
    reply = await client.post("query A { hello }", operationName="B", headers=ACCEPT_RESPONSE)
    assert (reply.status, reply.code) == (400, "GRAPHQL_UNKNOWN_OPERATION_NAME")


async def test_errors_have_locations(client: Client) -> None:
    reply = await client.post("{\n  nope\n}")
    assert reply.json["errors"][0]["locations"] == [{"line": 2, "column": 3}]
    reply = await client.post("{\n  (\n}")
    assert reply.json["errors"][0]["locations"] == [{"line": 2, "column": 3}]


async def test_get_queries(client: Client) -> None:  # 5A70, D6D5, 6A70
    reply = await client.get(
        query="query Q($n: String!) { hello(name: $n) }",
        variables='{"n": "北京"}',
        operationName="Q",
    )
    assert (reply.status, reply.json) == (200, {"data": {"hello": "Hello 北京"}})


@pytest.mark.parametrize(
    ("parameters", "code"),
    [
        ({}, "MISSING_QUERY_STRING"),
        ({"query": "{__typename}", "variables": "x"}, "INVALID_GRAPHQL_REQUEST"),
        ({"query": "{__typename}", "variables": "[]"}, "INVALID_GRAPHQL_REQUEST"),
        ({"query": "{__typename}", "extensions": "1"}, "INVALID_GRAPHQL_REQUEST"),
    ],
)
async def test_get_malformed(client: Client, parameters: dict[str, str], code: str) -> None:
    reply = await client.get(**parameters)
    assert (reply.status, reply.code) == (400, code)


async def test_get_ambiguous_or_undecodable(client: Client) -> None:
    for query_string in ("query={hello}&query={__typename}", "query=%ff"):
        reply = await client.request(
            "GET",
            "/graphql",
            query_string=query_string,
            headers={"apollo-require-preflight": "1"},
        )
        assert (reply.status, reply.code) == (400, "INVALID_GRAPHQL_REQUEST")


async def test_get_never_mutates(client: Client) -> None:  # 9C48
    reply = await client.get(query="mutation { bump }")
    assert (reply.status, reply.code) == (405, "MUTATION_FORBIDDEN")
    assert reply.headers["allow"] == "GET, POST"
    assert client.subgraph.bumps == 0
    reply = await client.post("mutation { bump }")
    assert reply.json == {"data": {"bump": 1}}


async def test_subscriptions_need_a_stream(client: Client) -> None:
    reply = await client.post("subscription { ticks }", headers=ACCEPT_RESPONSE)
    assert (reply.status, reply.code) == (400, "SUBSCRIPTION_NOT_SUPPORTED")


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH"])
async def test_other_methods(client: Client, method: str) -> None:
    reply = await client.request(method, "/graphql", headers={"content-type": "application/json"})
    assert (reply.status, reply.code) == (405, "METHOD_NOT_ALLOWED")
    assert reply.headers["allow"] == "GET, POST"


async def test_a_body_in_chunks(client: Client) -> None:
    reply = await client.request(
        "POST",
        "/graphql",
        headers={"content-type": "application/json"},
        chunks=(b'{"query":', b'"{__type', b'name}"}'),
    )
    assert reply.json == TYPENAME


async def test_variables_reach_the_subgraph_with_defaults(client: Client) -> None:
    reply = await client.post(
        'query($w: Where, $n: String! = "all") { search(where: $w) hello(name: $n) }',
        variables={"w": {"text": "专利"}},
    )
    (found,) = reply.json["data"]["search"]
    assert json.loads(found) == {"text": "专利", "limit": 10}
    assert reply.json["data"]["hello"] == "Hello all"
