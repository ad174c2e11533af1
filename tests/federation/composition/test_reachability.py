"""Satisfiability's sets against the planner's paths: what one says is there, the other finds."""

from __future__ import annotations

import random

import pytest

from federation.composition import Composed, SubgraphSource, compose
from federation.composition.reachability import VACUOUS, Place, Reachability
from federation.operation.model import Field
from federation.query_graph.build import build_query_graph
from federation.query_graph.model import Node, QueryGraph
from federation.query_graph.path_finder import PathFinder
from federation.query_graph.paths import FieldStep, Path, RootStep
from federation.query_graph.positions import FieldShapes, Positions
from federation.supergraph.model import TypeKind
from tests.federation.composition.code_examples import ALL
from tests.support.random_cut import RandomCut
from tests.support.random_federation import RandomGraph
from tests.support.random_monolith import RandomMonolith


def graph_of(sources: list[SubgraphSource]) -> QueryGraph:
    result = compose(sources)
    assert isinstance(result, Composed), result
    return build_query_graph(result.supergraph)


def small(*sdl: str) -> QueryGraph:
    return graph_of([SubgraphSource(n, "", ALL + s) for n, s in zip("abcd", sdl, strict=False)])


def node(graph: QueryGraph, subgraph: str, type_name: str) -> Node:
    return next(n for n in graph.nodes if (n.subgraph, n.type_name) == (subgraph, type_name))


def subgraphs(graph: QueryGraph, places: frozenset[Place]) -> list[str]:
    return sorted({graph.nodes[place[0]].subgraph for place in places})


class Planner:
    """The planner's answers for one object, found at a place below some field."""

    def __init__(self, graph: QueryGraph, place: Place, labels: frozenset[str]) -> None:
        positions = Positions(FieldShapes(graph.supergraph, graph.possible))
        self.finder = PathFinder(graph, positions, labels=labels, max_paths=1_000_000)
        below = positions.child(positions.root, "found")
        found = graph.nodes[place[0]]
        self.start = Path(found, below, RootStep(), None, 0, 1, narrow=place[1])

    def closure(self) -> set[int]:
        return {p.node.id for p in self.finder.closure(self.start) if p.node is not None}

    def targets(self, type_name: str, name: str) -> set[int]:
        wanted = Field(name, name, type_name)
        paths = [self.finder.advance(p, wanted) for p in self.finder.closure(self.start)]
        ends = [p for p in paths if p is not None] + self.finder.requiring(self.start, wanted)
        return {p.step.move.target for p in ends if isinstance(p.step, FieldStep)}


def check(graph: QueryGraph, labels: frozenset[str] = frozenset()) -> int:
    """Compare both for all objects at all nodes; return how many fields were compared."""
    compared = 0
    reachability = Reachability(graph, labels)
    for found in graph.nodes:
        for type_name in graph.possible.of(found.type_name):
            place = reachability.cast((found.id, None), type_name)
            type_def = graph.supergraph.types[type_name]
            if place == VACUOUS or type_def.kind is not TypeKind.OBJECT:
                continue
            planner = Planner(graph, place, labels)
            closure = reachability.closure(place)
            assert {node for node, _ in closure.places} >= planner.closure()
            for name in type_def.fields:
                here = {node for node, _ in reachability.resolve(closure, name)}
                assert here == planner.targets(type_name, name), f"{found} {type_name}.{name}"
                compared += 1
    return compared


@pytest.mark.parametrize("seed", range(12))
def test_random_graphs_with_interface_objects(seed: int) -> None:
    sdl = RandomGraph(seed).sdl
    assert check(graph_of([SubgraphSource(name, "", text) for name, text in sdl.items()])) > 20


@pytest.mark.parametrize("seed", range(12))
@pytest.mark.parametrize("labels", [frozenset[str](), frozenset({"percent(20)"})])
def test_random_cuts(seed: int, labels: frozenset[str]) -> None:
    choose = random.Random(seed)
    graph = graph_of(RandomCut(RandomMonolith(choose), choose).sources)
    assert check(graph, labels) > 5


def test_places_that_hold_the_same_keys_share_one_closure() -> None:
    graph = small(
        'type Query { t: T } type T @key(fields: "id") { id: ID! a: Int }',
        'type T @key(fields: "id") { id: ID! b: Int }',
        'type T @key(fields: "id", resolvable: false) { id: ID! } type Query { c: T }',
    )
    reachability = Reachability(graph)
    closures = [reachability.closure((node(graph, s, "T").id, None)) for s in "abc"]
    assert closures[0] == closures[1]
    # The bare reference of "c" adds nothing either.
    assert closures[2] == closures[0]
    assert subgraphs(graph, closures[0].places) == ["a", "b"]


def test_a_key_held_in_two_places_is_put_together() -> None:
    graph = small(
        'type Query { t: T } type T @key(fields: "id") { id: ID! one: ID! @shareable }',
        'type T @key(fields: "id") { id: ID! two: ID! @shareable }',
        'type T @key(fields: "one two") { one: ID! @shareable two: ID! @shareable c: Int }',
    )
    places = Reachability(graph).closure((node(graph, "a", "T").id, None)).places
    assert subgraphs(graph, places) == ["a", "b", "c"]


def test_keys_that_contain_each_other_come_to_an_end() -> None:
    """T is found by its U and U by its T: neither can be had without the other."""
    graph = small(
        'type Query { t: T u: U } type T @key(fields: "u { x }") { u: U! n: Int } '
        'type U @key(fields: "t { n }") { t: T! x: Int }',
        'type T @key(fields: "u { x }") { u: U! @shareable } type U @shareable { x: Int }',
    )
    assert check(graph) > 3


def test_required_fields_that_need_each_other() -> None:
    graph = small(
        'type Query { t: T } type T @key(fields: "id") { id: ID! }',
        'type T @key(fields: "id") { id: ID! x: Int @external y: Int @requires(fields: "x") }',
        'type T @key(fields: "id") { id: ID! z: Int @external x: Int @requires(fields: "z") }',
        'type T @key(fields: "id") { id: ID! z: Int }',
    )
    reachability = Reachability(graph)
    closure = reachability.closure((node(graph, "a", "T").id, None))
    assert all(reachability.resolve(closure, name) for name in "xyz")
    assert check(graph) > 4


def test_a_state_for_every_subset_is_given_up_in_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each subgraph leaves out another field: what is left of n subgraphs can be any of 2^n."""
    monkeypatch.setattr("federation.composition.satisfiability._MAX_LOOKS", 500)
    sources = []
    for left_out in range(8):
        fields = " ".join(f"x{i}: V" for i in range(8) if i != left_out)
        sdl = f"type Query {{ v: V @shareable }} type V @shareable {{ {fields} }}"
        sources.append(SubgraphSource(f"s{left_out}", "", ALL + sdl))
    result = compose(sources)
    assert not isinstance(result, Composed)
    assert '"V" can be reached in too many ways' in result.errors[-1].message
