"""Our quick validation says what graphql-core's rules say, word by word, in bounded time."""

from __future__ import annotations

import pytest
from graphql import DocumentNode, GraphQLError, parse, validate
from hypothesis import given, settings
from hypothesis import strategies as st

from federation.errors import RequestError
from federation.operation.validation import validate as module
from federation.operation.validation.acceptance import is_plainly_valid
from federation.operation.validation.overlaps import TooManyError, find_overlaps
from federation.operation.validation.schema_facts import SchemaFacts
from federation.operation.validation.validate import DocumentValidator
from tests.federation.operation.random_documents import SCHEMA, Writer

VALIDATOR = DocumentValidator(SCHEMA)
FACTS = SchemaFacts(SCHEMA)
ENOUGH = 1_000_000


def ours(document: DocumentNode) -> list[GraphQLError]:
    return VALIDATOR.errors(document, max_errors=50, hide_suggestions=False)


def theirs(document: DocumentNode) -> list[GraphQLError]:
    return validate(SCHEMA, document, max_errors=50, allow_empty_selection_sets=False)


def told(errors: list[GraphQLError]) -> list[tuple[str, object]]:
    return [(error.message, error.locations) for error in errors]


@pytest.mark.parametrize("wrong", [0.0, 0.01, 0.05])
def test_what_the_rules_say_of_random_documents(wrong: float) -> None:
    valid = quick = 0
    for number in range(300):
        text = Writer(f"{wrong}/{number}", wrong).document()
        document = parse(text)
        expected = told(theirs(document))
        assert told(ours(document)) == expected, text
        if not expected:
            valid += 1
            mergeable = find_overlaps(FACTS, document, ENOUGH).mergeable
            quick += mergeable and is_plainly_valid(FACTS, document)
        else:
            # Alone, without the question of merging, it must not say too much either.
            others = [e for e in expected if "conflict" not in e[0]]
            assert not (others and is_plainly_valid(FACTS, document)), text
            conflicts = len(others) < len(expected)
            assert not (conflicts and find_overlaps(FACTS, document, ENOUGH).mergeable), text
    assert valid > 5
    # The rest are subscriptions and objects that answer differently under one name.
    assert quick > 0.5 * valid


@given(st.text('{}()$:!@.aF0[]=" ', max_size=12), st.integers(0, 10**6), st.integers(0, 500))
@settings(max_examples=300, deadline=None)
def test_what_the_rules_say_of_texts_that_something_was_put_into(
    put: str, seed: int, at: int
) -> None:
    text = Writer(f"put/{seed}", 0.01).document()
    try:
        document = parse(text[:at] + put + text[at:], allow_empty_selection_sets=False)
    except GraphQLError:
        return
    assert told(ours(document)) == told(theirs(document))


CASES = [
    "{ person { id } } { person { name } }",
    "query A { person { id } } query A { person { id } }",
    "{ person { ...F } } fragment F on Person { ...F }",
    "{ person { ...F } } fragment F on Person { ...G } fragment G on Person { best { ...H } }"
    " fragment H on Book { author { ...F } }",
    "{ person { id } } fragment F on Person { id }",
    "{ person { ...F } } fragment F on Person { id } fragment F on Person { name }",
    "query ($a: Int) { person { id } }",
    "query ($a: Int, $a: Int) { any(value: $a) }",
    "query ($a: String) { node(id: $a) { id } }",
    'query ($a: ID = "1") { node(id: $a) { id } }',
    "query ($a: Int) { any(required: [[$a]]) }",
    "query ($a: [[Int!]!]) { any(required: $a) }",
    "query ($a: Int) { book(size: {width: $a}) { id } }",
    "query ($a: Int) { book(size: {width: 1, height: $a}) { id } }",
    "query ($a: Int) { person { things(one: {a: $a}) { __typename } } }",
    "query ($a: Int!) { person { things(one: {a: $a}) { __typename } } }",
    "query ($a: Int) { any(value: {deep: [$a]}) }",
    "query ($a: Person) { any(value: $a) }",
    "query ($a: Int = 1.5) { any(value: $a) }",
    "{ things { id } }",
    "{ things { ... on Person { id } } }",
    "{ things { ... on Node { id } ... on Book { note } ... on Car { note } } }",
    "{ things { ... on Book { pages } ... on Car { pages } } }",
    "{ things { ... on Book { x: pages } ... on Car { x: seats } } }",
    "{ things { ... on Book { x: name } ... on Car { x: id } } }",
    "{ person { x: id x: name } }",
    "{ person { id @skip(if: true) @skip(if: false) } }",
    "query ($b: Boolean) { person { id @skip(if: $b) } }",
    "{ person { id @defer } ... @defer { person { id } } }",
    "subscription { renamed { id } changed { id } }",
    "mutation { rename(id: 1) { id } }",
    "{ __schema { types { name } } __type(name: \"A\") { name } }",
    "{ colour(of: PINK) }", "{ colour(of: \"RED\") }", "{ colour(of: null) }", "{ colour { a } }",
    "{ any(float: 1e400) }", "{ any(float: 123456789012) }", "{ node(id: 1.5) { id } }",
    "{ book(size: {width: 2147483648}) { id } }", "{ book(size: {width: 1, width: 2}) { id } }",
    "type A { b: Int } { person { id } }", "fragment F on Person { id }",
    "{ person }", "{ person { id { a } } }", "{ person(a: 1) { id } }", "{ node { id } }",
    "query ($a: Int @note) { any(value: $a) }", "query @note { any }", "{ any @note }",
]  # fmt: skip


@pytest.mark.parametrize("text", CASES)
def test_what_the_rules_say(text: str) -> None:
    document = parse(text)
    assert told(ours(document)) == told(theirs(document))


# What a hostile document grows by; n of it must cost n, not n².
HOSTILE = {
    "one fragment spread often": lambda n: (
        "{ " + " ".join(f"p{i}: person {{ ...F }}" for i in range(n)) + " }"
        " fragment F on Person { " + " ".join(f"a{i}: age" for i in range(50)) + " }"
    ),
    "spread often in one place": lambda n: (
        "{ person { " + "...F " * n + "} } fragment F on Person { best { ... on Book { id } } }"
    ),
    "a chain of fragments": lambda n: (
        "{ person { ...F0 } } "
        + " ".join(f"fragment F{i} on Person {{ id ...F{i + 1} }}" for i in range(n))
        + f" fragment F{n} on Person {{ id }}"
    ),
    "each spreads the next twice": lambda n: (
        "{ node(id: 1) { ...F0 } } "
        + " ".join(
            f"fragment F{i} on Node {{ a: peers {{ ...F{i + 1} }} b: peers {{ ...F{i + 1} }} }}"
            for i in range(n)
        )
        + f" fragment F{n} on Node {{ id }}"
    ),
    "many aliases": lambda n: "{ person { " + " ".join(f"a{i}: age" for i in range(n)) + " } }",
    "the same field again": lambda n: "{ person { " + "age " * n + "} }",
    "the same objects again": lambda n: "{ " + "person { best { __typename } } " * n + "}",
    "pairs inside pairs": lambda n: "{ node(id: 1) { " + nested(n) + " } }",
}


def nested(size: int) -> str:
    text = "id"
    while len(text) < 18 * size:
        text = f"peers {{ {text} }} peers {{ {text} }}"
    return text


@pytest.mark.parametrize("name", HOSTILE)
def test_looks_grow_with_the_length_of_hostile_documents(name: str) -> None:
    small, large = (parse(HOSTILE[name](n)) for n in (20, 160))
    few, many = (find_overlaps(FACTS, each, ENOUGH).looks for each in (small, large))
    assert many <= 8.5 * few + 100
    assert find_overlaps(FACTS, small, few).looks == few
    with pytest.raises(TooManyError):
        find_overlaps(FACTS, small, few - 1)


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_documents_of_ordinary_length_are_plainly_valid(name: str) -> None:
    document = parse(HOSTILE[name](60))
    assert find_overlaps(FACTS, document, ENOUGH).mergeable
    assert is_plainly_valid(FACTS, document)
    assert ours(document) == []


def test_what_would_be_compared_too_often_is_refused() -> None:
    # Not plainly valid, so the exact rule would have to compare each with each.
    fields = "... on Book { x: name } ... on Car { x: name } " * 500
    with pytest.raises(RequestError) as caught:
        ours(parse("{ things { ... on Book { y: id } ... on Car { y: name } " + fields + "} }"))
    assert caught.value.code == "REQUEST_LIMIT_EXCEEDED"


def test_what_would_be_looked_at_too_often_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MAX_LOOKS", 10)
    with pytest.raises(RequestError) as caught:
        ours(parse("{ person { id name age } a: person { id name age } }" * 2))
    assert caught.value.code == "REQUEST_LIMIT_EXCEEDED"
