"""Every kind of change, forwards and backwards: code, coordinate, severity.

A row is (old, new, forward changes, backward changes); a change is "severity CODE coordinate".
"""

from __future__ import annotations

import pytest
from graphql import (
    GraphQLArgument,
    GraphQLDefaultInput,
    GraphQLField,
    GraphQLInt,
    GraphQLObjectType,
    GraphQLSchema,
    build_schema,
)

from federation.supergraph.diff import Severity, count, diff, worst
from federation.supergraph.diff.change import CHANGE_CODES
from federation.supergraph.reader import read_supergraph
from tests.federation.supergraph.test_reader import supergraph

ROOT = "type Query { a: Int }\n"
ENUM = "enum E { X Y }\nenum F { X Y }\ntype Query { out: E  in(f: F): Int }\n"
INPUT = "type Query { a(i: I): Int }\n"
UNION = "type A { x: Int } type B { x: Int } type Query { u: U }\n"

ROWS: dict[str, tuple[str, str, list[str], list[str]]] = {
    "nothing": (ROOT, ROOT, [], []),
    "order": (
        "type Query { a: Int b(x: Int, y: Int): E } enum E { X Y }",
        "enum E { Y X } type Query { b(y: Int, x: Int): E a: Int }",
        [],
        [],
    ),
    # Types
    "type": (
        ROOT,
        ROOT + "type New { a: Int }",
        ["safe TYPE_ADDED New"],
        ["breaking TYPE_REMOVED New"],
    ),
    "kind": (
        ROOT + "type T { a: Int }",
        ROOT + "interface T { a: Int }",
        ["breaking TYPE_CHANGED_KIND T"],
        ["breaking TYPE_CHANGED_KIND T"],
    ),
    "type description": (
        '"old" ' + ROOT,
        '"new" ' + ROOT,
        ["safe TYPE_DESCRIPTION_CHANGE Query"],
        ["safe TYPE_DESCRIPTION_CHANGE Query"],
    ),
    "scalar": (
        ROOT + 'scalar S @specifiedBy(url: "https://a.example/")',
        ROOT + 'scalar S @specifiedBy(url: "https://b.example/")',
        ["dangerous SCALAR_SPECIFICATION_CHANGE S"],
        ["dangerous SCALAR_SPECIFICATION_CHANGE S"],
    ),
    # Output fields: answers may only become narrower
    "field": (
        ROOT,
        "type Query { a: Int b: Int }",
        ["safe FIELD_ADDED Query.b"],
        ["breaking FIELD_REMOVED Query.b"],
    ),
    "deprecated field removed": (
        "type Query { a: Int b: Int @deprecated }",
        ROOT,
        ["breaking FIELD_REMOVED Query.b"],
        ["safe FIELD_ADDED Query.b"],
    ),
    "output null": (
        ROOT,
        "type Query { a: Int! }",
        ["safe FIELD_CHANGED_TYPE Query.a"],
        ["breaking FIELD_CHANGED_TYPE Query.a"],
    ),
    "output null in a list": (
        "type Query { a: [[Int]!] }",
        "type Query { a: [[Int!]!]! }",
        ["safe FIELD_CHANGED_TYPE Query.a"],
        ["breaking FIELD_CHANGED_TYPE Query.a"],
    ),
    "output null both ways at once": (
        "type Query { a: [Int!] }",
        "type Query { a: [Int]! }",
        ["breaking FIELD_CHANGED_TYPE Query.a"],
        ["breaking FIELD_CHANGED_TYPE Query.a"],
    ),
    "output list": (
        ROOT,
        "type Query { a: [Int] }",
        ["breaking FIELD_CHANGED_TYPE Query.a"],
        ["breaking FIELD_CHANGED_TYPE Query.a"],
    ),
    "output name": (
        "interface I { x: Int } type T implements I { x: Int } type Query { a: I }",
        "interface I { x: Int } type T implements I { x: Int } type Query { a: T }",
        ["breaking FIELD_CHANGED_TYPE Query.a"],
        ["breaking FIELD_CHANGED_TYPE Query.a"],
    ),
    "field description": (
        ROOT,
        'type Query { "text" a: Int }',
        ["safe FIELD_DESCRIPTION_CHANGE Query.a"],
        ["safe FIELD_DESCRIPTION_CHANGE Query.a"],
    ),
    "field deprecation": (
        ROOT,
        'type Query { a: Int @deprecated(reason: "r") }',
        ["safe FIELD_DEPRECATED Query.a"],
        ["safe FIELD_DEPRECATION_REMOVED Query.a"],
    ),
    "field deprecation reason": (
        'type Query { a: Int @deprecated(reason: "r") }',
        'type Query { a: Int @deprecated(reason: "s") }',
        ["safe FIELD_DEPRECATED_REASON_CHANGE Query.a"],
        ["safe FIELD_DEPRECATED_REASON_CHANGE Query.a"],
    ),
    # Arguments: what is accepted may only become wider
    "optional argument": (
        ROOT,
        "type Query { a(x: Int, y: Int! = 1): Int }",
        ["safe OPTIONAL_ARG_ADDED Query.a(x:)", "safe OPTIONAL_ARG_ADDED Query.a(y:)"],
        ["breaking ARG_REMOVED Query.a(x:)", "breaking ARG_REMOVED Query.a(y:)"],
    ),
    "required argument": (
        ROOT,
        "type Query { a(x: Int!): Int }",
        ["breaking REQUIRED_ARG_ADDED Query.a(x:)"],
        ["breaking ARG_REMOVED Query.a(x:)"],
    ),
    "argument null": (
        "type Query { a(x: Int): Int }",
        "type Query { a(x: Int!): Int }",
        ["breaking ARG_CHANGED_TYPE_OPTIONAL_TO_REQUIRED Query.a(x:)"],
        ["safe ARG_CHANGED_TYPE Query.a(x:)"],
    ),
    "argument null with a default": (
        "type Query { a(x: Int = 1): Int }",
        "type Query { a(x: Int! = 1): Int }",
        ["dangerous ARG_CHANGED_TYPE_OPTIONAL_TO_REQUIRED Query.a(x:)"],
        ["safe ARG_CHANGED_TYPE Query.a(x:)"],
    ),
    "argument null in a list": (
        "type Query { a(x: [Int!]!): Int }",
        "type Query { a(x: [Int]): Int }",
        ["safe ARG_CHANGED_TYPE Query.a(x:)"],
        ["breaking ARG_CHANGED_TYPE Query.a(x:)"],
    ),
    "argument list": (
        "type Query { a(x: Int): Int }",
        "type Query { a(x: [Int]): Int }",
        ["breaking ARG_CHANGED_TYPE Query.a(x:)"],
        ["breaking ARG_CHANGED_TYPE Query.a(x:)"],
    ),
    "argument default": (
        "type Query { a(x: Int): Int }",
        "type Query { a(x: Int = 1): Int }",
        ["dangerous ARG_DEFAULT_VALUE_CHANGE Query.a(x:)"],
        ["dangerous ARG_DEFAULT_VALUE_CHANGE Query.a(x:)"],
    ),
    "argument default changed": (
        "type Query { a(x: [Int] = [1]): Int }",
        "type Query { a(x: [Int] = [2]): Int }",
        ["dangerous ARG_DEFAULT_VALUE_CHANGE Query.a(x:)"],
        ["dangerous ARG_DEFAULT_VALUE_CHANGE Query.a(x:)"],
    ),
    "the same default, written otherwise": (
        INPUT + "input I { a: J = {x: 1, y: 2} } input J { x: Int y: Int }",
        INPUT + "input I { a: J = { y: 2 x: 1 } } input J { x: Int y: Int }",
        [],
        [],
    ),
    "default null is a default": (
        "type Query { a(x: Int): Int }",
        "type Query { a(x: Int = null): Int }",
        ["dangerous ARG_DEFAULT_VALUE_CHANGE Query.a(x:)"],
        ["dangerous ARG_DEFAULT_VALUE_CHANGE Query.a(x:)"],
    ),
    "default of a required argument": (
        "type Query { a(x: Int!): Int }",
        "type Query { a(x: Int! = 1): Int }",
        ["safe ARG_DEFAULT_VALUE_CHANGE Query.a(x:)"],
        ["breaking ARG_DEFAULT_VALUE_CHANGE Query.a(x:)"],
    ),
    "argument texts": (
        "type Query { a(x: Int): Int }",
        'type Query { a("text" x: Int @deprecated(reason: "r")): Int }',
        ["safe ARG_DEPRECATED Query.a(x:)", "safe ARG_DESCRIPTION_CHANGE Query.a(x:)"],
        ["safe ARG_DEPRECATION_REMOVED Query.a(x:)", "safe ARG_DESCRIPTION_CHANGE Query.a(x:)"],
    ),
    "argument deprecation reason": (
        'type Query { a(x: Int @deprecated(reason: "r")): Int }',
        'type Query { a(x: Int @deprecated(reason: "s")): Int }',
        ["safe ARG_DEPRECATED_REASON_CHANGE Query.a(x:)"],
        ["safe ARG_DEPRECATED_REASON_CHANGE Query.a(x:)"],
    ),
    # Interfaces and unions
    "interface": (
        "interface I { a: Int } type Query { a: Int }",
        "interface I { a: Int } type Query implements I { a: Int }",
        ["dangerous TYPE_ADDED_TO_INTERFACE Query"],
        ["breaking TYPE_REMOVED_FROM_INTERFACE Query"],
    ),
    "interface field": (
        ROOT + "interface I { a: Int }",
        ROOT + "interface I { a: Int b: Int }",
        ["safe FIELD_ADDED I.b"],
        ["breaking FIELD_REMOVED I.b"],
    ),
    "union": (
        UNION + "union U = A",
        UNION + "union U = A | B",
        ["dangerous TYPE_ADDED_TO_UNION U"],
        ["breaking TYPE_REMOVED_FROM_UNION U"],
    ),
    # Enums: what matters is whether clients get or give the value
    "enum value": (
        ENUM,
        ENUM.replace("X Y", "X Y Z"),
        ["dangerous VALUE_ADDED_TO_ENUM E.Z", "safe VALUE_ADDED_TO_ENUM F.Z"],
        ["breaking VALUE_REMOVED_FROM_ENUM F.Z", "dangerous VALUE_REMOVED_FROM_ENUM E.Z"],
    ),
    "enum value below an input type": (
        "enum E { X } input I { e: [E!] } type Query { a(i: I): Int }",
        "enum E { X Y } input I { e: [E!] } type Query { a(i: I): Int }",
        ["safe VALUE_ADDED_TO_ENUM E.Y"],
        ["breaking VALUE_REMOVED_FROM_ENUM E.Y"],
    ),
    "enum value texts": (
        ENUM,
        ENUM.replace("E { X", 'E { "text" X @deprecated(reason: "r")'),
        ["safe ENUM_DEPRECATED E.X", "safe ENUM_VALUE_DESCRIPTION_CHANGE E.X"],
        ["safe ENUM_DEPRECATION_REMOVED E.X", "safe ENUM_VALUE_DESCRIPTION_CHANGE E.X"],
    ),
    "enum value deprecation reason": (
        ENUM.replace("E { X", 'E { X @deprecated(reason: "r")'),
        ENUM.replace("E { X", 'E { X @deprecated(reason: "s")'),
        ["safe ENUM_DEPRECATED_REASON_CHANGE E.X"],
        ["safe ENUM_DEPRECATED_REASON_CHANGE E.X"],
    ),
    # Input types
    "optional input field": (
        INPUT + "input I { a: Int }",
        INPUT + "input I { a: Int b: Int c: Int! = 1 }",
        [
            "safe OPTIONAL_FIELD_ADDED_TO_INPUT_OBJECT I.b",
            "safe OPTIONAL_FIELD_ADDED_TO_INPUT_OBJECT I.c",
        ],
        [
            "breaking FIELD_REMOVED_FROM_INPUT_OBJECT I.b",
            "breaking FIELD_REMOVED_FROM_INPUT_OBJECT I.c",
        ],
    ),
    "required input field": (
        INPUT + "input I { a: Int }",
        INPUT + "input I { a: Int b: Int! }",
        ["breaking REQUIRED_FIELD_ADDED_TO_INPUT_OBJECT I.b"],
        ["breaking FIELD_REMOVED_FROM_INPUT_OBJECT I.b"],
    ),
    "input field type": (
        INPUT + "input I { a: [Int] }",
        INPUT + "input I { a: [Int!] }",
        ["breaking FIELD_ON_INPUT_OBJECT_CHANGED_TYPE I.a"],
        ["safe FIELD_ON_INPUT_OBJECT_CHANGED_TYPE I.a"],
    ),
    "input field default": (
        INPUT + "input I { a: Int }",
        INPUT + "input I { a: Int = 1 }",
        ["dangerous INPUT_OBJECT_FIELD_DEFAULT_VALUE_ADDED I.a"],
        ["dangerous INPUT_OBJECT_FIELD_DEFAULT_VALUE_REMOVED I.a"],
    ),
    "input field default changed": (
        INPUT + "input I { a: Int = 1 }",
        INPUT + "input I { a: Int = 2 }",
        ["dangerous INPUT_OBJECT_FIELD_DEFAULT_VALUE_CHANGE I.a"],
        ["dangerous INPUT_OBJECT_FIELD_DEFAULT_VALUE_CHANGE I.a"],
    ),
    "default of a required input field": (
        INPUT + "input I { a: Int! }",
        INPUT + "input I { a: Int! = 1 }",
        ["safe INPUT_OBJECT_FIELD_DEFAULT_VALUE_ADDED I.a"],
        ["breaking INPUT_OBJECT_FIELD_DEFAULT_VALUE_REMOVED I.a"],
    ),
    "oneOf": (
        INPUT + "input I { a: Int b: Int }",
        INPUT + "input I @oneOf { a: Int b: Int }",
        ["breaking INPUT_OBJECT_ONE_OF_ADDED I"],
        ["safe INPUT_OBJECT_ONE_OF_REMOVED I"],
    ),
    # Directives of operations; those of schemas are nobody's business
    "directive": (
        ROOT,
        ROOT + "directive @d on FIELD\ndirective @own on OBJECT",
        ["safe DIRECTIVE_ADDED @d"],
        ["breaking DIRECTIVE_REMOVED @d"],
    ),
    "directive location": (
        ROOT + "directive @d on FIELD",
        ROOT + "directive @d on FIELD | QUERY | OBJECT",
        ["safe DIRECTIVE_LOCATION_ADDED @d"],
        ["breaking DIRECTIVE_LOCATION_REMOVED @d"],
    ),
    "directive repeatable": (
        ROOT + "directive @d on FIELD",
        ROOT + "directive @d repeatable on FIELD",
        ["safe DIRECTIVE_REPEATABLE_ADDED @d"],
        ["breaking DIRECTIVE_REPEATABLE_REMOVED @d"],
    ),
    "directive arguments": (
        ROOT + "directive @d on FIELD",
        ROOT + "directive @d(x: Int, y: Int!) on FIELD",
        [
            "breaking REQUIRED_DIRECTIVE_ARG_ADDED @d(y:)",
            "safe OPTIONAL_DIRECTIVE_ARG_ADDED @d(x:)",
        ],
        ["breaking DIRECTIVE_ARG_REMOVED @d(x:)", "breaking DIRECTIVE_ARG_REMOVED @d(y:)"],
    ),
    "directive argument type": (
        ROOT + "directive @d(x: Int!) on FIELD",
        ROOT + "directive @d(x: Int) on FIELD",
        ["safe DIRECTIVE_ARG_CHANGED_TYPE @d(x:)"],
        ["breaking DIRECTIVE_ARG_CHANGED_TYPE @d(x:)"],
    ),
    "directive texts and default": (
        ROOT + "directive @d(x: Int) on FIELD",
        ROOT + '"text" directive @d("text" x: Int = 1) on FIELD',
        [
            "dangerous DIRECTIVE_ARG_DEFAULT_VALUE_CHANGE @d(x:)",
            "safe DIRECTIVE_DESCRIPTION_CHANGE @d",
            "safe DIRECTIVE_ARG_DESCRIPTION_CHANGE @d(x:)",
        ],
        [
            "dangerous DIRECTIVE_ARG_DEFAULT_VALUE_CHANGE @d(x:)",
            "safe DIRECTIVE_DESCRIPTION_CHANGE @d",
            "safe DIRECTIVE_ARG_DESCRIPTION_CHANGE @d(x:)",
        ],
    ),
    "directive used by an enum": (
        "enum E { X } directive @d(e: E) on FIELD type Query { a: Int }",
        "enum E { X Y } directive @d(e: E) on FIELD type Query { a: Int }",
        ["safe VALUE_ADDED_TO_ENUM E.Y"],
        ["breaking VALUE_REMOVED_FROM_ENUM E.Y"],
    ),
    # Roots
    "query root": (
        "schema { query: A } type A { x: Int } type B { x: Int }",
        "schema { query: B } type A { x: Int } type B { x: Int }",
        ["breaking SCHEMA_QUERY_TYPE_CHANGED schema"],
        ["breaking SCHEMA_QUERY_TYPE_CHANGED schema"],
    ),
    "mutation root": (
        "schema { query: A } type A { x: Int }",
        "schema { query: A mutation: A subscription: A } type A { x: Int }",
        [
            "safe SCHEMA_MUTATION_TYPE_CHANGED schema",
            "safe SCHEMA_SUBSCRIPTION_TYPE_CHANGED schema",
        ],
        [
            "breaking SCHEMA_MUTATION_TYPE_CHANGED schema",
            "breaking SCHEMA_SUBSCRIPTION_TYPE_CHANGED schema",
        ],
    ),
    "schema description": (
        "schema { query: A } type A { x: Int }",
        '"text" schema { query: A } type A { x: Int }',
        ["safe SCHEMA_DESCRIPTION_CHANGE schema"],
        ["safe SCHEMA_DESCRIPTION_CHANGE schema"],
    ),
}


def changes(old: str, new: str) -> list[str]:
    found = diff(
        build_schema(old, assume_valid=True),
        build_schema(new, assume_valid=True),
    )
    assert all(
        change.coordinate.split("(")[0] in change.message
        or "root" in change.message
        or "schema" in change.message
        for change in found
    )
    return [f"{c.severity.value} {c.code} {c.coordinate}" for c in found]


@pytest.mark.parametrize("row", ROWS)
def test_forwards(row: str) -> None:
    old, new, expected, _ = ROWS[row]
    assert changes(old, new) == expected


@pytest.mark.parametrize("row", ROWS)
def test_backwards(row: str) -> None:
    old, new, _, expected = ROWS[row]
    assert changes(new, old) == expected


def test_every_code_has_a_row() -> None:
    named = {c.split()[1] for _, _, forth, back in ROWS.values() for c in (*forth, *back)}
    assert named == CHANGE_CODES.keys()


def test_worst_first_and_counted() -> None:
    found = diff(
        build_schema("type Query { a: Int b: Int c: Int }"),
        build_schema("type Query { a(x: Int = 1): Int b: Int! d: Int }"),
    )
    assert [c.severity for c in found] == [
        Severity.BREAKING,
        Severity.SAFE,
        Severity.SAFE,
        Severity.SAFE,
    ]
    assert worst(found) is Severity.BREAKING
    assert worst(()) is None
    assert count(found) == {Severity.BREAKING: 1, Severity.DANGEROUS: 0, Severity.SAFE: 3}
    assert str(found[0]) == (
        "breaking  FIELD_REMOVED  Query.c\n"
        '       The field "Query.c" was removed; operations that select it become invalid.'
    )


def test_schemas_that_were_not_written_as_sdl() -> None:
    def schema(**given: object) -> GraphQLSchema:
        argument = GraphQLArgument(GraphQLInt, **given)  # type: ignore[arg-type]
        field = GraphQLField(GraphQLInt, args={"x": argument})
        return GraphQLSchema(GraphQLObjectType("Query", {"a": field}))

    written = build_schema("type Query { a(x: Int = 1): Int }")
    for same in (schema(default_value=1), schema(default=GraphQLDefaultInput(1))):
        assert diff(same, written) == ()
    (change,) = diff(schema(), written)
    assert change.message.startswith("1 was added as the default of")


def test_supergraphs_are_compared_by_what_clients_see() -> None:
    old = read_supergraph(supergraph("type Query @join__type(graph: A) { a: Int b: Int }"))
    moved = read_supergraph(
        supergraph(
            "type Query @join__type(graph: A) @join__type(graph: TWO_B) "
            "{ a: Int @join__field(graph: TWO_B) b: Int @join__field(graph: A) }"
        )
    )
    assert diff(old, moved) == ()
    assert [c.code for c in diff(old, build_schema("type Query { a: Int }"))] == ["FIELD_REMOVED"]
