"""Access requirements: combined over subgraphs, inherited by interfaces, demanded transitively."""

from __future__ import annotations

import json

import pytest
from graphql import print_ast

from federation.composition import Composed, Rejected, SubgraphSource, compose
from tests.federation.composition.code_examples import link

HEAD = link("@key", "@external", "@requires", "@shareable", "@authenticated", "@requiresScopes")


def composed(*sdl: str) -> Composed | Rejected:
    names = "abcdefghijkl"
    return compose([SubgraphSource(n, "", HEAD + s) for n, s in zip(names, sdl, strict=False)])


def scopes(*alternatives: str) -> str:
    return f"@requiresScopes(scopes: {json.dumps([names.split() for names in alternatives])})"


def test_a_client_must_meet_the_demands_of_every_subgraph() -> None:
    outcome = composed(
        f"type Query {{ q: Int @shareable {scopes('a', 'b')} }}",
        f"type Query {{ q: Int @shareable {scopes('a', 'c d')} }}",
    )
    assert isinstance(outcome, Composed)
    (node,) = outcome.supergraph.types["Query"].fields["q"].directives
    assert print_ast(node) == '@requiresScopes(scopes: [["a"], ["b", "c", "d"]])'


def test_too_many_alternatives_are_an_error_and_not_a_hang() -> None:
    outcome = composed(
        *(
            f"type Query {{ q: Int @shareable {scopes(*(f'{n}{i}' for i in range(9)))} }}"
            for n in "abcdefghijkl"
        )
    )
    assert isinstance(outcome, Rejected)
    assert {error.code for error in outcome.errors} == {"DIRECTIVE_COMPOSITION_ERROR"}
    assert "too many alternatives" in outcome.errors[0].message


@pytest.mark.parametrize(
    ("own", "enough"),
    [
        ("", False),
        ("@authenticated", False),
        (scopes("a"), False),
        (scopes("a b"), True),
        (scopes("c"), True),
        (scopes("a b", "c"), True),
        (scopes("a b", "d"), False),
        (scopes("a b c d"), True),
    ],
)
def test_what_is_required_must_be_protected_as_much(own: str, enough: bool) -> None:
    outcome = composed(
        'type Query { t: T } type T @key(fields: "id") { id: ID! x: Int @external '
        f'y: Int @requires(fields: "x") {own} }}',
        f'type T @key(fields: "id") {{ id: ID! x: Int {scopes("a b", "c")} }}',
    )
    if enough:
        assert isinstance(outcome, Composed)
    else:
        assert isinstance(outcome, Rejected)
        codes = {error.code for error in outcome.errors}
        assert codes == {"MISSING_TRANSITIVE_AUTH_REQUIREMENTS"}


def test_the_type_around_a_field_protects_it_too() -> None:
    assert isinstance(
        composed(
            'type Query { t: T } type T @key(fields: "id") @authenticated { id: ID! '
            'x: Int @external y: Int @requires(fields: "x") }',
            'type T @key(fields: "id") { id: ID! x: Int @authenticated }',
        ),
        Composed,
    )


def test_data_from_a_context_is_protected_too() -> None:
    sdl = (
        link("@key", "@context", "@fromContext", "@authenticated")
        + 'type Query { p: P } type P @context(name: "c") { v: Int @authenticated t: T } '
        'type T @key(fields: "id") { id: ID! f(a: Int @fromContext(field: "$c { v }")): Int %s }'
    )
    outcome = compose([SubgraphSource("a", "", sdl % "")])
    assert isinstance(outcome, Rejected)
    assert [error.coordinate for error in outcome.errors] == ["T.f"]
    assert isinstance(compose([SubgraphSource("a", "", sdl % "@authenticated")]), Composed)
