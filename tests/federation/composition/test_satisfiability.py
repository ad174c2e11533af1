"""Whether every allowed query can be answered, and how it is told when one cannot."""

from __future__ import annotations

import pytest

from federation.composition import Composed, Diagnostic, Rejected, SubgraphSource, compose
from federation.errors import RequestError
from tests.federation.composition.code_examples import ALL


def errors(*sdl: str, code: str = "SATISFIABILITY_ERROR") -> list[Diagnostic]:
    outcome = compose([SubgraphSource(n, "", s) for n, s in zip("abcd", sdl, strict=False)])
    if isinstance(outcome, Composed):
        return []
    assert isinstance(outcome, Rejected)
    assert {error.code for error in outcome.errors} == {code}
    return list(outcome.errors)


T_A = ALL + 'type Query { t: T! } type T @key(fields: "id") { id: ID! '
T_B = ALL + 'type T @key(fields: "id") { id: ID! '


def test_one_error_for_all_fields_that_fail_for_the_same_reason() -> None:
    (error,) = errors(
        T_A + "}",
        ALL + 'type T @key(fields: "other") { other: ID! x: Int y(a: Int!): Int }',
    )
    assert error.coordinate == "T.other"
    assert '"T.other", "T.x", "T.y"' in error.message
    assert "query { t { other } }" in error.message
    assert 'none of its keys ("other") can be had from "a": "other" needs "other"' in error.message
    assert [(x.subgraph, x.column > 1) for x in error.locations] == [("b", True)] * 3


def test_the_example_operation_has_arguments_types_and_the_root() -> None:
    found = errors(
        ALL + "type Query { q: Int } type Mutation { make(n: Int!): [I!] } interface I { x: Int } "
        "type T implements I @shareable { x: Int }",
        ALL + "type T @shareable { x: Int y(a: ID!): Int }",
    )
    (error,) = found
    assert "mutation { make(n: <Int!>) { ... on T { y(a: <ID!>) } } }" in error.message


def test_requires_needs_its_fields_and_a_key_to_come_back() -> None:
    assert not errors(
        T_A + 'x: Int @external y: Int @requires(fields: "x") }',
        T_B + "x: Int }",
    )
    (error,) = errors(
        T_A + 'x: Int @external y: Int @requires(fields: "x") }',
        ALL + 'type T @key(fields: "id", resolvable: false) @key(fields: "x") { id: ID! x: Int }',
    )
    assert '"a" resolves "y" with @requires(fields: "x"), but those fields' in error.message
    assert '"T.x", "T.y"' in error.message


def test_each_subgraph_that_could_resolve_a_field_is_told_with_its_reason() -> None:
    (error,) = errors(
        T_A + "}",
        ALL + 'type T @key(fields: "id", resolvable: false) { id: ID! x: Int @shareable }',
        ALL + 'type T @key(fields: "code kind") { code: ID! kind: Int x: Int @shareable }',
        ALL + "type T { id: ID! @shareable x: Int @shareable }",
    )
    assert error.coordinate == "T.x"
    options = error.message.split("\n- ")[1:]
    assert [option.split('"')[1] for option in options] == ["b", "c", "d"]
    assert 'its key "id" is marked resolvable: false' in options[0]
    assert '"code kind" needs "code", "kind", which it does not have' in options[1]
    assert "no resolvable @key there" in options[2]


def test_a_graph_that_stock_planners_cannot_plan_is_refused() -> None:
    """The key of `L` for b is only had by way of b itself, through the objects below."""
    lists = 'type L @key(fields: "items { id }") { items: [I!]! }'
    key = 'type L @key(fields: "items { id code }") { items: [I!]! '
    item = 'type I @key(fields: "id") { id: ID! code: ID }'
    (error,) = errors(
        ALL + "type Query { l: L } " + lists + ' type I @key(fields: "id") { id: ID! }',
        ALL + key + "name: String } " + item,
    )
    assert error.coordinate == "L.name"
    assert '"items { id code }" needs more than it has below "items"' in error.message


def test_an_interface_object_is_entered_by_the_interfaces_key() -> None:
    interface = (
        'type Query { i: I } interface I @key(fields: "id") { id: ID! } '
        'type T implements I @key(fields: "id") { id: ID! }'
    )
    stand_in = 'type I @key(fields: "id") @interfaceObject { id: ID! x: Int }'
    assert not errors(ALL + interface, ALL + stand_in)
    (error,) = errors(
        ALL + interface,
        ALL + stand_in.replace('(fields: "id")', '(fields: "id", resolvable: false)'),
    )
    assert error.coordinate == "T.x"


def test_both_places_of_a_progressive_override_must_work() -> None:
    assert not errors(
        T_A + 'x: Int @override(from: "b", label: "percent(5)") }',
        T_B + "x: Int }",
    )
    (error,) = errors(
        T_A + 'x: Int @override(from: "b", label: "percent(5)") }',
        ALL + 'type T @key(fields: "id", resolvable: false) { id: ID! x: Int }',
    )
    assert error.coordinate == "T.x"


def test_hidden_fields_need_no_way() -> None:
    assert not errors(
        ALL + "type Query { t: T } type T @shareable { x: Int }",
        ALL + "type T @shareable { x: Int y: Int @inaccessible }",
    )


def test_the_query_root_can_be_entered_anywhere() -> None:
    assert not errors(
        ALL + "type Query { q: Int } type Mutation { m: Done } type Done { query: Query! }",
        ALL + "type Query { r: Int }",
    )


def test_a_graph_that_cannot_be_built_is_an_error_too(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(_: object) -> None:
        raise RequestError("too many fields")

    monkeypatch.setattr("federation.composition.satisfiability.build_query_graph", refuse)
    (error,) = errors(T_A + "x: Int }")
    assert "too many fields" in error.message


def test_too_many_ways_are_an_error_and_not_a_crash(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("federation.composition.reachability._MAX_CONDITIONS", 1)
    code = "MAX_VALIDATION_SUBGRAPH_PATHS_EXCEEDED"
    (error,) = errors(T_A + "x: Int }", T_B + "y: Int }", code=code)
    assert "in too many ways" in error.message
