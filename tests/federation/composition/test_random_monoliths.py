"""Cut a random schema into subgraphs: they compose, and clients see the schema again.

With `COMPOSITION_EXAMPLES=2000` in the environment it runs longer, each time with new examples.
"""

from __future__ import annotations

import os
import random

from graphql import GraphQLSchema, build_schema, lexicographic_sort_schema, print_schema
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from federation.composition import Composed, SubgraphSource, compose
from federation.supergraph.api_schema import build_api_schema
from federation.supergraph.printer import print_supergraph
from federation.supergraph.reader import read_supergraph
from tests.support.random_cut import RandomCut
from tests.support.random_federation import RandomGraph
from tests.support.random_monolith import RandomMonolith

EXAMPLES = int(os.environ.get("COMPOSITION_EXAMPLES", "30"))
bounded = settings(
    max_examples=EXAMPLES,
    deadline=None,
    derandomize=EXAMPLES <= 100,
    suppress_health_check=[HealthCheck.too_slow],
)
SEEDS = st.integers(min_value=0, max_value=2**32)


def text(schema: GraphQLSchema) -> str:
    return print_schema(lexicographic_sort_schema(schema))


def composed(sources: list[SubgraphSource]) -> Composed:
    result = compose(sources)
    assert isinstance(result, Composed), [str(error) for error in result.errors]
    return result


@bounded
@given(SEEDS, st.randoms(use_true_random=False))
def test_a_cut_monolith_composes_to_itself(seed: int, order: random.Random) -> None:
    choose = random.Random(seed)
    monolith = RandomMonolith(choose)
    sources = RandomCut(monolith, choose).sources
    result = composed(sources)
    assert text(build_api_schema(result.supergraph)) == text(build_schema(monolith.sdl()))
    read = read_supergraph(result.supergraph_sdl)
    assert print_supergraph(read) == result.supergraph_sdl
    order.shuffle(sources)
    assert composed(sources).supergraph_sdl == result.supergraph_sdl


@bounded
@given(SEEDS)
def test_interface_objects_too(seed: int) -> None:
    graph = RandomGraph(seed)
    sources = [SubgraphSource(name, "", sdl) for name, sdl in graph.sdl.items()]
    result = composed(sources)
    assert text(build_api_schema(result.supergraph)) == text(graph.monolith)
    assert composed(sources[::-1]).supergraph_sdl == result.supergraph_sdl
