"""Normalisation, seen as text: one operation in, one canonical operation out."""

from __future__ import annotations

import pytest
from graphql import parse

from federation.composition.compose import compose
from federation.composition.result import Composed, SubgraphSource
from federation.errors import RequestError
from federation.operation.fingerprint import fingerprint, print_operation
from federation.operation.model import Operation
from federation.operation.normalize import normalize
from federation.supergraph.model import Supergraph

SDL = """
extend schema @link(url: "https://specs.apollo.dev/federation/v2.5", import: ["@key"])
type Query { node: Node  any: Any  a: A  big(n: [Float], s: String, in: In): Int }
type Mutation { set(n: Int): Int }
input In { x: Float y: String }
interface Node { id: ID! next: Node }
interface Named { name: String }
type A implements Node & Named { id: ID! next: Node name: String own: A }
type B implements Node { id: ID! next: A tag: String }
type C implements Node & Named { id: ID! next: Node name: String }
union Any = A | B
"""


@pytest.fixture(scope="module")
def supergraph() -> Supergraph:
    composed = compose([SubgraphSource("one", "", SDL)])
    assert isinstance(composed, Composed)
    return composed.supergraph


def _normal(supergraph: Supergraph, text: str, name: str | None = None) -> Operation:
    return normalize(parse(text), supergraph, name)


def _text(supergraph: Supergraph, text: str) -> str:
    lines = print_operation(_normal(supergraph, text)).split("\n")
    return " ".join(" ".join(lines).split())


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        # named fragments are written out, equal selections merged, order of appearance kept
        (
            "{ a { name ...F } } fragment F on A { id name own { id } own { name } }",
            "query { a { name id own { id name } } }",
        ),
        # a condition that all possible types fulfil is none
        ("{ node { ... on Node { id } } }", "query { node { id } }"),
        ("{ a { ... on Named { name } } }", "query { a { name } }"),
        # abstract × abstract: those in both, by name
        (
            "{ node { ... on Named { name } } }",
            "query { node { ... on A { name } ... on C { name } } }",
        ),
        ("{ any { ... on Named { name } } }", "query { any { ... on A { name } } }"),
        # all members are nodes, but a union has no fields: they are taken type by type
        ("{ any { ... on Node { id } } }", "query { any { ... on A { id } ... on B { id } } }"),
        # never fulfilled: dropped
        ("{ any { ... on B { ... on A { id } } __typename } }", "query { any { __typename } }"),
        # nested conditions meet
        (
            "{ node { ... on Named { ... on Node { ... on A { own { id } } } } } }",
            "query { node { ... on A { own { id } } } }",
        ),
        # literals fold
        (
            "{ a { id @skip(if: false) name @include(if: false) __typename @skip(if: true) } }",
            "query { a { id } }",
        ),
        # aliases, arguments sorted
        (
            '{ x: big(s: "q", n: [1]) y: big }',
            'query { x: big(n: [1], s: "q") y: big }',
        ),
    ],
)
def test_normal_form(supergraph: Supergraph, given: str, expected: str) -> None:
    assert _text(supergraph, given) == expected


def test_conditions_move_to_fields(supergraph: Supergraph) -> None:
    text = _text(
        supergraph,
        "query ($x: Boolean!, $y: Boolean!) "
        "{ a @include(if: $x) { ... @skip(if: $y) { id } name } }",
    )
    assert text == (
        "query($x: Boolean!, $y: Boolean!) { a @include(if: $x) { id @skip(if: $y) name } }"
    )


def test_conditions_of_merged_fields(supergraph: Supergraph) -> None:
    """Each occurrence keeps its own condition on its own selections."""
    text = _text(
        supergraph,
        "query ($x: Boolean!) { a @include(if: $x) { id } a { name } }",
    )
    assert text == "query($x: Boolean!) { a { id @include(if: $x) name } }"


def test_contradiction_is_dropped(supergraph: Supergraph) -> None:
    text = _text(
        supergraph, "query ($x: Boolean!) { a { id ... @include(if: $x) { name @skip(if: $x) } } }"
    )
    assert text == "query($x: Boolean!) { a { id } }"


def test_values_keep_every_digit(supergraph: Supergraph) -> None:
    given = "{ big(n: [123456789012345678901234567890, 0.10000000000000000001, -1e-400])}"
    assert "[123456789012345678901234567890, 0.10000000000000000001, -1e-400]" in _text(
        supergraph, given
    )


def test_strings_and_objects(supergraph: Supergraph) -> None:
    given = '{ big(s: """a "q"\n b""", in: {x: $v, y: "\\n专利"}) }'.replace("$v", "1.50")
    assert 's: "a \\"q\\"\\nb"' in _text(supergraph, given)
    assert 'in: {x: 1.50, y: "\\n专利"}' in _text(supergraph, given)


def test_variables_and_defaults(supergraph: Supergraph) -> None:
    operation = _normal(
        supergraph, "query Q($n: [Float] = [1.10], $s: String) { big(n: $n, s: $s) }"
    )
    assert [(v.name, str(v.type), v.default) for v in operation.variables] == [
        ("n", "[Float]", "[1.10]"),
        ("s", "String", None),
    ]
    assert operation.selections[0].arguments[0].variables == ("n",)  # type: ignore[union-attr]


def test_operation_is_chosen_by_name(supergraph: Supergraph) -> None:
    text = "query One { a { id } } mutation Two { set }"
    assert _normal(supergraph, text, "Two").root_type == "Mutation"
    for name, problem in [(None, "several operations"), ("Three", '"Three"')]:
        with pytest.raises(RequestError, match=problem) as error:
            _normal(supergraph, text, name)
        assert error.value.code == "GRAPHQL_UNKNOWN_OPERATION_NAME"


def test_doubling_fragments_are_stopped(supergraph: Supergraph) -> None:
    """2^20 selections from twenty lines end in a clear error, not in the memory."""
    fragments = [
        f"fragment F{i} on A {{ x: own {{ ...F{i + 1} }} y: own {{ ...F{i + 1} }} }}"
        for i in range(20)
    ]
    text = "{ a { ...F0 } } " + " ".join(fragments) + " fragment F20 on A { id }"
    with pytest.raises(RequestError) as error:
        _normal(supergraph, text)
    assert error.value.code == "REQUEST_LIMIT_EXCEEDED"


def test_fingerprint_sees_meaning_only(supergraph: Supergraph) -> None:
    one = _normal(supergraph, "{ a { id ...F } } fragment F on A { name }")
    two = _normal(supergraph, "{ a { id, name } }")
    other = _normal(supergraph, "{ a { name id } }")
    assert one == two
    assert fingerprint(one) == fingerprint(two) != fingerprint(other)
