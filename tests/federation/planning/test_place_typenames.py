"""`__typename` stands where the client has it when one call answers the whole operation."""

from __future__ import annotations

import pytest

from federation.composition.compose import compose
from federation.composition.result import Composed, SubgraphSource
from federation.execution.executor import compile_plan
from federation.plan.nodes import Fetch, Flatten, Sequence
from federation.planning import Planner

LINK = 'extend schema @link(url: "https://specs.apollo.dev/federation/v2.5", import: ["@key"])\n'
A = """
type Query { items(first: Int): [Item!]! found: Found }
type Mutation { change: Item again: Item }
union Found = Item | Part
type Part { n: Int }
type Item @key(fields: "id") { id: ID! name: String part: Part }
"""
B = 'type Item @key(fields: "id") { id: ID! price: Int }'


@pytest.fixture(scope="module")
def planner() -> Planner:
    sources = [SubgraphSource(name, "", LINK + text) for name, text in (("a", A), ("b", B))]
    composed = compose(sources)
    assert isinstance(composed, Composed), composed
    return Planner(composed.supergraph_sdl)


@pytest.mark.parametrize(
    "text",
    [
        "{items{id part{n __typename} name __typename}}",
        "{items{id __typename part{__typename n} name}}",
        "{items{__typename part{n}}}",
        "{items{part{n} id}}",
        "{items{__typename}}",
        "mutation{change{id __typename} again{__typename id}}",
    ],
)
def test_one_call_is_asked_in_the_client_s_order_and_may_pass(planner: Planner, text: str) -> None:
    plan = planner.plan(text)
    assert isinstance(plan.node, Fetch)
    assert plan.node.operation == text
    assert compile_plan(plan).whole is not None


@pytest.mark.parametrize(
    ("text", "asked"),
    [
        (  # Under conditions it is asked for always, and the answer is rebuilt.
            "query($a:Boolean!){items{id __typename@include(if:$a)}}",
            "{items{id __typename}}",
        ),
        (  # Another name for it: the plain one is not the client's.
            "{items{id __typename t:__typename}}",
            "{items{id __typename}}",
        ),
        ("{items{id t:__typename}}", "{items{__typename id}}"),
    ],
)
def test_what_is_asked_for_besides_is_no_answer(planner: Planner, text: str, asked: str) -> None:
    plan = planner.plan(text)
    assert isinstance(plan.node, Fetch)
    assert plan.node.operation == asked
    assert compile_plan(plan).whole is None


def test_of_several_calls_each_asks_for_it_first(planner: Planner) -> None:
    plan = planner.plan("{items{id price __typename}}")
    assert isinstance(plan.node, Sequence)
    first, second = plan.node.nodes
    assert isinstance(first, Fetch)
    assert first.operation == "{items{__typename id}}"
    assert isinstance(second, Flatten)
