"""Random graphs, cut at random: the federated answer must be the monolith's.

The subgraphs check what they are asked for and sent (see `random_federation`), so wrong calls
fail here even where the answer would be right by luck. Failures found by longer runs are kept as
golden plans (`conditions/twice_the_same`, `conditions/only_conditional`,
`requires/under_condition`, `requires/two_types_one_place`).
"""

from __future__ import annotations

import pytest

from federation.composition.compose import compose
from federation.composition.result import Composed, SubgraphSource
from tests.support.federated import FederatedGraph
from tests.support.random_federation import RandomGraph, RandomQuery

GRAPHS = 15
QUERIES = 12


def _federated(graph: RandomGraph) -> FederatedGraph:
    composed = compose([SubgraphSource(name, "", sdl) for name, sdl in graph.sdl.items()])
    assert isinstance(composed, Composed), composed
    return FederatedGraph(composed.supergraph_sdl, graph.send)


async def _check(graph: RandomGraph, federated: FederatedGraph, seed: int, number: int) -> bool:
    query = RandomQuery(graph, seed * 1000 + number)
    expected = graph.answer_monolith(query.text, query.values)
    if expected["data"] is None:
        return False  # the fields drawn conflict with one another: not a valid operation
    run = await federated.execute(query.text, query.values)
    assert run.response == {"data": expected["data"]}, f"seed {seed}, query {number}: {query.text}"
    return True


@pytest.mark.parametrize("seed", range(GRAPHS))
async def test_random_graph(seed: int) -> None:
    graph = RandomGraph(seed)
    federated = _federated(graph)
    answered = [await _check(graph, federated, seed, number) for number in range(QUERIES)]
    assert sum(answered) >= QUERIES // 3
