"""The query graph and paths through it, on one small supergraph."""

from __future__ import annotations

import pytest

from federation.composition.compose import compose
from federation.composition.result import Composed, SubgraphSource
from federation.errors import PlanningError
from federation.operation.model import Field
from federation.query_graph.build import build_query_graph
from federation.query_graph.dot import print_dot
from federation.query_graph.model import Node, QueryGraph
from federation.query_graph.path_finder import PathFinder
from federation.query_graph.paths import JumpStep, Path, print_path
from federation.query_graph.positions import FieldShapes, Positions

LINK = (
    'extend schema @link(url: "https://specs.apollo.dev/federation/v2.5", import: ["@key", '
    '"@shareable", "@external", "@requires", "@provides", "@override", "@interfaceObject"])\n'
)
A = """
type Query { t: T  best: T @provides(fields: "u { name }") item: Item }
type T @key(fields: "id") { id: ID! moved: Int u: U }
type U @key(fields: "id") { id: ID! name: String @external }
interface Item @key(fields: "id") { id: ID! }
type X implements Item @key(fields: "id") { id: ID! x: Int }
"""
B = """
type T @key(fields: "id") @key(fields: "code") {
  id: ID! code: ID! moved: Int @override(from: "a")
  twice: Int @requires(fields: "far") far: Int @external
}
type U @key(fields: "id") { id: ID! name: String @shareable }
type Item @key(fields: "id") @interfaceObject { id: ID! score: Int }
"""
C = """
type T @key(fields: "code") { code: ID! far: Int }
"""


@pytest.fixture(scope="module")
def graph() -> QueryGraph:
    sources = [SubgraphSource(n, "", LINK + s) for n, s in (("c", C), ("a", A), ("b", B))]
    composed = compose(sources)
    assert isinstance(composed, Composed), composed
    return build_query_graph(composed.supergraph)


@pytest.fixture
def finder(graph: QueryGraph) -> PathFinder:
    return PathFinder(graph, Positions(FieldShapes(graph.supergraph, graph.possible)))


def _node(graph: QueryGraph, subgraph: str, type_name: str, view: str = "") -> Node:
    (found,) = [
        n for n in graph.nodes if (n.subgraph, n.type_name, n.view) == (subgraph, type_name, view)
    ]
    return found


def _to(finder: PathFinder, name: str, parent: str = "Query") -> Path:
    field = Field(name, name, parent)
    paths = [p for p in (finder.advance(r, field) for r in finder.roots("Query")) if p]
    return paths[0]


def test_override_takes_the_field_away(graph: QueryGraph) -> None:
    assert "moved" not in _node(graph, "a", "T").fields
    assert "moved" in _node(graph, "b", "T").fields


def test_external_fields_only_in_views(graph: QueryGraph) -> None:
    assert "name" not in _node(graph, "a", "U").fields
    assert "name" in _node(graph, "a", "U", "name").fields
    assert "u" in _node(graph, "a", "T", "u { name }").fields


def test_entity_moves(graph: QueryGraph) -> None:
    moves = _node(graph, "a", "T").entity_moves
    targets = [graph.nodes[m.target].subgraph for m in moves]
    assert targets == ["a", "b", "b", "c"]
    assert all(m.typename is None for m in moves)


def test_interface_object_moves(graph: QueryGraph) -> None:
    item = _node(graph, "b", "Item")
    assert item.is_interface_object
    assert not item.casts
    into = [m for m in _node(graph, "a", "X").entity_moves if graph.nodes[m.target] is item]
    assert [m.typename for m in into] == ["Item"]


def test_key_learnt_on_the_way(finder: PathFinder) -> None:
    """c is entered by code, which only b knows: a → b → c, three calls in a row."""
    path = _to(finder, "t")
    reached = {p.node.subgraph: p for p in finder.closure(path) if p.node}
    assert sorted(reached) == ["a", "b", "c"]
    assert [reached[s].depth for s in "abc"] == [1, 2, 3]
    assert reached["c"].mask & reached["b"].mask == reached["b"].mask
    assert print_path(reached["c"]) == "a → t → [b] → [c]"


def test_requires_is_resolved_first(finder: PathFinder) -> None:
    (found,) = finder.requiring(_to(finder, "t"), Field("twice", "twice", "T"))[:1]
    jump = found.previous
    assert jump is not None
    assert isinstance(jump.step, JumpStep)
    assert [s.name for s in jump.step.requires] == ["far"]  # type: ignore[union-attr]
    # a, b for the code, c for far, and b again: the first call to b is among its inputs
    assert found.mask.bit_count() == 4
    assert jump.step.level == 1


def test_typename_of_an_interface_object(finder: PathFinder, graph: QueryGraph) -> None:
    item = _to(finder, "item")
    scored = next(p for p in finder.closure(item) if p.node is _node(graph, "b", "Item"))
    (way,) = finder.typenames([item])
    assert way.mask == item.mask
    assert all(p.node is None for p in finder.typenames([scored]))


def test_cast_to_a_type_never_returned(finder: PathFinder) -> None:
    item = _to(finder, "item")
    assert not finder.cast(item, "X").vacuous
    assert finder.cast(item, "T").vacuous


def test_budget(graph: QueryGraph) -> None:
    positions = Positions(FieldShapes(graph.supergraph, graph.possible))
    finder = PathFinder(graph, positions, max_paths=2)
    with pytest.raises(PlanningError) as error:
        finder.closure(_to(finder, "t"))
    assert error.value.code == "QUERY_PLAN_COMPLEXITY_EXCEEDED"


def test_dot_is_whole(graph: QueryGraph) -> None:
    text = print_dot(graph)
    assert text.count("subgraph cluster_") == 3
    assert all(f"  n{node.id} [" in text for node in graph.nodes)
    assert "requires far" not in text  # a leaf has no arrow to write it on
    assert 'label="key code", style=dashed' in text
