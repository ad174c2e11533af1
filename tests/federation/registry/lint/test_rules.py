"""Every rule of the linter: what it tells, what it leaves alone, and where."""
# ruff: noqa: E501  (a table is read by comparing its rows)

from __future__ import annotations

import pytest

from federation.registry.lint.diagnostic import LintLevel
from federation.registry.lint.rules import RULES
from federation.registry.lint.run import lint_subgraph, lint_task
from federation.registry.settings import LintSettings

# rule | wrong schema | coordinates told | right schema
TABLE = [
    (
        "FIELD_NAMES_SHOULD_BE_CAMEL_CASE",
        "type A { First: Int second_one: Int } interface B { Third: Int } extend type C { Fourth: Int }",
        ["A.First", "A.second_one", "B.Third", "C.Fourth"],
        "type A { first: Int secondOne2: Int url: Int _service: Int }",
    ),
    (
        "RESTY_FIELD_NAMES",
        "type Query { getUsers: Int listItems: Int postX: Int putX: Int patchX: Int }",
        ["Query.getUsers", "Query.listItems", "Query.postX", "Query.putX", "Query.patchX"],
        "type Query { users: Int listing: Int list: Int getter: Int postage: Int patch: Int }",
    ),
    (
        "TYPE_NAMES_SHOULD_BE_PASCAL_CASE",
        "type streaming_Service { a: Int } enum x { A } input i { a: Int } union u = A scalar s"
        " interface n { a: Int }",
        ["streaming_Service", "x", "i", "u", "s", "n"],
        "type StreamingService { a: Int } scalar _Any scalar federation__FieldSet type IPC { a: Int }",
    ),
    ("TYPE_PREFIX", "type TypeBook { a: Int } enum TypeX { A }", ["TypeBook", "TypeX"], "type Book { a: Int }"),
    ("TYPE_SUFFIX", "type BookType { a: Int } union XType = A", ["BookType", "XType"], "type Type { a: Int }"),
    ("OBJECT_PREFIX", "type ObjectBook { a: Int }", ["ObjectBook"], "interface ObjectBook { a: Int }"),
    ("OBJECT_SUFFIX", "type BookObject { a: Int }", ["BookObject"], "input BookObject { a: Int }"),
    ("INTERFACE_PREFIX", "interface InterfaceBook { a: Int }", ["InterfaceBook"], "type InterfaceBook { a: Int }"),
    ("INTERFACE_SUFFIX", "interface BookInterface { a: Int }", ["BookInterface"], "type BookInterface { a: Int }"),
    (
        "INPUT_ARGUMENT_NAMES_SHOULD_BE_CAMEL_CASE",
        "type Query { a(Role: Int role_id: Int): Int } input I { Field: Int }",
        ["Query.a(Role:)", "Query.a(role_id:)", "I.Field"],
        "type Query { a(role: Int roleId: Int): Int } input I { field: Int }",
    ),
    ("INPUT_TYPE_SUFFIX", "input Book { a: Int }", ["Book"], "input BookInput { a: Int } type Book { a: Int }"),
    (
        "ENUM_VALUES_SHOULD_BE_SCREAMING_SNAKE_CASE",
        "enum E { public_park Park A__B } extend enum F { aB }",
        ["E.public_park", "E.Park", "E.A__B", "F.aB"],
        "enum E { PUBLIC_PARK PARK PARK_2 }",
    ),
    ("ENUM_PREFIX", "enum EnumHouse { A }", ["EnumHouse"], "enum House { A } type EnumX { a: Int }"),
    ("ENUM_SUFFIX", "enum HouseEnum { A }", ["HouseEnum"], "enum House { A } type XEnum { a: Int }"),
    (
        "ENUM_USED_AS_INPUT_WITHOUT_SUFFIX",
        "enum Role { A } enum Kind { B } type Query { users(role: [Role!]!): Int } input X { k: Kind }",
        ["Role", "Kind"],
        "enum RoleInput { A } enum Kind { B } type Query { users(role: RoleInput): Kind }",
    ),
    (
        "ENUM_USED_AS_OUTPUT_DESPITE_SUFFIX",
        "enum RoleInput { A } type Query { role: [RoleInput!] }",
        ["RoleInput"],
        "enum RoleInput { A } enum Role { A } type Query { role(r: RoleInput): Role }",
    ),
    (
        "DIRECTIVE_NAMES_SHOULD_BE_CAMEL_CASE",
        "directive @SpecialField on FIELD_DEFINITION directive @snake_case on FIELD",
        ["@SpecialField", "@snake_case"],
        "directive @specialField on FIELD_DEFINITION directive @federation__key on OBJECT",
    ),
    (
        "DEPRECATED_DIRECTIVE_MISSING_REASON",
        'type A { a: Int @deprecated b(c: Int @deprecated(reason: " ")): Int } enum E { X @deprecated }'
        " input I { a: Int @deprecated }",
        ["A.a", "A.b(c:)", "E.X", "I.a"],
        'type A { a: Int @deprecated(reason: "use b") }',
    ),
    (
        "TAG_DIRECTIVE_USES_UNKNOWN_NAME",
        'type A @tag(name: "intern") { a: Int @tag(name: "open") @tag(name: "opne") }',
        ["A", "A.a"],
        'type A @tag(name: "internal") { a: Int @tag(name: "open") }',
    ),
    ("CONTACT_DIRECTIVE_MISSING", "type A { a: Int }", ["schema"], 'extend schema @contact(name: "x") type A { a: Int }'),
    (
        "ALL_ELEMENTS_REQUIRE_DESCRIPTION",
        'type A { a(b: Int): Int } enum E { X } "d" input I { "d" a: Int "" b: Int } directive @d on FIELD',
        ["A", "A.a", "A.a(b:)", "E", "E.X", "I.b", "@d"],
        'type Query { "d" a("d" b: Int): Int } extend type T { "d" a: Int } "d" enum E { "d" X }'
        " directive @key(fields: String!) on OBJECT",
    ),
    (
        "DESCRIPTION_SHOULD_BE_BILINGUAL",
        '"Only English" type A { "只有中文" a: Int """\n中文\n还是中文\n""" b: Int """\nEnglish\n中文\n""" c: Int }',
        ["A", "A.a", "A.b", "A.c"],
        '"""\n专利。\nA patent.\n""" type A { """\n专利(PCT)\n\nPatent\n""" a: Int b: Int }',
    ),
    (
        "DEFINED_TYPES_ARE_UNUSED",
        "type Query { a: A } type A { a: Int } type Lost { a: Int } enum Old { X } input I { a: Int }",
        ["Lost", "Old", "I"],
        'type Query { a(i: I): U } union U = M type M { n: N } input I { a: Int } interface N { a: Int }'
        ' type X implements N { a: Int } type K @key(fields: "a") { a: Int } extend type M { z: Int }',
    ),
    ("QUERY_DOCUMENT_DECLARATION", "type A { a: Int } query Q { a }", [""], "type A { a: Int }"),
    ("DOES_NOT_PARSE", "type A {", [""], "type A { a: Int }"),
]  # fmt: skip


def settings(rule: str, tags: frozenset[str] | None = None) -> LintSettings:
    """Only this rule, as an error."""
    codes = [r.code for r in RULES] + ["DOES_NOT_PARSE"]
    levels = {c: LintLevel.ERROR if c == rule else LintLevel.IGNORED for c in codes}
    return LintSettings(levels=levels, tags=tags)


@pytest.mark.parametrize(("rule", "wrong", "coordinates", "right"), TABLE)
def test_rule(rule: str, wrong: str, coordinates: list[str], right: str) -> None:
    only = settings(rule, frozenset({"open", "internal"}))
    found = lint_subgraph(wrong, None, only)
    assert {d.rule for d in found} == {rule}
    assert sorted(d.coordinate for d in found) == sorted(coordinates)
    assert all(d.message.endswith((".", "}")) or rule == "DOES_NOT_PARSE" for d in found)
    assert lint_subgraph(right, None, only) == []


def test_every_rule_has_a_row() -> None:
    assert {row[0] for row in TABLE} == {rule.code for rule in RULES} | {"DOES_NOT_PARSE"}


def test_names_are_proposed() -> None:
    text = "type A { First_name: Int URLPath: Int } enum E { inForce }"
    messages = " ".join(d.message for d in lint_subgraph(text, None, LintSettings()))
    for name in ('"firstName"', '"urlPath"', '"IN_FORCE"'):
        assert name in messages


def test_positions_are_those_of_the_text() -> None:
    text = '"""专利"""\r\ntype A {\n  ok: Int  # 注\u2028释\n  Bad: Int }\n'
    (found,) = lint_subgraph(text, None, settings("FIELD_NAMES_SHOULD_BE_CAMEL_CASE"))
    start, end = found.start, found.end
    assert (start.line, start.column) == (4, 3)
    assert text.encode()[start.byte_offset : end.byte_offset] == b"Bad"


def test_only_what_is_new_is_told() -> None:
    only = settings("FIELD_NAMES_SHOULD_BE_CAMEL_CASE")
    base = "type A { Old: Int }"
    found = lint_subgraph("type B { New: Int }\ntype A { b: Int Old: Int }", base, only)
    assert [d.coordinate for d in found] == ["B.New"]
    # A base that was no schema hides nothing.
    assert len(lint_subgraph("type A { Old: Int }", "type {", only)) == 1


def test_levels_decide_about_the_task() -> None:
    text = "type A { Bad: Int good: Int @deprecated }"
    task = lint_task(lint_subgraph(text, None, LintSettings()))
    assert (task.status.value, task.errors_count, task.warnings_count) == ("FAILED", 1, 1)
    calm = LintSettings(levels={"DEPRECATED_DIRECTIVE_MISSING_REASON": LintLevel.WARNING})
    assert lint_task(lint_subgraph(text, None, calm)).status.value == "PASSED"
    assert lint_subgraph(text, None, LintSettings(enabled=False)) == []
