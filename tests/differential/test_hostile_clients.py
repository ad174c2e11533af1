"""Requests that no client should send: the right status, never 500, never a stack trace."""

from __future__ import annotations

import json
import random
import re
from collections.abc import AsyncIterator
from typing import Any

import pytest
from graphql import GraphQLError, parse, validate
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from federation.server.app import build_app
from federation.server.settings.engine import EngineSettings
from tests.differential.federation import Federation
from tests.differential.generate import random_federation
from tests.differential.operations import random_operation
from tests.federation.server.harness import Client, Reply, running

REFUSALS = {400, 405, 406, 413, 415, 422}
QUIET = settings(
    max_examples=100, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck)
)


class Served:
    """A random federation behind the whole ASGI application."""

    def __init__(self, federation: Federation, client: Client) -> None:
        self.federation, self.client = federation, client


@pytest.fixture(scope="module")
async def served() -> AsyncIterator[Served]:
    made = random_federation(3)
    federation = Federation(made.subgraphs, 3, made.monolith)

    def local(name: str) -> Any:
        async def execute(query: str, variables: Any, operation_name: Any, headers: Any) -> Any:
            answer = federation.subgraphs[name].answer({"query": query, "variables": variables})
            return json.loads(json.dumps(answer))

        return execute

    async def source() -> str:
        return federation.supergraph_sdl

    app = build_app(EngineSettings(), source, local={n: local(n) for n in federation.subgraphs})
    async with running(app):
        yield Served(federation, Client(app))


def check(reply: Reply) -> None:
    """Every reply is a GraphQL response or a refusal in JSON, and tells nothing of the inside."""
    assert reply.status in REFUSALS | {200}, (reply.status, reply.body)
    text = reply.body.decode("utf-8")
    assert not re.search(r"Traceback|File \"|\.py\b", text), text
    body = json.loads(text)
    if reply.status == 200:
        assert "data" in body or body["errors"]
    else:
        assert all(error["message"] for error in body["errors"])
        assert "data" not in body
    assert "INTERNAL_SERVER_ERROR" not in text, text


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=20),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3)
    ),
    max_leaves=8,
)
PARAMETERS = st.fixed_dictionaries(
    {},
    optional={
        "query": JSON | st.sampled_from(["{ __typename }", "query A { __typename }", "{", ""]),
        "variables": JSON,
        "operationName": JSON | st.sampled_from(["A", ""]),
        "extensions": JSON | st.just({"persistedQuery": {"version": 1, "sha256Hash": "x"}}),
        "zz": JSON,
    },
)


@QUIET
@given(body=st.binary(max_size=200), media_type=st.sampled_from(["application/json", "text/x", ""]))
@example(body=b"[" * 100_000, media_type="application/json")
@example(body=b'{"query":"\xff"}', media_type="application/json")
@example(body=b'{"query":"\\ud800"}', media_type="application/json")
@example(body=b'{"query":"{a}","variables":{"x":1e999}}', media_type="application/json")
@example(body=b'{"query":' + b"9" * 5000 + b"}", media_type="application/json")
async def test_any_bytes(served: Served, body: bytes, media_type: str) -> None:
    reply = await served.client.post_bytes(body, {"content-type": media_type})
    check(reply)
    assert reply.json["errors"]


@QUIET
@given(body=PARAMETERS | JSON)
async def test_any_json(served: Served, body: Any) -> None:
    check(await served.client.post_bytes(json.dumps(body).encode()))


@QUIET
@given(query=st.text(max_size=60), variables=st.text(max_size=20))
async def test_any_get(served: Served, query: str, variables: str) -> None:
    reply = await served.client.request(
        "GET",
        "/graphql",
        query_string=re.sub(r"[^!-~]", "%00", f"query={query}&variables={variables}"),
        headers={"apollo-require-preflight": "1"},
    )
    check(reply)


TOKEN = re.compile(r'"(?:[^"\\]|\\.)*"|[A-Za-z_]\w*|\.\.\.|-?\d+|\S')
STRANGE = ["{", "}", "(", ")", "$x", "@include(if: $no)", "@skip", "...", "on", "null", "9" * 400,
           '"', '"""', "__typename", "fragment F on Query { ...F }", "...F0", ":", "!", "#", "\0",
           "知", "subscription", "1e999", "@defer"]  # fmt: skip


def mutate(text: str, draw: random.Random) -> str:
    """Return a document with some tokens dropped, doubled, swapped, or strange."""
    tokens = TOKEN.findall(text)
    for _ in range(draw.randint(1, 3)):
        at = draw.randrange(len(tokens))
        match draw.randrange(4):
            case 0:
                del tokens[at]
            case 1:
                tokens.insert(at, tokens[draw.randrange(len(tokens))])
            case 2:
                other = draw.randrange(len(tokens))
                tokens[at], tokens[other] = tokens[other], tokens[at]
            case _:
                tokens[at] = draw.choice(STRANGE)
    return " ".join(tokens)


@settings(
    max_examples=150, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck)
)
@given(seed=st.integers(0, 2**32))
async def test_any_document(served: Served, seed: int) -> None:
    operation = random_operation(served.federation.monolith, seed)
    text = mutate(operation.text, random.Random(seed))
    reply = await served.client.post(
        text,
        variables=operation.variables,
        headers={"accept": "application/graphql-response+json"},
    )
    check(reply)
    try:
        invalid = bool(validate(served.federation.api_schema, parse(text)))
    except GraphQLError:
        invalid = True
    if invalid:
        assert reply.status in REFUSALS, text
        assert reply.json["errors"]
