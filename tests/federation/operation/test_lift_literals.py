"""Literals as variables: what is lifted, typed how, and what stays in the text."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from graphql import parse

from federation.composition.compose import compose
from federation.composition.result import Composed, SubgraphSource
from federation.operation.fingerprint import fingerprint, print_operation
from federation.operation.model import Operation
from federation.operation.normalize import Normalizer
from federation.operation.passes.lift_literals import MAX_LIFTED
from federation.operation.variables import coerce_variables
from federation.supergraph.api_schema import build_api_schema
from tests.support.small_graph import SmallSubgraph, small_graph

SDL = """
extend schema @link(url: "https://specs.apollo.dev/federation/v2.5",
  import: ["@key", "@external", "@requires"])
scalar Amount
enum Kind { PATENT MARK }
input Range { from: Int = 1 to: Int! }
input Filter { kind: Kind kinds: [Kind!] range: Range amount: Amount any: [Filter!] }
type Query {
  list(first: Int!, kind: Kind, filter: Filter, text: String, id: ID, ids: [ID!]): [T]
  sum(amount: Amount, ratio: Float): Int
  t: T
}
type T @key(fields: "id") { id: ID! price(kind: Kind): Int worth: Int own(first: Int): T }
"""
OTHER = """
extend schema @link(url: "https://specs.apollo.dev/federation/v2.5",
  import: ["@key", "@external", "@requires"])
enum Kind { PATENT MARK }
type T @key(fields: "id") {
  id: ID!
  price(kind: Kind): Int @external
  fee: Int @requires(fields: "price(kind: MARK)")
}
"""


@pytest.fixture(scope="module")
def normalizer() -> Normalizer:
    composed = compose([SubgraphSource("one", "", SDL), SubgraphSource("two", "", OTHER)])
    assert isinstance(composed, Composed), composed
    return Normalizer(composed.supergraph)


def _lift(normalizer: Normalizer, text: str) -> Operation:
    return normalizer.lift(normalizer.normalize(parse(text)))


def _text(operation: Operation) -> str:
    return " ".join(print_operation(operation).split())


@pytest.mark.parametrize(
    ("given", "text", "values"),
    [
        ("{ t { id } }", "query { t { id } }", {}),
        (
            "{ list(first: 10, kind: MARK) { id } }",
            "query($_l0: Int!, $_l1: Kind) { list(first: $_l0, kind: $_l1) { id } }",
            {"_l0": 10, "_l1": "MARK"},
        ),
        # whole input objects, defaults of their fields left to the subgraph
        (
            "{ list(first: 1, filter: {range: {to: 5}, kinds: MARK}) { id } }",
            "query($_l0: Filter, $_l1: Int!) { list(filter: $_l0, first: $_l1) { id } }",
            {"_l0": {"range": {"to": 5}, "kinds": ["MARK"]}, "_l1": 1},
        ),
        # a variable inside: the rest of the members
        (
            "query($k: Kind) { list(first: 1, filter: {kind: $k, range: {to: 5}}) { id } }",
            "query($k: Kind, $_l0: Range, $_l1: Int!)"
            " { list(filter: {kind: $k, range: $_l0}, first: $_l1) { id } }",
            {"_l0": {"to": 5}, "_l1": 1},
        ),
        # one value of one type is one variable; ID and String are two types
        (
            '{ a: list(first: 1, id: "1", text: "1") { id } b: list(first: 1, id: 1) { id } }',
            "query($_l0: Int!, $_l1: ID, $_l2: String, $_l3: ID) {"
            " a: list(first: $_l0, id: $_l1, text: $_l2) { id }"
            " b: list(first: $_l0, id: $_l3) { id } }",
            {"_l0": 1, "_l1": "1", "_l2": "1", "_l3": "1"},
        ),
        ("{ sum(ratio: null) }", "query($_l0: Float) { sum(ratio: $_l0) }", {"_l0": None}),
        (
            "{ sum(ratio: 0.12345678901234567890) }",
            "query($_l0: Float) { sum(ratio: $_l0) }",
            {"_l0": Decimal("0.12345678901234567890")},
        ),
        # custom scalars: what a float might spoil stays digits in the text
        (
            "{ a: sum(amount: 0.10) b: sum(amount: 9007199254740993) c: sum(amount: 5) }",
            "query($_l0: Amount) { a: sum(amount: 0.10) b: sum(amount: 9007199254740993)"
            " c: sum(amount: $_l0) }",
            {"_l0": 5},
        ),
        (
            '{ sum(amount: {a: [1, "x"], b: NAME}) }',
            'query { sum(amount: {a: [1, "x"], b: NAME}) }',
            {},
        ),
        (
            "{ list(first: 1, filter: {amount: 0.10, kind: MARK}) { id } }",
            "query($_l0: Kind, $_l1: Int!)"
            " { list(filter: {amount: 0.10, kind: $_l0}, first: $_l1) { id } }",
            {"_l0": "MARK", "_l1": 1},
        ),
        # compared with what @requires names
        ("{ t { price(kind: MARK) } }", "query { t { price(kind: MARK) } }", {}),
        # names of the client's are left alone
        (
            'query($_l0: Int!) { list(first: $_l0, text: "x") { id } }',
            "query($_l0: Int!, $__l0: String) { list(first: $_l0, text: $__l0) { id } }",
            {"__l0": "x"},
        ),
    ],
)
def test_lifted(normalizer: Normalizer, given: str, text: str, values: dict[str, Any]) -> None:
    operation = _lift(normalizer, given)
    assert _text(operation) == text
    assert operation.lifted == values


def test_operations_that_differ_in_literals_are_equal(normalizer: Normalizer) -> None:
    one = _lift(
        normalizer, '{ list(first: 1, text: "a") @include(if: true) { own(first: 2) { id } } }'
    )
    two = _lift(normalizer, '{ list(text: "b", first: 8) { own(first: 9) { id } } }')
    assert one == two
    assert hash(one) == hash(two)
    assert fingerprint(one) == fingerprint(two)
    assert one.lifted != two.lifted
    other = _lift(normalizer, "{ list(first: 1) { own(first: 2) { id } } }")
    assert fingerprint(other) != fingerprint(one)


def test_equal_and_different_values_are_different_operations(normalizer: Normalizer) -> None:
    """Two fields may share a call only where their values agree, so that belongs to the plan."""
    same = _lift(normalizer, "{ a: list(first: 1) { id } b: list(first: 1) { id } }")
    different = _lift(normalizer, "{ a: list(first: 1) { id } b: list(first: 2) { id } }")
    assert same != different


def test_number_of_variables_is_bounded(normalizer: Normalizer) -> None:
    fields = " ".join(f"f{n}: list(first: {n}) {{ id }}" for n in range(MAX_LIFTED + 50))
    operation = _lift(normalizer, "{" + fields + "}")
    assert len(operation.variables) == MAX_LIFTED
    assert f"list(first: {MAX_LIFTED + 49})" in print_operation(operation)


def test_clients_cannot_set_lifted_values(normalizer: Normalizer) -> None:
    operation = _lift(
        normalizer, "query($n: Int) { t { own(first: 3) { id a: own(first: $n) { id } } } }"
    )
    schema = build_api_schema(normalizer.supergraph)
    assert coerce_variables(schema, operation, {"_l0": 9, "n": 4}) == {"n": 4, "_l0": 3}


async def test_executed() -> None:
    """Lifted or not, subgraphs understand the same values."""
    seen: list[Any] = []

    def echo(_info: object, **arguments: Any) -> str:
        seen.append(arguments)
        return "x"

    graph = small_graph(
        a=SmallSubgraph(
            """
            enum Kind { PATENT MARK }
            input Filter { kind: Kind n: [Int!] = [7] ratio: Float id: ID }
            type Query { echo(filter: Filter, kinds: [Kind], text: String): String }
            """,
            {"echo": echo},
        )
    )
    text = '{ echo(filter: {kind: MARK, ratio: 2, id: 5}, kinds: PATENT, text: "\\"ä\\n") }'
    plain = await graph.execute(text)
    lifted = await graph.execute(text, lift=True)
    assert plain.response == lifted.response == {"data": {"echo": "x"}}
    assert "MARK" in plain.calls[0].query
    assert "MARK" not in lifted.calls[0].query
    assert seen[0] == seen[1]
    assert seen[0]["filter"] == {"kind": "MARK", "n": [7], "ratio": 2.0, "id": "5"}
