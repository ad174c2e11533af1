"""Golden composition cases: subgraphs in; supergraph, API schema and diagnostics out.

A case is a folder `tests/golden/composition/<topic>/<case>`; the first comment of its first
subgraph says why it is there. Rewrite with `pytest --update-golden` and read the diff.
"""

from __future__ import annotations

from pathlib import Path

import pytest
from graphql import print_schema

from federation.composition import CODES, Composed, SubgraphSource, compose
from federation.supergraph.api_schema import build_api_schema
from federation.supergraph.printer import print_supergraph
from federation.supergraph.reader import read_supergraph
from tests.support.golden import GOLDEN_ROOT, Golden

_ROOT = GOLDEN_ROOT / "composition"
_CASES = sorted(path.parent for path in _ROOT.glob("*/*/subgraphs"))


@pytest.mark.parametrize("case", _CASES, ids=lambda path: str(path.relative_to(_ROOT)))
def test_composition(case: Path, golden: Golden) -> None:
    paths = sorted((case / "subgraphs").glob("*.graphql"))
    assert paths[0].read_text(encoding="utf-8").startswith("# "), "say why this case is there"
    sources = [
        SubgraphSource(p.stem, f"http://{p.stem}.example/", p.read_text(encoding="utf-8"))
        for p in paths
    ]
    outcome = compose(sources)
    assert compose(sources[::-1]) == outcome, "the order of the subgraphs must not matter"
    expected = {"subgraphs", "diagnostics.txt"}
    if isinstance(outcome, Composed):
        expected |= {"supergraph.graphql", "api.graphql"}
        read = read_supergraph(outcome.supergraph_sdl)
        assert read == outcome.supergraph
        assert print_supergraph(read) == outcome.supergraph_sdl
        golden.check(case / "supergraph.graphql", outcome.supergraph_sdl)
        golden.check(case / "api.graphql", print_schema(build_api_schema(read)))
        found = outcome.hints
    else:
        found = outcome.errors + outcome.hints
    golden.check(case / "diagnostics.txt", "\n".join(map(str, found)) or "none")
    assert {path.name for path in case.iterdir()} == expected, "a file too many or too few"


def test_every_code_is_named_by_a_case() -> None:
    """But for the two that need something else than SDL; they are in `test_codes`."""
    named = {
        line.split()[1]
        for case in _CASES
        for line in (case / "diagnostics.txt").read_text(encoding="utf-8").splitlines()
        if line.startswith(("error  ", "hint  "))
    }
    without = {"INVALID_SUBGRAPH_NAME", "MAX_VALIDATION_SUBGRAPH_PATHS_EXCEEDED"}
    assert CODES.keys() - named == without
