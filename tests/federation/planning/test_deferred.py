"""Random operations with random `@defer`: all parts together are the monolith's answer.

What is fetched for the first part is what the operation without the deferred fragments needs.
"""

from __future__ import annotations

import random
from collections.abc import Iterable
from typing import Any, cast

import pytest
from graphql import parse, print_ast
from graphql.language import (
    DirectiveNode,
    FieldNode,
    InlineFragmentNode,
    NameNode,
    OperationDefinitionNode,
    SelectionSetNode,
)

from federation.composition.compose import compose
from federation.composition.result import Composed, SubgraphSource
from federation.execution.needs import needed_steps
from federation.execution.steps import Step, flatten_plan
from federation.operation.model import Operation
from federation.operation.passes.split_deferred import (
    PLACEHOLDER,
    defer_variables,
    split_deferred,
)
from federation.planning.planner import Planner
from federation.server.deferral import plan_in_parts
from tests.support.deferred import execute_deferred, execute_whole, merged
from tests.support.federated import FederatedGraph
from tests.support.random_federation import RandomGraph, RandomQuery

GRAPHS = 10
QUERIES = 10


def _deferred(selections: SelectionSetNode, draw: random.Random, depth: int) -> SelectionSetNode:
    """Return the selections with some of them in deferred fragments."""
    kept: list[Any] = []
    late: list[Any] = []
    for item in selections.selections:
        inner = getattr(item, "selection_set", None)
        if isinstance(item, FieldNode) and inner is not None:
            item = FieldNode(
                name=item.name,
                alias=item.alias,
                arguments=item.arguments,
                directives=item.directives,
                selection_set=_deferred(inner, draw, depth + 1),
            )
        elif isinstance(item, InlineFragmentNode):
            item = InlineFragmentNode(
                type_condition=item.type_condition,
                directives=item.directives,
                selection_set=_deferred(item.selection_set, draw, depth),
            )
        (late if draw.random() < (0.3 if depth else 0.15) else kept).append(item)
    if late:
        defer = DirectiveNode(name=NameNode(value="defer"), arguments=())
        fragment = InlineFragmentNode(
            directives=(defer,), selection_set=SelectionSetNode(selections=tuple(late))
        )
        kept.insert(draw.randrange(len(kept) + 1), fragment)
    return SelectionSetNode(selections=tuple(kept))


def with_defer(text: str, seed: int) -> str:
    document = parse(text)
    draw = random.Random(seed)
    definitions = []
    for node in document.definitions:
        if isinstance(node, OperationDefinitionNode):
            node = OperationDefinitionNode(
                operation=node.operation,
                name=node.name,
                variable_definitions=node.variable_definitions,
                directives=node.directives,
                selection_set=_deferred(node.selection_set, draw, 0),
            )
        definitions.append(print_ast(node))
    return "\n".join(definitions)


async def _check(graph: RandomGraph, federated: FederatedGraph, seed: int, number: int) -> int:
    plain = RandomQuery(graph, seed * 1000 + number)
    expected = graph.answer_monolith(plain.text, plain.values)
    if expected["data"] is None:
        return 0
    text = with_defer(plain.text, number)
    where = f"seed {seed}, query {number}: {text}"
    payloads, calls = await execute_deferred(federated, text, plain.values)
    assert not any("errors" in item for item in _items(payloads)), where
    assert merged(payloads) == expected["data"], where
    assert PLACEHOLDER not in str(payloads), where
    _, whole = await execute_whole(federated, text, plain.values)
    assert len(calls) >= len(whole), where
    return len(payloads) > 1


def _waited_for(federated: FederatedGraph, text: str, values: Any) -> tuple[int, int]:
    """Return how much the first part waits for, and how much it would need alone."""
    planner = federated.planner
    firsts: list[Operation] = []

    class Listening:
        normalizer = planner.normalizer

        def plan_with_shapes(self, whole: Any, first: Operation, *more: Any, **rest: Any) -> Any:
            firsts.append(first)
            return planner.plan_with_shapes(whole, first, *more, **rest)

    plan = plan_in_parts(cast(Planner, Listening()), parse(text), None, values)
    if plan is None:
        return 0, 0
    steps = flatten_plan(plan.plan)
    alone, _ = planner.plan_with_shapes(firsts[-1], firsts[-1], [])
    needed = [steps[index] for index in needed_steps(steps, plan.primary)]
    return _fields(needed), _fields(flatten_plan(alone))


def _fields(steps: Iterable[Step]) -> int:
    """Count root calls and `_entities` fields: how many of these share a call is another matter."""
    return sum(max(1, len(step.entities)) for step in steps)


def _items(payloads: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [*payloads, *(item for p in payloads for item in p.get("incremental", ()))]


@pytest.mark.parametrize("seed", range(GRAPHS))
async def test_random_graph(seed: int) -> None:
    graph = RandomGraph(seed)
    composed = compose([SubgraphSource(name, "", sdl) for name, sdl in graph.sdl.items()])
    assert isinstance(composed, Composed), composed
    federated = FederatedGraph(composed.supergraph_sdl, graph.send)
    in_parts = [await _check(graph, federated, seed, number) for number in range(QUERIES)]
    assert any(in_parts)


def test_the_first_part_waits_for_nothing_else() -> None:
    waited = alone = 0
    for seed in range(GRAPHS):
        graph = RandomGraph(seed)
        composed = compose([SubgraphSource(name, "", sdl) for name, sdl in graph.sdl.items()])
        assert isinstance(composed, Composed), composed
        federated = FederatedGraph(composed.supergraph_sdl, graph.send)
        for number in range(QUERIES):
            plain = RandomQuery(graph, seed * 1000 + number)
            text = with_defer(plain.text, number)
            one, two = _waited_for(federated, text, plain.values)
            waited, alone = waited + one, alone + two
    # A field under @include that a part has without it may come with either call: both are
    # waited for. That is rare; without calls of their own for parts it would be a third more.
    assert 100 < alone <= waited <= alone * 1.02


def _shown(text: str, values: dict[str, bool] | None = None) -> list[tuple[Any, ...]]:
    split = split_deferred(parse(text), None, values or {})
    documents = [(None, (), None, split.primary)]
    documents += [(f.label, f.path, f.parent, f.document) for f in split.deferred]  # type: ignore[misc]
    return [(*rest, " ".join(print_ast(document).split())) for *rest, document in documents]


def test_parts_of_an_operation() -> None:
    text = """
      query Q($v: Int) { a { b ...F @defer(label: "one") } }
      fragment F on A { x: c { d ... on D @defer(label: "two") { e(v: $v) } } }
    """
    assert _shown(text) == [
        (None, (), None, "query Q($v: Int) { a { b } }"),
        ("one", ("a",), None, "query Q($v: Int) { a { ... on A { x: c { d } } } }"),
        (
            "two",
            ("a", "x"),
            0,
            "query Q($v: Int) { a { ... on A { x: c { ... on D { e(v: $v) } } } } }",
        ),
    ]


@pytest.mark.parametrize(
    ("text", "values", "primary", "parts"),
    [
        ("{ a { ... @defer(if: false) { b } } }", {}, "{ a { ... { b } } }", 0),
        ("{ a { ... @defer(if: true) { b } } }", {}, "{ a { _nothing_yet: __typename } }", 1),
        (
            "query ($v: Boolean) { a { c ... @defer(if: $v) { b } } }",
            {"v": False},
            "query ($v: Boolean) { a { c ... { b } } }",
            0,
        ),
        (
            "query ($v: Boolean) { a { c ... @defer(if: $v) { b } } }",
            {},
            "query ($v: Boolean) { a { c } }",
            1,
        ),
        ("{ a { ... @skip(if: true) @defer { b } c } }", {}, "{ a { c } }", 1),
    ],
)
def test_what_is_deferred(text: str, values: dict[str, bool], primary: str, parts: int) -> None:
    shown = _shown(text, values)
    assert (shown[0][3], len(shown) - 1) == (primary, parts)


def test_variables_that_decide() -> None:
    assert defer_variables(parse("{ a { b } }")) is None
    assert defer_variables(parse("{ a { ... @defer { b } } }")) == frozenset()
    text = "query ($v: Boolean) { ...F } fragment F on Q { a { ... @defer(if: $v) { b } } }"
    assert defer_variables(parse(text)) == {"v"}


def test_the_number_of_parts_is_bounded() -> None:
    text = "{" + " ".join(f"a{n}: a {{ ... @defer {{ b }} }}" for n in range(200)) + "}"
    split = split_deferred(parse(text), None, {})
    assert len(split.deferred) == 64
    assert print_ast(split.primary).count("b") == 136
