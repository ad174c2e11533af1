"""Which breaking change hurts which operation: a table of schemas, operations and verdicts."""
# ruff: noqa: E501  (a table is read by comparing its rows)

from __future__ import annotations

import random
from datetime import UTC, datetime

import pytest
from graphql import GraphQLError, assert_valid_schema, build_schema, parse, validate

from federation.registry.checks.evidence import Evidence
from federation.registry.checks.judge import OPERATION_INVALID, judge
from federation.registry.checks.result import ChangeSeverity, OperationsTask, TaskStatus
from federation.registry.settings import WithoutUsage
from federation.supergraph.diff import Severity, diff

SINCE = datetime(2026, 3, 1, tzinfo=UTC)
OLD = """
directive @mask(as: String) on FIELD
type Query {
  patent(number: ID!, at: String = "now"): Patent
  search(filter: Filter, sort: Sort, size: Int): [Result!]!
  node(id: ID!): Node
}
type Mutation { rename(number: ID!): Patent }
interface Node { id: ID! }
type Patent implements Node { id: ID! title: String! status: Status! holder: Holder }
type Holder { name: String! }
type Design implements Node { id: ID! image: String }
union Result = Patent | Design
input Filter { text: String not: Filter range: Range }
input Range { from: Int to: Int }
enum Sort { NEWEST OLDEST }
enum Status { IN_FORCE LAPSED }
"""
TITLE = "{ patent(number: 1) { title } }"
STATUS = "{ patent(number: 1) { status } }"
BY_FILTER = "query ($f: Filter) { search(filter: $f) { __typename } }"
BY_SORT = "query ($s: Sort) { search(sort: $s) { __typename } }"


def told(old: str, new: str, *evidence: Evidence, strict: bool = False) -> OperationsTask:
    before, after = build_schema(old), build_schema(new)
    mode = WithoutUsage.BREAKING if strict else WithoutUsage.COMPATIBLE
    return judge(diff(before, after), evidence, before, after, mode, SINCE)


def document(text: str) -> Evidence:
    return Evidence("d1", "Doc", text, ("app",), 0, frozenset(), "d1")


def operation(text: str, *recorded: str) -> Evidence:
    return Evidence("s1", "Op", text, ("app@1",), 7, frozenset(recorded))


def edit(*changes: tuple[str, str]) -> str:
    text = OLD
    for old, new in changes:
        assert old in text, old
        text = text.replace(old, new)
    return text


# change of the schema | code of the breaking change | operation | recorded | is it hurt?
TABLE = [
    ((" title: String!", ""), "FIELD_REMOVED", TITLE, (), True),
    ((" title: String!", ""), "FIELD_REMOVED", STATUS, (), False),
    (("title: String!", "title: String"), "FIELD_CHANGED_TYPE", TITLE, (), True),
    (("title: String!", "title: String"), "FIELD_CHANGED_TYPE", STATUS, (), False),
    # A removed type hurts who names it, also in a fragment or through a field.
    (("| Design", ""), "TYPE_REMOVED_FROM_UNION", "{ search { ... on Design { id } } }", (), True),
    (("| Design", ""), "TYPE_REMOVED_FROM_UNION", "{ search { ... on Patent { id } } }", (), False),
    (
        ("type Design implements Node", "type Design"),
        "TYPE_REMOVED_FROM_INTERFACE",
        "{ node(id: 1) { ... on Design { image } } }",
        (),
        True,
    ),
    (
        ("type Design implements Node", "type Design"),
        "TYPE_REMOVED_FROM_INTERFACE",
        "{ search { ... on Design { image } } }",
        (),
        False,
    ),
    # Arguments: only who gives it, or who would have to.
    ((', at: String = "now"', ""), "ARG_REMOVED", '{ patent(number: 1, at: "x") { id } }', (), True),
    ((', at: String = "now"', ""), "ARG_REMOVED", TITLE, (), False),
    (("size: Int", "size: Int, lang: String!"), "REQUIRED_ARG_ADDED", "{ search { __typename } }", (), True),
    (("size: Int", "size: Int, lang: String!"), "REQUIRED_ARG_ADDED", TITLE, (), False),
    (("size: Int", "size: Int!"), "ARG_CHANGED_TYPE_OPTIONAL_TO_REQUIRED", "{ search { __typename } }", (), True),
    (("size: Int", "size: Int!"), "ARG_CHANGED_TYPE_OPTIONAL_TO_REQUIRED", "{ search(size: 1) { __typename } }", (), False),
    (("size: Int", "size: Int!"), "ARG_CHANGED_TYPE_OPTIONAL_TO_REQUIRED", "query ($n: Int) { search(size: $n) { __typename } }", (), True),
    (("size: Int", "size: Boolean"), "ARG_CHANGED_TYPE", "{ search(size: 1) { __typename } }", (), True),
    (("size: Int", "size: Boolean"), "ARG_CHANGED_TYPE", "{ search { __typename } }", (), False),
    (('at: String = "now"', "at: String!"), "ARG_CHANGED_TYPE_OPTIONAL_TO_REQUIRED", TITLE, (), True),
    # Input fields: written, recorded, or perhaps in a variable of which nothing was recorded.
    (("text: String ", ""), "FIELD_REMOVED_FROM_INPUT_OBJECT", '{ search(filter: {text: "a"}) { __typename } }', (), True),
    (("text: String ", ""), "FIELD_REMOVED_FROM_INPUT_OBJECT", "{ search(filter: {range: {from: 1}}) { __typename } }", (), False),
    (("text: String ", ""), "FIELD_REMOVED_FROM_INPUT_OBJECT", BY_FILTER, (), True),
    (("text: String ", ""), "FIELD_REMOVED_FROM_INPUT_OBJECT", BY_FILTER, ("Filter.range", "Range.to"), False),
    (("text: String ", ""), "FIELD_REMOVED_FROM_INPUT_OBJECT", BY_FILTER, ("Filter.text",), True),
    (("text: String ", ""), "FIELD_REMOVED_FROM_INPUT_OBJECT", TITLE, (), False),
    (("from: Int", "from: Boolean"), "FIELD_ON_INPUT_OBJECT_CHANGED_TYPE", BY_FILTER, (), True),
    (("from: Int", "from: Boolean"), "FIELD_ON_INPUT_OBJECT_CHANGED_TYPE", BY_FILTER, ("Filter.text",), False),
    (("from: Int", "from: Boolean"), "FIELD_ON_INPUT_OBJECT_CHANGED_TYPE", BY_FILTER, ("Range.from",), True),
    (("to: Int", "to: Int by: Int!"), "REQUIRED_FIELD_ADDED_TO_INPUT_OBJECT", BY_FILTER, (), True),
    (("to: Int", "to: Int by: Int!"), "REQUIRED_FIELD_ADDED_TO_INPUT_OBJECT", BY_FILTER, ("Filter.text",), False),
    (("to: Int", "to: Int by: Int!"), "REQUIRED_FIELD_ADDED_TO_INPUT_OBJECT", BY_SORT, (), False),
    # Enum values likewise.
    ((" OLDEST", ""), "VALUE_REMOVED_FROM_ENUM", "{ search(sort: OLDEST) { __typename } }", (), True),
    ((" OLDEST", ""), "VALUE_REMOVED_FROM_ENUM", "{ search(sort: NEWEST) { __typename } }", (), False),
    ((" OLDEST", ""), "VALUE_REMOVED_FROM_ENUM", BY_SORT, (), True),
    ((" OLDEST", ""), "VALUE_REMOVED_FROM_ENUM", BY_SORT, ("Sort.NEWEST",), False),
    ((" OLDEST", ""), "VALUE_REMOVED_FROM_ENUM", BY_SORT, ("Sort.OLDEST",), True),
    # Directives and roots.
    (("directive @mask(as: String) on FIELD", ""), "DIRECTIVE_REMOVED", "{ patent(number: 1) { title @mask } }", (), True),
    (("directive @mask(as: String) on FIELD", ""), "DIRECTIVE_REMOVED", TITLE, (), False),
    (("(as: String)", ""), "DIRECTIVE_ARG_REMOVED", '{ patent(number: 1) { title @mask(as: "x") } }', (), True),
    (("(as: String)", ""), "DIRECTIVE_ARG_REMOVED", "{ patent(number: 1) { title @mask } }", (), False),
    (("type Mutation { rename(number: ID!): Patent }", ""), "SCHEMA_MUTATION_TYPE_CHANGED", "mutation { rename(number: 1) { id } }", (), True),
    (("type Mutation { rename(number: ID!): Patent }", ""), "SCHEMA_MUTATION_TYPE_CHANGED", TITLE, (), False),
]  # fmt: skip


@pytest.mark.parametrize(("change", "code", "text", "recorded", "hurt"), TABLE)
def test_table(
    change: tuple[str, str], code: str, text: str, recorded: tuple[str, ...], hurt: bool
) -> None:
    assert validate(build_schema(OLD), parse(text)) == [], "the operation must be valid before"
    task = told(OLD, edit(change), operation(text, *recorded))
    checked = [c for c in task.changes if c.code == code]
    assert len(checked) == 1
    assert checked[0].impact is Severity.BREAKING
    assert bool(checked[0].operations) is hurt
    expected = ChangeSeverity.FAILURE if hurt else ChangeSeverity.WARNING
    assert checked[0].severity is expected
    assert task.status is (TaskStatus.FAILED if hurt else TaskStatus.PASSED)
    if hurt:
        found = checked[0].operations[0]
        assert (found.signature, found.clients, found.requests) == ("s1", ("app@1",), 7)


@pytest.mark.parametrize(("change", "code", "text", "recorded", "hurt"), TABLE)
def test_whatever_becomes_invalid_fails(
    change: tuple[str, str], code: str, text: str, recorded: tuple[str, ...], hurt: bool
) -> None:
    """Against validation itself: no operation that stops being valid may pass a check."""
    new = edit(change)
    invalid = bool(validate(build_schema(new), parse(text)))
    task = told(OLD, new, document(text))
    if invalid:
        assert task.status is TaskStatus.FAILED


MORE_EDITS = [
    ("image: String", "image: String!"),
    ("id: ID! image", "id: ID! n: ID image"),
    ("id: ID! title", "id: String! title"),
    ("name: String!", "name: Int!"),
    ("type Holder { name: String! }", "type Holder implements Node { id: ID! name: String! }"),
    ("number: ID!, at", "number: String!, at"),
    ("union Result = Patent | Design", "union Result = Design"),
    ("not: Filter", "not: Filter!"),
    ("node(id: ID!): Node", "node(id: ID!): Patent"),
    ("holder: Holder", "holder: [Holder]"),
]
MORE_TEXTS = [
    "{ search { ... on Node { id } ... on Patent { holder { x: name } } ... on Design { x: image } } }",
    "{ node(id: 1) { ... on Patent { x: id } ... on Design { x: id y: image } } }",
    "query ($n: ID!) { patent(number: $n) { holder { name } } }",
    "query ($f: Filter, $s: Sort = OLDEST) { search(filter: {not: $f}, sort: $s) { ...R } }"
    " fragment R on Result { __typename ... on Node { id } }",
]


def test_no_combination_of_changes_lets_an_invalid_operation_pass() -> None:
    """Against validation itself, with several changes at once and all operations."""
    before = build_schema(OLD)
    texts = dict(enumerate(sorted({row[2] for row in TABLE} | set(MORE_TEXTS))))
    evidence = [Evidence(f"s{n}", "", text, (), 1, frozenset()) for n, text in texts.items()]
    assert not any(validate(before, parse(text)) for text in texts.values())
    edits = [row[0] for row in TABLE] + MORE_EDITS
    invalid = 0
    for seed in range(80):
        choose = random.Random(seed)
        new = OLD
        for old_text, new_text in choose.sample(edits, choose.randint(1, 4)):
            new = new.replace(old_text, new_text)
        try:
            after = build_schema(new)
            assert_valid_schema(after)
        except (TypeError, GraphQLError):
            continue
        changes = diff(before, after)
        task = judge(changes, evidence, before, after, WithoutUsage.COMPATIBLE, SINCE)
        failures = [c for c in task.changes if c.severity is ChangeSeverity.FAILURE]
        told_of = {o.signature for c in failures for o in c.operations}
        expected = {f"s{n}" for n, text in texts.items() if validate(after, parse(text))}
        assert expected <= told_of, seed
        invalid += len(expected)
    assert invalid > 200


def test_removing_a_type_is_told_at_the_type_and_at_the_field() -> None:
    new = edit((" holder: Holder", ""), ("type Holder { name: String! }", ""))
    task = told(OLD, new, document("{ patent(number: 1) { holder { name } } }"))
    hurt = {c.code for c in task.changes if c.operations}
    assert hurt == {"TYPE_REMOVED", "FIELD_REMOVED"}


def test_documents_and_operations_are_told_apart() -> None:
    new = edit((" title: String!", ""))
    task = told(OLD, new, operation(TITLE), document(TITLE))
    assert (task.checked_operations, task.documents) == (2, 1)
    (change,) = [c for c in task.changes if c.code == "FIELD_REMOVED"]
    assert [o.document_id for o in change.operations] == [None, "d1"]


def test_what_no_change_explains_is_told_nevertheless() -> None:
    """A change that is safe at its own place can keep two fields from merging into one answer."""
    new = edit(("image: String", "image: String!"))
    old = OLD.replace("title: String!", "title: String")
    new = new.replace("title: String!", "title: String")
    clash = "{ search { ... on Patent { x: title } ... on Design { x: image } } }"
    assert validate(build_schema(old), parse(clash)) == []
    task = told(old, new, document(clash), document("{ search { ... on Design { image } } }"))
    assert task.status is TaskStatus.FAILED
    assert {c.code for c in task.changes} == {"FIELD_CHANGED_TYPE", OPERATION_INVALID}
    (net,) = [c for c in task.changes if c.code == OPERATION_INVALID]
    assert [o.document_id for o in net.operations] == ["d1"]
    assert "x" in net.description


def test_texts_without_literals_do_not_fail_for_that() -> None:
    """Recorded texts have `{}` for objects: what was invalid before is not held against anyone."""
    old = OLD.replace("from: Int", "from: Int!")
    new = old.replace(" title: String!", "")
    task = told(old, new, operation("{ search(filter: {range: {}}) { __typename } }"))
    assert task.status is TaskStatus.PASSED


def test_unreadable_texts_are_judged_by_what_was_recorded() -> None:
    new = edit((" title: String!", ""))
    assert told(OLD, new, operation("{ broken", "Patent.title")).status is TaskStatus.FAILED
    assert told(OLD, new, operation("{ broken", "Patent.id")).status is TaskStatus.PASSED


@pytest.mark.parametrize(
    ("strict", "severity", "status", "word"),
    [
        (False, ChangeSeverity.WARNING, TaskStatus.PASSED, "COMPATIBLE"),
        (True, ChangeSeverity.FAILURE, TaskStatus.FAILED, "BREAKING"),
    ],
)
def test_without_any_evidence(
    strict: bool, severity: ChangeSeverity, status: TaskStatus, word: str
) -> None:
    task = told(OLD, edit((" title: String!", "")), strict=strict)
    assert task.status is status
    assert {c.severity for c in task.changes if c.impact is Severity.BREAKING} == {severity}
    assert word in task.note
    # With evidence that is not hurt, strictness has no say.
    calm = told(OLD, edit((" title: String!", "")), operation(STATUS), strict=strict)
    assert calm.status is TaskStatus.PASSED


def test_safe_and_dangerous_changes_never_fail() -> None:
    new = edit(("NEWEST OLDEST", "NEWEST OLDEST RANDOM"), ("IN_FORCE LAPSED", "IN_FORCE LAPSED X"))
    task = told(OLD, new, document(STATUS), strict=True)
    assert task.status is TaskStatus.PASSED
    assert {c.severity for c in task.changes} == {ChangeSeverity.NOTICE}
    assert {c.impact for c in task.changes} == {Severity.SAFE, Severity.DANGEROUS}
