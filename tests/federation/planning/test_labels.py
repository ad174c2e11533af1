"""Progressive overrides: which labels an operation touches, and who is asked under them."""

from __future__ import annotations

import pytest

from tests.federation.planning.golden_topics import FOLDER, planner
from tests.support.federated import FederatedGraph
from tests.support.small_graph import SmallSubgraph, small_graph


@pytest.mark.parametrize(
    ("query", "labels"),
    [
        # `status` is in a @requires, so any operation may lead through it.
        ("{ patent { title } }", ("percent(5)",)),
        ("{ patent { owner } }", ("new-owners", "percent(5)")),
    ],
)
def test_labels_of_an_operation(query: str, labels: tuple[str, ...]) -> None:
    plans = planner(FOLDER / "labels")
    assert plans.labels_of(plans.normalize(query)) == labels


def test_most_graphs_have_none() -> None:
    plans = planner(FOLDER / "override")
    assert plans.labels_of(plans.normalize("{ old { status } }")) == ()


def _graph() -> FederatedGraph:
    return small_graph(
        a=SmallSubgraph(
            "type Query { n: Node } interface Node { x: Int }"
            ' type T implements Node @key(fields: "id")'
            " { id: ID! x: Int y: Int }",
            {"n": {"__typename": "T", "id": "1", "x": 1, "y": 1}},
        ),
        b=SmallSubgraph(
            'type T @key(fields: "id") { id: ID! x: Int @override(from: "a", label: "moved") }',
            entities={"T": lambda item: {"id": item["id"], "x": 2}},
        ),
    )


async def test_executed_on_either_side() -> None:
    graph = _graph()
    before = await graph.execute("{ n { x } }")
    assert before.response == {"data": {"n": {"x": 1}}}
    after = await graph.execute("{ n { x } }", labels=frozenset({"moved"}))
    assert after.response == {"data": {"n": {"x": 2}}}
    assert [call.subgraph for call in after.calls] == ["a", "b"]


def test_labels_of_implementations_count() -> None:
    plans = _graph().planner
    assert plans.labels_of(plans.normalize("{ n { x } }")) == ("moved",)
    assert plans.labels_of(plans.normalize("{ n { ... on T { y } } }")) == ()
