"""Composition as a whole: names, order, dialects, places, stages."""

from __future__ import annotations

import pytest

from federation.composition import (
    Composed,
    Diagnostic,
    Location,
    Rejected,
    Severity,
    SubgraphSource,
    compose,
)
from federation.composition.merge.graphs import graph_name
from tests.federation.composition.code_examples import ALL, Q, link


def composed(*sdl: str) -> Composed:
    outcome = compose([SubgraphSource(n, "", s) for n, s in zip("abcd", sdl, strict=False)])
    assert isinstance(outcome, Composed), [str(error) for error in outcome.errors]
    return outcome


def rejected(*sdl: str) -> tuple[Diagnostic, ...]:
    outcome = compose([SubgraphSource(n, "", s) for n, s in zip("abcd", sdl, strict=False)])
    assert isinstance(outcome, Rejected)
    return outcome.errors


def test_nothing_to_compose() -> None:
    outcome = compose([])
    assert isinstance(outcome, Rejected)
    assert [error.code for error in outcome.errors] == ["NO_QUERIES"]


@pytest.mark.parametrize("names", [("",), ("a", "a"), ("__root__",)])
def test_unusable_names(names: tuple[str, ...]) -> None:
    outcome = compose([SubgraphSource(name, "", Q) for name in names])
    assert isinstance(outcome, Rejected)
    assert {error.code for error in outcome.errors} == {"INVALID_SUBGRAPH_NAME"}


def test_graph_names_are_unique_enum_values() -> None:
    names = ["my-graph", "my_graph", "2nd", "v_1", "知通"]
    assert [graph_name(name) for name in names] == [
        "MY_GRAPH",
        "MY_GRAPH",
        "_2ND",
        "V_1_",
        "__",
    ]
    outcome = compose(
        [SubgraphSource(n, "", f"type Query {{ q{i}: Int }}") for i, n in enumerate(names)]
    )
    assert isinstance(outcome, Composed)
    graphs = {s.name: s.graph for s in outcome.supergraph.subgraphs}
    assert graphs["my-graph"] == "MY_GRAPH_1"
    assert graphs["my_graph"] == "MY_GRAPH_2"
    assert len(set(graphs.values())) == 5


def test_a_finding_tells_code_severity_and_each_place() -> None:
    (error,) = rejected(ALL + "\ntype Query {\n  q: Int\n}", ALL + "\ntype Query {\n  q: Int\n}")
    assert error.code == "INVALID_FIELD_SHARING"
    assert error.severity is Severity.ERROR
    assert error.coordinate == "Query.q"
    assert error.subgraphs == ("a", "b")
    assert error.locations == (Location("a", 4, 3), Location("b", 4, 3))
    assert str(error).startswith("error  INVALID_FIELD_SHARING  Query.q  a 4:3, b 4:3\n")


def test_a_syntax_error_is_told_with_its_place_and_the_others_are_still_checked() -> None:
    errors = rejected("type Query {\n  a: \n}", "type Query { b: Missing }", Q)
    assert [(e.code, e.subgraphs) for e in errors] == [
        ("INVALID_GRAPHQL", ("a",)),
        ("INVALID_GRAPHQL", ("b",)),
    ]
    assert errors[0].locations == (Location("a", 3, 1),)


def test_an_operation_is_not_a_schema() -> None:
    (error,) = rejected("query { a }")
    assert error.code == "INVALID_GRAPHQL"


@pytest.mark.parametrize(
    "sdl",
    [
        "enum E { A @deprecated(reason: import) } type Query { e: E }",
        "type U { x: Int } type Query { q(a: U = X): Int }",
        "type Query { q(a: Int = 1.5): Int }",
        "interface I implements I { x: Int } type Query { i: I }",
        "type Query { __q: Int }",
        "type Query { q: Int } type Query { r: Int }",
        "union U = U type Query { u: U }",
        "input N { n: N! } type Query { q(n: N): Int }",
        "type Query { q: Int } extend enum Query { A }",
    ],
)
def test_what_graphql_itself_forbids(sdl: str) -> None:
    assert {error.code for error in rejected(sdl)} == {"INVALID_GRAPHQL"}


@pytest.mark.parametrize(
    ("sdl", "code"),
    [
        (
            link("@composeDirective")
            + 'extend schema @link(url: "https://x.cn/own/v1.0", import: ["@tag"]) '
            '@composeDirective(name: "@tag") directive @tag(a: Int) on OBJECT ' + Q,
            "DIRECTIVE_COMPOSITION_ERROR",
        ),
        (link() + "directive @policy on FIELD " + Q, "DIRECTIVE_COMPOSITION_ERROR"),
        (link() + "type join__Graph { a: Int } " + Q, "TYPE_DEFINITION_INVALID"),
    ],
)
def test_names_the_supergraph_needs_are_taken(sdl: str, code: str) -> None:
    assert {error.code for error in rejected(sdl)} == {code}


def test_what_servers_add_for_gateways_is_left_out() -> None:
    outcome = composed(
        """
        directive @key(fields: _FieldSet!) repeatable on OBJECT | INTERFACE
        scalar _FieldSet
        scalar _Any
        union _Entity = T
        type _Service { sdl: String }
        type Query { t: T _service: _Service! _entities(representations: [_Any!]!): [_Entity]! }
        type T @key(fields: "id") { id: ID! }
        """
    )
    assert set(outcome.supergraph.types) == {"Query", "T"}
    assert set(outcome.supergraph.types["Query"].fields) == {"t"}


def test_roots_get_their_usual_names_everywhere() -> None:
    outcome = composed(
        "schema { query: Q mutation: M } type Q { a: Int } type M { set: Payload } "
        "type Payload { query: Q }",
        "extend type Query { b: Int }",
    )
    types = outcome.supergraph.types
    assert set(types["Query"].fields) == {"a", "b"}
    assert str(types["Payload"].fields["query"].type) == "Query"
    assert outcome.supergraph.mutation == "Mutation"


@pytest.mark.parametrize("version", ["2.0", "2.1", "2.3", "2.7", "2.12", "2.14"])
def test_federation_versions(version: str) -> None:
    outcome = composed(
        link("@key", "@shareable", version=version)
        + 'type Query { t: T } type T @key(fields: "id") { id: ID! x: Int @shareable }',
        link("@key", "@shareable", version="2.0")
        + 'type T @key(fields: "id") { id: ID! x: Int @shareable y: Int }',
    )
    assert outcome.supergraph.types["T"].fields["x"].joins == ()


def test_federation_1_and_2_compose_together() -> None:
    outcome = composed(
        'type Query { u: U } type U @key(fields: "id") { id: ID! name: Name } '
        "type Name { first: String }",
        ALL
        + 'type U @key(fields: "id") { id: ID! age: Int } type Name @shareable { first: String } '
        "type Query { n: Name @shareable }",
    )
    assert outcome.hints == ()
    assert set(outcome.supergraph.types["U"].fields) == {"id", "name", "age"}


def test_a_key_may_be_gathered_from_several_subgraphs() -> None:
    """ "a" knows half of the key, "b" the other half; together they reach "c"."""
    outcome = composed(
        ALL + 'type Query { t: T } type T @key(fields: "id") { id: ID! x: Int @shareable }',
        ALL + 'type T @key(fields: "id") { id: ID! y: Int @shareable }',
        ALL + 'type T @key(fields: "x y") { x: Int y: Int value: Float }',
    )
    assert "value" in outcome.supergraph.types["T"].fields


def test_order_of_subgraphs_does_not_matter() -> None:
    sources = [
        SubgraphSource("b", "", ALL + '"two" type T @shareable { x: Int y: Int } ' + Q),
        SubgraphSource("a", "", ALL + '"one" type T @shareable { y: Int } type Query { t: T }'),
    ]
    one, other = compose(sources), compose(sources[::-1])
    assert one == other
    assert isinstance(one, Composed) == isinstance(other, Composed)
