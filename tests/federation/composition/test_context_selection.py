"""Which values a `@fromContext` may take for an argument of which type."""

from __future__ import annotations

import pytest

from federation.composition import Composed, Rejected, SubgraphSource, compose
from tests.federation.composition.code_examples import link

SDL = (
    link("@key", "@context", "@fromContext", "@interfaceObject")
    + """
type Query { p: P n: Node u: U }
type P @context(name: "c") { s: String n: String! l: [String!]! o: O! os: [O!]! no: O t: T }
type O { s: String n: String! l: [[Int]!] }
interface Node @context(name: "i") { s: String t: T }
type A implements Node { s: String a: Int! t: T }
type B implements Node { s: String b: Int t: T }
union U @context(name: "u") = C | D
type C { x: Int t: T }
type D { x: String t: T }
type T @key(fields: "id") { id: ID! f(a: %s @fromContext(field: "%s")): Int }
"""
)


@pytest.mark.parametrize(
    ("type_", "selection", "problem"),
    [
        ("String", "$c { s }", None),
        ("String", "$c { n }", None),
        ("String!", "$c { n }", None),
        ("String!", "$c { s }", "of type String, but"),
        ("String", " $c  {s}", None),
        ("[String!]!", "$c { l }", None),
        ("[String]", "$c { l }", None),
        ("String", "$c { l }", "[String!]!"),
        ("String!", "$c { o { n } }", None),
        ("String!", "$c { no { n } }", "of type String, but"),
        ("[String!]!", "$c { os { n } }", None),
        ("[String!]!", "$c { os { s } }", "[String]!"),
        ("[[Int]!]", "$c { o { l } }", None),
        ("[[[Int]]]", "$c { os { l } }", None),
        ("[[Int]]", "$c { os { l } }", "[[[Int]!]]!"),
        ("String!", "$c { __typename }", None),
        ("String", "$i { s }", None),
        ("Int", "$i ... on A { a } ... on B { b }", None),
        ("Int", "$i { ... on A { a } ... on B { b } }", None),
        ("Int!", "$i ... on A { a } ... on B { b }", 'of "B"'),
        ("Int", "$i { a }", '"Node" has no field "a"'),
        ("Int", "$i ... on A { a } ... on C { x }", 'for "C" is never used'),
        ("Int", "$i { ... on A { a } b }", "beside alternatives"),
        ("Int", "$i { s ... on A { a } }", "several fields"),
        ("String!", "$u { __typename }", None),
        ("Int", "$u ... on C { x } ... on D { x }", 'of "D"'),
        ("Int", "$u { x }", '"U" has no field "x"'),
        ("Int", "$c { o }", "select one field below it"),
        ("Int", "$c { s { x } }", "no fields below"),
        ("Int", "$c { s @skip(if: true) }", "leave them out"),
        ("Int", "$c { o { ... on O { n } } }", "at its beginning only"),
    ],
)
def test_selection(type_: str, selection: str, problem: str | None) -> None:
    outcome = compose([SubgraphSource("a", "", SDL % (type_, selection))])
    found = outcome.errors if isinstance(outcome, Rejected) else ()
    own = [error for error in found if error.code == "CONTEXT_INVALID_SELECTION"]
    if problem is None:
        # Other ways to T set other contexts, or none; that is not what is asked here.
        assert not own, own[0].message
        assert {error.code for error in found} <= {"SATISFIABILITY_ERROR"}
    else:
        assert isinstance(outcome, Rejected)
        assert problem in own[0].message


def test_the_supergraph_says_where_the_value_comes_from() -> None:
    sdl = (
        link("@key", "@context", "@fromContext")
        + 'type Query { p: P } type P @context(name: "c") { v: Int! t: T } type T '
        '@key(fields: "id") { id: ID! f(a: Int! @fromContext(field: "$c { v }"), b: Int): Int }'
    )
    outcome = compose([SubgraphSource("my-graph", "", sdl)])
    assert isinstance(outcome, Composed)
    field = outcome.supergraph.types["T"].fields["f"]
    assert [argument.name for argument in field.arguments] == ["b"]
    (argument,) = field.joins[0].context_arguments
    assert (argument.context, argument.name) == ("my-graph__c", "a")
    assert (argument.type, argument.selection) == ("Int!", "{ v }")
    (directive,) = outcome.supergraph.types["P"].directives
    assert directive.arguments is not None
    assert directive.arguments[0].value.to_dict()["value"] == "my-graph__c"
