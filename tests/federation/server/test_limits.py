"""Limits: each refused with its code, before validation or planning costs anything."""

from __future__ import annotations

import time

import msgspec
import pytest
from graphql import OperationDefinitionNode, parse

from federation.server.limits import Figures, measure
from federation.server.settings.engine import EngineSettings
from federation.server.settings.limits import Limits
from tests.federation.server.harness import engine


def figures(text: str) -> Figures:
    document = parse(text)
    (operation, *_) = (n for n in document.definitions if isinstance(n, OperationDefinitionNode))
    return measure(document, operation)


def limited(**limits: int) -> EngineSettings:
    return msgspec.structs.replace(EngineSettings(), limits=Limits(**limits))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("{ a }", Figures(1, 1, 0, 1)),
        ("{ a b { c } }", Figures(2, 3, 0, 2)),
        ("{ x: a y: b { z: c } }", Figures(2, 3, 3, 2)),
        ("{ ... { a } ... on Query { b { c } } }", Figures(2, 3, 0, 2)),
        ("{ ...F ...F } fragment F on Query { a { x: b } }", Figures(2, 4, 2, 2)),
        ("{ ...Gone a }", Figures(1, 1, 0, 1)),
        ("{ ...F } fragment F on Query { a ...F }", Figures(1, 1, 0, 1)),
    ],
)
def test_figures(text: str, expected: Figures) -> None:
    assert figures(text) == expected


def test_fragments_that_double_are_measured_in_no_time() -> None:
    fragments = " ".join(
        f"fragment F{n} on Query {{ ...F{n + 1} ...F{n + 1} }}" for n in range(200)
    )
    start = time.perf_counter()
    measured = figures("{ ...F0 } " + fragments + " fragment F200 on Query { a }")
    assert measured.fields == 2**200
    assert time.perf_counter() - start < 1


@pytest.mark.parametrize(
    ("limits", "query", "code"),
    [
        ({"max_depth": 2}, "{ tree { child { name } } }", "MAX_DEPTH_LIMIT"),
        ({"max_height": 2}, "{ hello tree { name } }", "MAX_HEIGHT_LIMIT"),
        ({"max_aliases": 1}, "{ a: hello b: hello }", "MAX_ALIASES_LIMIT"),
        ({"max_root_fields": 1}, "{ hello tree { name } }", "MAX_ROOT_FIELDS_LIMIT"),
        (
            {"max_root_fields": 1},
            "{ hello ...F } fragment F on Query { __typename }",
            "MAX_ROOT_FIELDS_LIMIT",
        ),
        ({"parser_max_tokens": 4}, "{ hello __typename }", None),
        ({"parser_max_tokens": 3}, "{ hello __typename }", "PARSING_ERROR"),
        ({"parser_max_recursion": 3}, "{ tree { child { child { name } } } }", "PARSING_ERROR"),
        ({"parser_max_recursion": 2}, '{ hello(name: "{{{{ [[[[") } # {{{{', None),
        ({"parser_max_recursion": 2}, '{ hello(name: """ " {{{{ [[[[""") }', None),
    ],
)
async def test_documents_over_a_limit(limits: dict[str, int], query: str, code: str | None) -> None:
    async with engine(limited(**limits)) as client:
        reply = await client.post(query, headers={"accept": "application/graphql-response+json"})
        if code is None:
            assert reply.status == 200
        else:
            assert (reply.status, reply.code) == (400, code)
            assert client.subgraph.calls == []


@pytest.mark.parametrize(
    "query",
    [
        "{" + "tree{child" * 5000,
        "{ hello(name: " + "[" * 10_000,
        "query($a: " + "[" * 10_000,
        "{ tree { " + "child { " * 190 + "name" + "}" * 192,
    ],
)
async def test_nesting_never_overflows_the_stack(query: str) -> None:
    async with engine() as client:
        reply = await client.post(query, headers={"accept": "application/graphql-response+json"})
        assert (reply.status, reply.code) in [(400, "PARSING_ERROR"), (400, "MAX_DEPTH_LIMIT")]


async def test_body_size() -> None:
    async with engine(limited(http_max_request_bytes=100)) as client:
        body = b'{"query":"{__typename}","extensions":{"x":"' + b"x" * 100 + b'"}}'
        headers = {"content-type": "application/json"}
        announced = {**headers, "content-length": str(len(body))}
        for every in (announced, headers):
            reply = await client.request("POST", "/graphql", headers=every, chunks=(body,))
            assert (reply.status, reply.code) == (413, "REQUEST_LIMIT_EXCEEDED")
            assert reply.headers["connection"] == "close"
        endless = tuple(b" " * 60 for _ in range(100))
        reply = await client.request("POST", "/graphql", headers=headers, chunks=endless)
        assert (reply.status, reply.code) == (413, "REQUEST_LIMIT_EXCEEDED")
        reply = await client.post("{__typename}")
        assert reply.status == 200
