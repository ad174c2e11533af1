"""Reading types from their words gives what reading the whole syntax tree gives."""

from __future__ import annotations

import random
from collections.abc import Iterator
from pathlib import Path

import pytest
from graphql import GraphQLSyntaxError, parse, print_ast
from hypothesis import given, settings
from hypothesis import strategies as st

from federation.composition import Composed, compose
from federation.errors import SupergraphError
from federation.supergraph import reader
from federation.supergraph.model import Supergraph
from federation.supergraph.type_texts import NotPlain, TypeText, cut
from tests.benchmarks.large_graph import large_graph
from tests.support.shared import ROOT


def composed(count: int, seed: int = 0) -> str:
    result = compose(large_graph(count, types=40, seed=seed))
    assert isinstance(result, Composed)
    return result.supergraph_sdl


LARGE = composed(4)
FILES = sorted(
    path
    for path in (ROOT / "tests").rglob("*.graphql")
    if "join__Graph" in path.read_text(encoding="utf-8")
)


def whole(sdl: str) -> Supergraph | str:
    try:
        return reader._read_whole(sdl)
    except SupergraphError as error:
        return str(error)


def read(sdl: str) -> Supergraph | str:
    try:
        return reader.read_supergraph(sdl)
    except SupergraphError as error:
        return str(error)


def refused(text: str) -> bool:
    try:
        parse(text, no_location=True)
    except GraphQLSyntaxError:
        return True
    return False


def orders(graph: Supergraph | str) -> object:
    """Return what equality of mappings leaves out."""
    if isinstance(graph, str):
        return graph
    return [
        (name, list(each.fields), list(each.input_fields)) for name, each in graph.types.items()
    ]


def same(sdl: str) -> None:
    expected, found = whole(sdl), read(sdl)
    assert found == expected
    assert orders(found) == orders(expected)


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_supergraph_of_the_tests(path: Path) -> None:
    same(path.read_text(encoding="utf-8"))


@pytest.mark.parametrize("seed", range(3))
def test_composed_ones_are_read_quickly(seed: int) -> None:
    sdl = composed(3, seed)
    assert reader._read_quickly(sdl) == reader._read_whole(sdl)
    # As another printer writes it.
    other = print_ast(parse(sdl))
    assert reader._read_quickly(other) == reader._read_whole(other)


PIECES = (
    *("{", "}", "(", ")", "[", "]", "!", ":", "=", "@", "&", "|", "$", "...", '"', '""', '"""'),
    *("type", "interface", "input", "enum", "extend", "union", "implements", "A", "é", "1", "-1"),
    *("1.5", "01", "1a", "-", ".", "# x\n", "\\", '"a\\n"', '"\\u00e9"', '"""\n  a\n  """', "'"),
    *(
        "type B { a: Int }",
        "type C",
        "input D { a: E = { b: [1, { c: 2 }] } }",
        "{}",
        "()",
        "\ufeff",
    ),
    *("@deprecated", '@tag(name: "x")', "@join__field(graph: NOBODY)", "null", "true", "\x00", ";"),
    *('"a type" type F { "a" b(c: Int = 1 @tag(name: "y"), d: [G!]! = []): Int @deprecated }',),
)


def changes(sdl: str, choose: random.Random) -> Iterator[str]:
    """Yield texts with something left out, put in, or doubled at random places."""
    words = sdl.split(" ")
    for _ in range(4):
        at = choose.randrange(len(words))
        match choose.randrange(4):
            case 0:
                del words[at]
            case 1:
                words.insert(at, choose.choice(PIECES))
            case 2:
                words[at] = words[at][: len(words[at]) // 2]
            case _:
                words[at] = words[choose.randrange(len(words))]
        yield " ".join(words)


SMALL = (ROOT / "tests/federation/server/supergraph.graphql").read_text(encoding="utf-8")


@settings(max_examples=300, deadline=None)
@given(st.integers(0, 2**32))
def test_what_is_wrong_is_found_as_before(seed: int) -> None:
    for text in changes(SMALL, random.Random(seed)):
        same(text)


@given(st.lists(st.sampled_from(PIECES), max_size=12))
def test_what_is_cut_is_all_there(pieces: list[str]) -> None:
    """Any text that can be parsed is, in its parts, the same definitions in the same order."""
    text = " ".join(pieces)
    try:
        parts = list(cut(text))
    except NotPlain:
        return
    texts = [" ".join(each.words) if isinstance(each, TypeText) else each for each in parts]
    try:
        expected = parse(text, no_location=True).definitions
    except GraphQLSyntaxError:
        assert any(map(refused, texts or [""]))
        return
    found = [one for each in texts for one in parse(each, no_location=True).definitions]
    assert found == list(expected)
