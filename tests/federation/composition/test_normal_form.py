"""The normaliser of the conformance cases itself: what it takes away, and what it must not."""

from __future__ import annotations

import pytest

from tests.federation.composition.normal_form import differences, normal_form

ONE = """
schema @link(url: "https://specs.apollo.dev/join/v0.3", for: EXECUTION) { query: Query }
directive @join__type(graph: join__Graph!) on OBJECT
enum join__Graph { A @join__graph(name: "a", url: "http://a") }
type Query @join__type(graph: A, key: "id other { x y }", resolvable: true) {
  "text"
  a(x: Int = 1, y: Int): String! @tag(name: "t") @tag(name: "s")
  b: Int
}
enum Colour @join__type(graph: A) { RED BLUE }
"""


def _same(one: str, other: str) -> bool:
    return not list(differences(normal_form(one), normal_form(other)))


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("join/v0.3", "join/v0.5"),
        (", resolvable: true", ""),
        ("id other { x y }", "other{y x}  id"),
        ("{ RED BLUE }", "{ BLUE RED }"),
        ('@tag(name: "t") @tag(name: "s")', '@tag(name: "s") @tag(name: "t")'),
        ("(x: Int = 1, y: Int)", "(y: Int, x: Int = 1)"),
        ("directive @join__type(graph: join__Graph!) on OBJECT", ""),
    ],
)
def test_what_only_looks_different_is_equal(old: str, new: str) -> None:
    assert old in ONE
    assert _same(ONE, ONE.replace(old, new))


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("x: Int = 1", "x: Int = 2"),
        ("String!", "String"),
        ("RED BLUE", "RED"),
        ('key: "id', 'key: "id2'),
        ("resolvable: true", "resolvable: false"),
        ("graph: A, key", "graph: B, key"),
        ('"text"', '"other text"'),
        ('name: "t"', 'name: "u"'),
        ("query: Query", "mutation: Query"),
        ('url: "http://a"', 'url: "http://b"'),
        ("b: Int", ""),
        ("enum Colour", "enum Color"),
    ],
)
def test_what_means_something_else_differs(old: str, new: str) -> None:
    assert old in ONE
    assert not _same(ONE, ONE.replace(old, new))
