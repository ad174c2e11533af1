"""Golden contracts: subgraphs and tags in; what the audience sees, or why it cannot be, out.

A case is a folder `tests/golden/contracts/<case>`; the first comment of its first subgraph says
why it is there. Rewrite with `pytest --update-golden` and read the diff.
"""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from graphql import assert_valid_schema, print_schema

from federation.composition import Composed, SubgraphSource, compose
from federation.composition.contract import ContractError, contract
from federation.supergraph.api_schema import build_api_schema
from federation.supergraph.printer import print_supergraph
from federation.supergraph.reader import read_supergraph
from tests.support.golden import GOLDEN_ROOT, Golden

_CASES = sorted(path.parent for path in (GOLDEN_ROOT / "contracts").glob("*/contract.json"))


@pytest.mark.parametrize("case", _CASES, ids=lambda path: path.name)
def test_contract(case: Path, golden: Golden) -> None:
    paths = sorted((case / "subgraphs").glob("*.graphql"))
    assert paths[0].read_text("utf-8").startswith("# "), "say why this case is there"
    composed = compose([SubgraphSource(p.stem, "", p.read_text("utf-8")) for p in paths])
    assert isinstance(composed, Composed), composed
    terms = json.loads((case / "contract.json").read_text("utf-8"))
    expected = {"subgraphs", "contract.json"}
    try:
        result = contract(composed.supergraph, **terms)
    except ContractError as error:
        golden.check(case / "errors.txt", "\n".join(map(str, error.errors)))
        expected |= {"errors.txt"}
    else:
        sdl = print_supergraph(result)
        assert read_supergraph(sdl) == result, "the contract's supergraph is one like any other"
        api_schema = build_api_schema(result)
        assert_valid_schema(api_schema)
        golden.check(case / "supergraph.graphql", sdl)
        golden.check(case / "api.graphql", print_schema(api_schema))
        expected |= {"supergraph.graphql", "api.graphql"}
    assert {path.name for path in case.iterdir()} == expected, "a file too many or too few"


def test_there_are_cases() -> None:
    assert len(_CASES) >= 4
