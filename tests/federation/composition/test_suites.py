"""The subgraphs of each execution suite compose to the supergraph that suite gives."""

from __future__ import annotations

import json

import pytest

from federation.composition import Composed, SubgraphSource, compose
from tests.federation.composition.normal_form import differences, normal_form
from tests.support.shared import SHARED, needs_shared

_SUITES = sorted((SHARED / "conformance" / "suites").glob("*.json"))


@needs_shared
@pytest.mark.parametrize("suite", [path.stem for path in _SUITES])
def test_suite_composes(suite: str) -> None:
    path = SHARED / "conformance" / "suites" / f"{suite}.json"
    data = json.loads(path.read_text(encoding="utf-8"))
    sources = [SubgraphSource(s["name"], s.get("url", ""), s["sdl"]) for s in data["subgraphs"]]
    outcome = compose(sources)
    assert isinstance(outcome, Composed), outcome
    ours, theirs = normal_form(outcome.supergraph_sdl), normal_form(data["supergraph"])
    # The urls are filled in when a suite is served.
    del ours["join__Graph"], theirs["join__Graph"]
    assert list(differences(ours, theirs)) == []


@needs_shared
def test_the_domain_composes_without_hints() -> None:
    paths = sorted((SHARED / "data" / "sdl").glob("*.graphql"))
    assert len(paths) == 9
    outcome = compose(
        [SubgraphSource(path.stem, "", path.read_text(encoding="utf-8")) for path in paths]
    )
    assert isinstance(outcome, Composed), outcome
    assert outcome.hints == ()
