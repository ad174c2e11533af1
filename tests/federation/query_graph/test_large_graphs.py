"""Graphs of many subgraphs: what is counted per operation and kept per node must not add up."""

from __future__ import annotations

import pytest

from federation.composition import Composed, compose
from federation.query_graph.build import build_query_graph
from federation.query_graph.model import QueryGraph
from tests.benchmarks.large_graph import large_graph


@pytest.fixture(scope="module")
def graph() -> QueryGraph:
    result = compose(large_graph(7, types=45))
    assert isinstance(result, Composed), result
    return build_query_graph(result.supergraph)


def test_field_sets_are_not_counted_as_one_operation(
    graph: QueryGraph, monkeypatch: pytest.MonkeyPatch
) -> None:
    """All keys of a large graph together have more fields than one operation may select."""
    monkeypatch.setattr("federation.operation.passes.inline_fragments.MAX_SELECTIONS", 5)
    again = build_query_graph(graph.supergraph)
    assert [node.entity_moves for node in again.nodes] == [n.entity_moves for n in graph.nodes]


def test_all_nodes_of_a_type_have_the_same_moves(graph: QueryGraph) -> None:
    """One tuple in memory, and `composition.reachability` counts on it."""
    moves = {}
    for node in graph.nodes:
        assert moves.setdefault(node.type_name, node.entity_moves) is node.entity_moves
    assert any(len(found) > 3 for found in moves.values())
