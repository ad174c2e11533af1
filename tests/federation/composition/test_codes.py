"""Every code is given by something, with a message, a subgraph and a place to look at."""

from __future__ import annotations

from pathlib import Path

import pytest

from federation.composition import CODES, Rejected, Severity, SubgraphSource, codes_page, compose
from federation.composition.codes import Level
from tests.federation.composition.code_examples import EXAMPLES, Q

# About the set of subgraphs, not about a place in one of them.
_WITHOUT_PLACE = {"NO_QUERIES"}
# Tested in `test_compose`, because they are about names and not about SDL, and in
# `test_satisfiability`, because they need more than fits here.
_ELSEWHERE = {"INVALID_SUBGRAPH_NAME", "MAX_VALIDATION_SUBGRAPH_PATHS_EXCEEDED"}


@pytest.mark.parametrize("code", EXAMPLES)
def test_code(code: str) -> None:
    sources = [
        SubgraphSource(name, "", sdl) for name, sdl in zip("abc", EXAMPLES[code], strict=False)
    ]
    outcome = compose(sources)
    if CODES[code].severity is Severity.ERROR:
        assert isinstance(outcome, Rejected), f"accepted, without {code}"
        found = outcome.errors
    else:
        assert not isinstance(outcome, Rejected), [str(error) for error in outcome.errors]
        found = outcome.hints
    matching = [diagnostic for diagnostic in found if diagnostic.code == code]
    assert matching, [str(diagnostic) for diagnostic in found]
    for diagnostic in matching:
        assert diagnostic.message.endswith((".", ")"))
        assert diagnostic.subgraphs
        assert diagnostic.locations or code in _WITHOUT_PLACE
        for location in diagnostic.locations:
            assert location.line >= 1
            assert location.column >= 1


def test_every_code_has_an_example() -> None:
    assert CODES.keys() - EXAMPLES.keys() == _ELSEWHERE
    assert EXAMPLES.keys() <= CODES.keys()


def test_the_reference_page_is_current() -> None:
    page = Path(codes_page.__file__).with_name("CODES.md").read_text(encoding="utf-8")
    assert page == codes_page.codes_markdown(), "run: hub codes --markdown > .../CODES.md"


def test_each_hint_has_a_level_and_errors_have_none() -> None:
    for code in CODES.values():
        assert code.level is not None or code.severity is Severity.ERROR
    outcome = compose([SubgraphSource("a", "", EXAMPLES["UNUSED_ENUM_TYPE"][0])])
    assert [hint.level for hint in outcome.hints] == [Level.DEBUG]


def test_an_example_without_mistakes_has_no_finding() -> None:
    outcome = compose([SubgraphSource("a", "", Q)])
    assert not isinstance(outcome, Rejected)
    assert outcome.hints == ()
