"""Every code is given by something, with a message, a subgraph and a place to look at."""

from __future__ import annotations

import pytest

from federation.composition import CODES, Rejected, Severity, SubgraphSource, compose
from tests.federation.composition.code_examples import EXAMPLES, Q

# About the set of subgraphs, not about a place in one of them.
_WITHOUT_PLACE = {"NO_QUERIES"}
# Tested in `test_compose`, because they are about names and not about SDL.
_ELSEWHERE = {"INVALID_SUBGRAPH_NAME"}


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


def test_an_example_without_mistakes_has_no_finding() -> None:
    outcome = compose([SubgraphSource("a", "", Q)])
    assert not isinstance(outcome, Rejected)
    assert outcome.hints == ()
