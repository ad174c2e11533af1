"""What random subgraphs compose to: read back, printed again, and seen as clients see it."""

from __future__ import annotations

import pytest
from graphql import build_schema, lexicographic_sort_schema, print_schema

from federation.supergraph.api_schema import build_api_schema
from federation.supergraph.printer import print_supergraph
from federation.supergraph.reader import read_supergraph
from tests.differential.federation import Federation
from tests.differential.generate import random_federation

SEEDS = pytest.mark.parametrize("seed", range(1000, 1040))


@SEEDS
def test_supergraph_and_api_schema(seed: int) -> None:
    made = random_federation(seed)
    federation = Federation(made.subgraphs, seed, made.monolith)
    read = read_supergraph(federation.supergraph_sdl)
    assert print_supergraph(read) == federation.supergraph_sdl
    api_schema = print_schema(lexicographic_sort_schema(build_api_schema(read)))
    monolith = print_schema(lexicographic_sort_schema(build_schema(made.monolith)))
    assert api_schema == monolith


@SEEDS
def test_order_of_subgraphs_changes_nothing(seed: int) -> None:
    made = random_federation(seed)
    backwards = dict(reversed(made.subgraphs.items()))
    one, other = (Federation(s, seed, made.monolith) for s in (made.subgraphs, backwards))
    assert one.supergraph_sdl == other.supergraph_sdl
