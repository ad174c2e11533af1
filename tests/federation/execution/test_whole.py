"""Pass-through: the subgraph's bytes, exactly where they are provably the answer."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import pytest
from graphql import build_schema

from federation.execution.compile.whole import build_whole
from federation.execution.executor import CompiledPlan
from federation.execution.single_flight import SingleFlight
from federation.execution.steps import flatten_plan
from federation.execution.transport import SubgraphRequest, SubgraphResponse
from federation.execution.transports.reading import read_response
from tests.federation.execution.plans import compiled, root, run, shape_of

SCHEMA = build_schema(
    """
    scalar Any
    enum Kind { A B }
    type Query { items: [Item!] one: Item any: Any must: Any! found: Found }
    type Item { id: ID! n: Int f: Float s: String! b: Boolean kind: Kind tags: [String!]! }
    union Found = Item
    """
)
ITEM = "{ id n f s b kind tags }"


class Bytes:
    """A subgraph that answers these bytes."""

    def __init__(self, body: bytes) -> None:
        self.body = body

    async def send(self, request: SubgraphRequest) -> SubgraphResponse:
        return read_response(self.body, 200, request.subgraph, request.whole)

    async def close(self) -> None:
        pass


def plan(selection: str, **more: Any) -> CompiledPlan:
    return compiled(root(0, "a", selection, **more), shape_of(SCHEMA, "{" + selection + "}"))


async def answer(selection: str, body: bytes) -> bytes:
    transports: Any = {"a": Bytes(body)}
    return (await run(plan(selection), transports)).body


GOOD = b'{"id":"1","n":1,"f":0.12345678901234567891234,"s":"\\u00e9","b":null,"kind":"A","tags":[]}'


async def test_bytes_pass_as_they_are() -> None:
    body = b'{ "data" : {"one" : ' + GOOD + b'} ,"extensions":{"x":1}, "errors": null}'
    assert await answer(f"one {ITEM}", body) == b'{"data":{"one" : ' + GOOD + b"}}"


async def test_numbers_of_any_size_stay_exact_on_both_roads() -> None:
    number = b"123456789012345678901234567890"
    body = b'{"data":{"any":{"big":' + number + b',"d":1.10000000000000000001}}}'
    assert await answer("any", body) == body
    shape = shape_of(SCHEMA, "{ other: any }", {"other": "any"})
    transports: Any = {"a": Bytes(body)}
    renamed = await run(compiled(root(0, "a", "any"), shape), transports)
    assert renamed.body == body.replace(b'"any"', b'"other"')


BAD = [
    (b'"n":1', b'"n":2147483648', None),
    (b'"n":1', b'"n":1.5', None),
    (b'"n":1', b'"n":1.0', {"n": 1}),
    (b'"n":1', b'"n":true', None),
    (b'"id":"1"', b'"id":1', {"id": "1"}),
    (b'"id":"1"', b'"id":null', None),
    (b'"id":"1",', b"", None),
    (b'"kind":"A"', b'"kind":"HIDDEN"', None),
    (b'"tags":[]', b'"tags":[null]', None),
    (b'"tags":[]', b'"tags":"x"', None),
    (b'"b":null', b'"b":0', None),
    (b'"tags":[]', b'"tags":[],"secret":1', {}),
    (b'"\\u00e9"', b'"\\ud800"', None),
]


@pytest.mark.parametrize(("old", "new", "expected"), BAD)
async def test_what_does_not_fit_is_repaired_or_reported(
    old: bytes, new: bytes, expected: dict[str, Any] | None
) -> None:
    assert old in GOOD
    item = GOOD.replace(old, new)
    got = json.loads(await answer(f"one {ITEM}", b'{"data":{"one":' + item + b"}}"))
    if expected is None:
        assert got["errors"]
        assert b"HIDDEN" not in json.dumps(got).encode()
    else:
        assert "errors" not in got
        assert got["data"]["one"] == {**json.loads(GOOD), **expected}
        assert "secret" not in got["data"]["one"]


async def test_errors_beside_the_data_are_reported() -> None:
    body = b'{"data":{"one":null},"errors":[{"message":"m","path":["one"]}]}'
    got = json.loads(await answer(f"one {ITEM}", body))
    assert got["data"] == {"one": None}
    assert [error["path"] for error in got["errors"]] == [["one"]]


@pytest.mark.parametrize("body", [b"", b"[]", b'{"data":null}', b'{"data":{"must":null}}', b'{"d'])
async def test_no_answer_is_no_pass_through(body: bytes) -> None:
    got = json.loads(await answer("must", body))
    assert got["data"] is None
    assert got["errors"]


def whole_of(selection: str, asked: str | None = None, **more: Any) -> Any:
    one = compiled(
        root(0, "a", selection, **more), shape_of(SCHEMA, "{" + (asked or selection) + "}")
    )
    return build_whole(flatten_plan(one.plan), one.plan.shape)


def test_only_answers_under_the_clients_own_names_pass() -> None:
    assert whole_of("one { id }") is not None
    assert whole_of("one { __typename id }") is not None
    assert whole_of("one { __typename id }", "one { id }") is None
    # The answer would come in another order than the client asked for.
    assert whole_of("one { __typename id }", "one { id __typename }") is None
    assert whole_of("one { n id }", "one { id n }") is None
    assert whole_of("one { id n }", "one { id }") is None
    assert whole_of("one { id }", "one { id } any") is None
    assert whole_of("one { id n }", "one { id n @include(if: $x) }") is None
    shape = shape_of(SCHEMA, "{ b: any }", {"b": "any"})
    assert build_whole(flatten_plan(compiled(root(0, "a", "any"), shape).plan), shape) is None


async def test_a_typename_is_checked() -> None:
    body = b'{"data":{"one":{"__typename":"Other","id":"1"}}}'
    got = json.loads(await answer("one { __typename id }", body))
    assert got["data"] == {"one": None}


async def test_only_equal_plans_share_a_passed_answer() -> None:
    transports: Any = {"a": SingleFlight(Bytes(b'{"data":{"any":1}}'))}
    shape = shape_of(SCHEMA, "{ b: any }", {"b": "any"})
    bodies = await asyncio.gather(
        run(plan("any"), transports), run(compiled(root(0, "a", "any"), shape), transports)
    )
    assert [one.body for one in bodies] == [b'{"data":{"any":1}}', b'{"data":{"b":1}}']
