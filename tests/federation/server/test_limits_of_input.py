"""Limits on directives, definitions and input values; only warned of; hostile documents in time."""

from __future__ import annotations

import asyncio
import gc
import logging
import time
from collections.abc import Iterator
from typing import Any

import msgspec
import pytest

from federation.errors import RequestError
from federation.server.limits import check_variables
from federation.server.settings.engine import EngineSettings, for_development
from federation.server.settings.limits import Limits
from tests.federation.server.harness import engine

ACCEPT = {"accept": "application/graphql-response+json"}


def limited(**limits: Any) -> EngineSettings:
    return msgspec.structs.replace(EngineSettings(), limits=Limits(**limits))


WARNED: tuple[tuple[dict[str, int], str, str], ...] = (
    ({"max_depth": 2}, "{ tree { child { name } } }", "MAX_DEPTH_LIMIT"),
    ({"max_height": 2}, "{ hello tree { name } }", "MAX_HEIGHT_LIMIT"),
    ({"max_aliases": 1}, "{ a: hello b: hello }", "MAX_ALIASES_LIMIT"),
    ({"max_root_fields": 1}, "{ hello tree { name } }", "MAX_ROOT_FIELDS_LIMIT"),
    (
        {"max_directives": 1},
        "{ hello @skip(if: false) ...F } fragment F on Query { a: hello @include(if: true) }",
        "MAX_DIRECTIVES_LIMIT",
    ),
    (
        {"max_directives": 2},
        "{ ...F @include(if: true) ... @include(if: true) { ...F } }"
        " fragment F on Query { hello @include(if: true) }",
        "MAX_DIRECTIVES_LIMIT",
    ),
    (
        {"max_definitions": 2},
        "{ ...F ...G } fragment F on Query { hello } fragment G on Query { hello }",
        "REQUEST_LIMIT_EXCEEDED",
    ),
)


@pytest.mark.parametrize(("limits", "query", "code"), WARNED)
async def test_refused_or_warned_of(
    limits: dict[str, int], query: str, code: str, caplog: pytest.LogCaptureFixture
) -> None:
    async with engine(limited(**limits)) as client:
        reply = await client.post(query, headers=ACCEPT)
        assert (reply.status, reply.code) == (400, code)
        assert client.subgraph.calls == []
    caplog.clear()
    with caplog.at_level(logging.WARNING, "federation.server"):
        async with engine(limited(**limits, warn_only=True)) as client:
            reply = await client.post(query, headers=ACCEPT)
            assert reply.status == 200
            assert code in caplog.text
    allowed = {name: value * 10 for name, value in limits.items()}
    async with engine(limited(**allowed)) as client:
        assert (await client.post(query, headers=ACCEPT)).status == 200


@pytest.mark.parametrize(
    ("variables", "refused"),
    [
        ({"a": 1}, False),
        ({"a": [1, 2, 3]}, False),
        ({"a": [1, 2, 3, 4]}, True),
        ({"a": {"b": [{"c": [0, 0, 0, 0]}]}}, True),
        ({"a": [[1, 2, 3], [1, 2, 3]]}, False),
        ({"a": [[1, 2, 3], [1, 2, 3], [1, 2, 3]]}, True),
        ({str(n): n for n in range(11)}, True),
    ],
)
def test_variables(variables: dict[str, Any], refused: bool) -> None:
    limits = Limits(max_list_items=3, max_input_values=10)
    if not refused:
        check_variables(variables, limits)
        return
    with pytest.raises(RequestError) as caught:
        check_variables(variables, limits)
    assert caught.value.code == "REQUEST_LIMIT_EXCEEDED"
    check_variables(variables, msgspec.structs.replace(limits, warn_only=True))


async def test_lists_of_a_request() -> None:
    async with engine(limited(max_list_items=3)) as client:
        query = "query($w: Where) { search(where: $w) }"
        reply = await client.post(
            query, headers=ACCEPT, variables={"w": {"text": "x"}, "unused": [1, 2, 3, 4]}
        )
        assert (reply.status, reply.code) == (400, "REQUEST_LIMIT_EXCEEDED")
        reply = await client.post("{ hello(name: [1, 2, 3, 4]) }", headers=ACCEPT)
        assert (reply.status, reply.code) == (400, "REQUEST_LIMIT_EXCEEDED")
        assert client.subgraph.calls == []


# About 15,000 tokens each: as long as a document may be. Made to be dear for validation.
HOSTILE = {
    "one field, ever again": "{" + " hello" * 4_990 + "}",
    "one object, ever other members": "{%s}"
    % " ".join(f"tree{{a{number}:name}}" for number in range(2_100)),
    "deep below one object": "{tree{%s}}"
    % " ".join(f"child{{child{{x{number}:name}}}}" for number in range(1_200)),
    "many equal fragments": "{%s}%s"
    % (
        " ".join(f"...F{number}" for number in range(1_000)),
        " ".join(f"fragment F{number} on Query{{tree{{name}}}}" for number in range(1_000)),
    ),
    "a chain of fragments": "{...F0}%s fragment F900 on Query{tree{name}}"
    % " ".join(
        f"fragment F{number} on Query{{tree{{name}} ...F{number + 1} ...F{number + 1}}}"
        for number in range(900)
    ),
    "unknown fields": "{" + " ".join(f"unknown{number}" for number in range(4_900)) + "}",
    "conflicts": "{" + " ".join(f'x:hello(name:"{number}")' for number in range(1_600)) + "}",
    "variables": "query(%s){hello}" % " ".join(f"$v{number}:Int" for number in range(3_700)),
}


@pytest.fixture
def settled_heap() -> Iterator[None]:
    """What a server has: the collector does not walk what was there before (`Engine.load`).

    In a process of many tests that is their whole heap, and every full collection costs a second.
    """
    gc.collect()
    gc.freeze()
    yield
    gc.unfreeze()


@pytest.mark.usefixtures("settled_heap")
@pytest.mark.parametrize("name", HOSTILE)
async def test_hostile_documents_take_bounded_time_and_hold_up_nobody(name: str) -> None:
    limits = {"max_height": 100_000, "max_root_fields": 100_000, "max_aliases": 100_000}
    limits["max_definitions"] = 100_000
    async with engine(limited(**limits)) as client:
        await client.post("{ hello }")
        longest = 0.0
        done = asyncio.Event()

        async def others() -> None:
            nonlocal longest
            while not done.is_set():
                began = time.perf_counter()
                assert (await client.post("{ hello }")).status == 200
                longest = max(longest, time.perf_counter() - began)
                await asyncio.sleep(0.001)

        task = asyncio.ensure_future(others())
        began = time.process_time()
        reply = await client.post(HOSTILE[name], headers=ACCEPT)
        spent = time.process_time() - began
        done.set()
        await task
        assert reply.status in (200, 400)
        assert spent < 3, f"{spent:.2f} s of CPU"
        # Both share one interpreter, but the other never waits for the whole.
        assert longest < 1


async def test_introspection_goes_only_so_deep() -> None:
    settings = for_development(EngineSettings())
    async with engine(settings) as client:
        deep = "fields { type { " * 4 + "name" + " } }" * 4
        reply = await client.post("{ __schema { types { %s } } }" % deep, headers=ACCEPT)
        assert (reply.status, reply.code) == (400, "GRAPHQL_VALIDATION_FAILED")
        # What tools send: graphql-js's own query goes nine ofType deep.
        usual = "{ __schema { types { fields { type { %s name %s } } } } }" % (
            "ofType { " * 9,
            "} " * 9,
        )
        assert (await client.post(usual, headers=ACCEPT)).status == 200


async def test_refusals_do_not_tell_names_where_introspection_is_off() -> None:
    for settings in (EngineSettings(), for_development(EngineSettings())):
        async with engine(settings) as client:
            reply = await client.post("{ helo }", headers=ACCEPT)
            assert (reply.status, reply.code) == (400, "GRAPHQL_VALIDATION_FAILED")
            assert (b"hello" in reply.body) is (settings.supergraph.introspection is True)
