"""All recorded composition cases: accepted or refused, codes, hints, and the supergraph.

`DIFFERENT` names the cases where we think the reference wrong, with the reason. A case on the list
that passes fails the test, like one off the list that does not.
"""

from __future__ import annotations

import json
from functools import cache
from typing import Any

import pytest

from federation.composition import Composed, Rejected, SubgraphSource, compose
from federation.supergraph.printer import print_supergraph
from federation.supergraph.reader import read_supergraph
from tests.federation.composition.normal_form import differences, normal_form
from tests.support.shared import SHARED, needs_shared

_CASES = SHARED / "conformance" / "composition_cases.json"
# The reference refuses, but gives no code; each of ours has one.
_WITHOUT_CODE = "NO_CODE"

DIFFERENT = {
    # An import that federation v2.0 does not have (@composeDirective). The reference tells it as
    # INVALID_LINK_DIRECTIVE_USAGE in nineteen other cases, but here, where the subgraph also links
    # the link specification itself, as an unknown directive (INVALID_GRAPHQL). The link
    # specification knows no such difference, and the import is what has to be mended.
    "directive-composition-error/directive-composition-error@v2.0",
    "to-categorize/valid-composed-directive-gets-an-empty-object-instead-of-name@v2.0",
}


@cache
def _cases() -> dict[str, dict[str, Any]]:
    if not _CASES.is_file():
        return {}
    return {case["id"]: case for case in json.loads(_CASES.read_text(encoding="utf-8"))}


@needs_shared
@pytest.mark.parametrize("case_id", _cases())
def test_case(case_id: str) -> None:
    problems = list(_problems(_cases()[case_id]))
    if case_id in DIFFERENT:
        assert problems, "this case passes now: take it off the list"
    else:
        assert not problems


@needs_shared
def test_the_list_names_cases_only() -> None:
    assert _cases().keys() >= DIFFERENT
    assert len(_cases()) == 230


def _problems(case: dict[str, Any]) -> Any:
    expected = case["expect"]
    outcome = compose([SubgraphSource(s["name"], s["url"], s["sdl"]) for s in case["subgraphs"]])
    if isinstance(outcome, Rejected):
        codes = sorted({error.code for error in outcome.errors})
        if expected.get("codes") == [_WITHOUT_CODE]:
            return
        if codes != sorted(expected.get("codes", ())):
            yield f"refused with {codes}", [str(error) for error in outcome.errors]
        return
    assert isinstance(outcome, Composed)
    if not expected["ok"]:
        yield f"accepted, not refused with {expected['codes']}"
        return
    yield from differences(normal_form(outcome.supergraph_sdl), normal_form(case["supergraph"]))
    hints = sorted({hint.code for hint in outcome.hints})
    if hints != sorted(expected["hints"]):
        yield f"hints {hints}, not {expected['hints']}"
    again = read_supergraph(outcome.supergraph_sdl)
    if again != outcome.supergraph or print_supergraph(again) != outcome.supergraph_sdl:
        yield "read again, the supergraph is another one"
