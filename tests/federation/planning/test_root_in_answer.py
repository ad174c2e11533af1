"""A field of the root type deep inside an answer: other subgraphs' root fields are asked there."""

from __future__ import annotations

import pytest

from tests.support.federated import FederatedGraph
from tests.support.small_graph import SmallSubgraph, small_graph


def _graph(*, there: bool = True) -> FederatedGraph:
    root = {"__typename": "Query"} if there else None
    a = SmallSubgraph(
        """
        type Query { a: Int again: Query list: [Holder!]! }
        type Holder { query: Query }
        type Mutation { first: Payload second: Payload }
        type Payload { ok: Boolean query: Query }
        """,
        {
            "a": 1,
            "again": root and {**root, "a": 2, "again": {"a": 3}},
            "list": [{"query": root}, {"query": None}, {"query": root}],
            "first": {"ok": True, "query": root and {**root, "a": 4}},
            "second": {"ok": False, "query": root},
        },
    )

    def broken(_info: object) -> int:
        raise ValueError("no")

    b = SmallSubgraph(
        'type Query { t(n: Int): T broken: Int } type T @key(fields: "id") { id: ID! b: Int }',
        {"t": lambda _info, n=0: {"id": str(n), "b": n * 10}, "broken": broken},
    )
    c = SmallSubgraph(
        'type T @key(fields: "id") { id: ID! c: String }',
        entities={"T": lambda item: {"id": item["id"], "c": f"c{item['id']}"}},
    )
    return small_graph(a=a, b=b, c=c)


async def test_payload() -> None:
    run = await _graph().execute("mutation { first { ok query { a t(n: 2) { b c } } } }")
    t = {"b": 20, "c": "c2"}
    assert run.response == {"data": {"first": {"ok": True, "query": {"a": 4, "t": t}}}}
    assert [call.subgraph for call in run.calls] == ["a", "b", "c"]
    assert run.calls[1].query.startswith("{")  # a query, though the operation is a mutation


async def test_mutations_wait_for_what_follows_from_the_one_before() -> None:
    run = await _graph().execute(
        "mutation { first { query { t(n: 1) { b } } } second { ok query { t(n: 1) { b } } } }"
    )
    t = {"t": {"b": 10}}
    assert run.response == {"data": {"first": {"query": t}, "second": {"ok": False, "query": t}}}
    assert [call.subgraph for call in run.calls] == ["a", "b", "a", "b"]


async def test_once_for_all_objects_of_a_list() -> None:
    run = await _graph().execute("{ list { query { t(n: 1) { id c } } } }")
    t = {"t": {"id": "1", "c": "c1"}}
    assert run.response == {"data": {"list": [{"query": t}, {"query": None}, {"query": t}]}}
    assert [call.subgraph for call in run.calls] == ["a", "b", "c"]


async def test_own_root_and_nested_roots_do_not_mix() -> None:
    run = await _graph().execute(
        "{ t(n: 1) { b } again { t(n: 2) { b } again { t(n: 3) { b } } } }"
    )
    assert run.response == {
        "data": {
            "t": {"b": 10},
            "again": {"t": {"b": 20}, "again": {"t": {"b": 30}}},
        }
    }


async def test_nothing_there_nothing_asked() -> None:
    run = await _graph(there=False).execute("{ again { t(n: 2) { b } } }")
    assert run.response == {"data": {"again": None}}
    assert [call.subgraph for call in run.calls] == ["a"]


@pytest.mark.parametrize(
    ("query", "path"),
    [
        ("{ again { x: broken } }", ["again", "x"]),
        ("{ list { query { broken } } }", ["list", 0, "query", "broken"]),
    ],
)
async def test_errors_have_the_clients_path(query: str, path: list[str | int]) -> None:
    run = await _graph().execute(query)
    assert run.response["errors"][0]["path"] == path
