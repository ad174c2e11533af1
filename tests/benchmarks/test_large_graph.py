"""The graphs that are measured: the same each time, as large as said, and they compose."""

from __future__ import annotations

import pytest

from federation.composition import Composed, compose
from tests.benchmarks.large_graph import changed, large_graph


def test_the_same_seed_gives_the_same_text() -> None:
    assert large_graph(4, seed=1) == large_graph(4, seed=1)
    assert large_graph(4, seed=1) != large_graph(4, seed=2)


@pytest.mark.parametrize("count", [1, 2, 7])
def test_any_number_composes(count: int) -> None:
    result = compose(large_graph(count, types=60, seed=count))
    assert isinstance(result, Composed), result
    own = [name for name in result.supergraph.types if name.startswith("Thing0x")]
    assert len(own) == 12


def test_subgraphs_have_the_types_asked_for_and_share_entities() -> None:
    sources = large_graph(8, types=60)
    words = ("type", "interface", "union", "enum", "input", "scalar")
    for source in sources:
        lines = [line for line in source.sdl.splitlines() if line.split(" ")[0] in words]
        assert len(lines) - 2 == 60  # without the roots
    extending = [s for s in sources if "type Patent " in s.sdl]
    assert len(extending) > 2


def test_a_change_is_in_one_subgraph() -> None:
    sources = large_graph(3)
    assert [a == b for a, b in zip(sources, changed(sources, 1), strict=True)] == [
        True,
        False,
        True,
    ]
