"""Costs against worked examples of public documentation, and tables made by hand.

The book examples are those of Apollo Router's page on demand control.
"""

from __future__ import annotations

from typing import Any

import pytest
from graphql import parse

from federation.composition.compose import compose
from federation.composition.result import Composed, SubgraphSource
from federation.operation.cost_rules import CostRules
from federation.operation.estimate_cost import CostEstimate, SlicingError, estimate_cost
from federation.operation.normalize import Normalizer
from federation.operation.variables import coerce_variables
from federation.supergraph.api_schema import build_api_schema
from federation.supergraph.reader import read_supergraph

LINK = (
    'extend schema @link(url: "https://specs.apollo.dev/federation/v2.9",'
    ' import: ["@key", "@cost", "@listSize"])\n'
)
BOOKS = """
type Query {
  book(id: ID): Book
  bestsellers: [Book] @listSize(assumedSize: 5)
  newestAdditions(after: ID, limit: Int!): [Book] @listSize(slicingArguments: ["limit"])
}
type Book { title: String author: Author publisher: Publisher }
type Author { name: String }
type Publisher { name: String address: Address }
type Address %s { zipCode: Int! }
"""
SELECTED = "{ title author { name } publisher { name address { zipCode } } }"


class Costs:
    def __init__(self, sdl: str, list_size: int = 10) -> None:
        composed = compose([SubgraphSource("one", "", LINK + sdl)])
        assert isinstance(composed, Composed), composed
        supergraph = read_supergraph(composed.supergraph_sdl)
        self.rules = CostRules(supergraph)
        self.api_schema = build_api_schema(supergraph)
        self.normalizer = Normalizer(supergraph)
        self.list_size = list_size

    def estimate(self, query: str, *, lift: bool = True) -> tuple[CostEstimate, Any]:
        operation = self.normalizer.normalize(parse(query))
        operation = self.normalizer.lift(operation) if lift else operation
        return estimate_cost(operation, self.rules, self.list_size), operation

    def of(self, query: str, *, strict: bool = True, **variables: Any) -> int:
        """Return the cost; it must not depend on whether literals are lifted."""
        costs = set()
        for lift in (False, True):
            made, operation = self.estimate(query, lift=lift)
            values = coerce_variables(self.api_schema, operation, variables)
            costs.add(made.of(values, strict=strict))
        (cost,) = costs
        return cost


@pytest.mark.parametrize(
    ("address", "query", "cost"),
    [
        ("", "{ book(id: 1) %s }", 4),
        ("@cost(weight: 5)", "{ book(id: 1) %s }", 8),
        ("@cost(weight: 5)", "{ bestsellers %s }", 40),
        ("@cost(weight: 5)", "{ newestAdditions(limit: 3) %s }", 24),
        ("@cost(weight: 5)", "{ newestAdditions(limit: 7) %s }", 56),
    ],
)
def test_worked_examples(address: str, query: str, cost: int) -> None:
    assert Costs(BOOKS % address).of(query % SELECTED) == cost


SHOP = """
type Query {
  dear: Thing @cost(weight: 7)
  things: [Thing!]! @cost(weight: 7)
  plain: [Thing]
  numbers: [Int]
  gold: Gold
  golds: [Gold] @listSize(assumedSize: 3)
  tone: Tone
  grid: [[Thing]]
  free(a: Int @cost(weight: 3), b: Int, c: [Int] @cost(weight: 2)): Int
  cheaper(a: Int @cost(weight: -9)): Thing
  find(where: Where, also: [Where!], weighed: Where @cost(weight: 20)): Int
  node: Node
  any: Any
  page(first: Int, last: Int, size: Int = 4): Page
    @listSize(slicingArguments: ["first", "last"], sizedFields: ["edges", "nodes"])
  paged(size: Int = 4): [Thing] @listSize(slicingArguments: ["size"])
  loose(first: Int, last: Int): [Thing]
    @listSize(assumedSize: 6, slicingArguments: ["first", "last"], requireOneSlicingArgument: false)
  bare(first: Int): [Thing] @listSize(slicingArguments: ["first"])
}
type Mutation { make: Int, build(first: Int): Thing }
type Subscription { made: Thing }
type Thing implements Node { name: String things: [Thing] node: Node dear: Int @cost(weight: 4) }
type Big implements Node @cost(weight: 11) { name: String size: Int @cost(weight: 2) }
interface Node { name: String }
union Any = Thing | Big
type Page { edges: [Edge] nodes: [Thing] total: Int other: [Thing] }
type Edge { node: Thing }
input Where { a: Int, b: Int @cost(weight: 5), not: Where, any: [Where!] }
scalar Gold @cost(weight: 6)
enum Tone @cost(weight: 8) { LOW }
"""

TABLE: tuple[tuple[str, int], ...] = (
    # What is by default
    ("{ plain { name } }", 10),
    ("{ plain { things { name } } }", 10 * (1 + 10)),
    ("{ numbers }", 0),
    ("{ __typename }", 0),
    ("mutation { make }", 10),
    ("mutation { build { name } }", 11),
    ("subscription { made { name } }", 1),
    # A field's weight counts once a call, its type's for each value
    ("{ dear { name } }", 7 + 1),
    ("{ things { name } }", 7 + 10),
    ("{ things { dear } }", 7 + 10 * (1 + 4)),
    ("{ gold }", 6),
    ("{ golds }", 18),
    ("{ tone }", 8),
    ("{ grid { name } }", 100),
    # Merged selections are one call
    ("{ dear { name } dear { n: name } }", 8),
    ("{ a: dear { name } b: dear { name } }", 16),
    # Arguments
    ("{ free }", 0),
    ("{ free(b: 1) }", 0),
    ("{ free(a: 1) }", 3),
    ("{ free(a: null) }", 0),
    ("{ free(a: 1, c: [1, 2]) }", 5),
    ("{ cheaper(a: 1) { name } }", 1),
    # Input objects
    ("{ find(where: {}) }", 1),
    ("{ find(where: {a: 1, b: 2}) }", 1 + 5),
    ("{ find(where: {not: {b: 1}, any: [{}, {b: 1}]}) }", 1 + (1 + 5) + 1 + (1 + 5)),
    ("{ find(also: [{}, {}]) }", 2),
    ("{ find(weighed: {b: 1}) }", 20 + 5),
    # Abstract types: the dearest
    ("{ node { name } }", 11),
    ("{ any { __typename } }", 11),
    ("{ any { ... on Thing { dear } ... on Big { size } } }", 11 + 4),
    ("{ any { ... on Thing { t: name } ... on Big { size } } }", 11 + 2),
    # Sized fields below
    ("{ page(first: 3) { edges { node { name } } total } }", 1 + 3 * (1 + 1)),
    ("{ page(last: 2) { nodes { name } other { name } } }", 1 + 2 + 10),
    ("{ page(first: -2) { nodes { name } } }", 1),
    # Defaults of the schema
    ("{ paged { name } }", 4),
    ("{ paged(size: 2) { name } }", 2),
    # None is needed
    ("{ loose { name } }", 6),
    ("{ loose(first: 2, last: 3) { name } }", 3),
    # Conditions
    ("{ dear @skip(if: true) { name } gold }", 6),
)


@pytest.mark.parametrize(("query", "cost"), TABLE)
def test_table(query: str, cost: int) -> None:
    assert Costs(SHOP).of(query) == cost


def test_variables() -> None:
    costs = Costs(SHOP)
    query = (
        "query($n: Int, $w: Where, $x: Boolean = true)"
        " { page(first: $n) { nodes { dear } } find(where: $w) dear @include(if: $x) { name } }"
    )
    assert costs.of(query, n=5, x=False) == 1 + 5 * 5
    assert costs.of(query, n=0, w={"b": 1}) == 1 + 6 + 8
    assert costs.of(query, n=2, w={"any": [{}, {}]}) == 1 + 10 + 3 + 8
    nested = "query($b: Int) { find(where: {b: $b, a: 1}) }"
    assert costs.of(nested, b=1) == 1 + 5
    assert costs.of(nested) == 1


@pytest.mark.parametrize(
    ("query", "variables", "loose"),
    [
        ("{ page { nodes { name } } }", {}, 1 + 10),
        ("{ page(first: 1, last: 2) { nodes { name } } }", {}, 1 + 2),
        ("query($n: Int) { page(first: $n) { nodes { name } } }", {}, 1 + 10),
        ("query($n: Int) { page(first: $n) { nodes { name } } }", {"n": None}, 1 + 10),
        ("{ bare { name } }", {}, 10),
    ],
)
def test_slicing_arguments_must_be_there(query: str, variables: dict[str, Any], loose: int) -> None:
    costs = Costs(SHOP)
    with pytest.raises(SlicingError) as refused:
        costs.of(query, **variables)
    assert refused.value.field in ("Query.page", "Query.bare")
    assert costs.of(query, strict=False, **variables) == loose


def test_what_is_known_is_not_computed_again() -> None:
    costs = Costs(SHOP)
    assert costs.estimate("{ things { name } plain { dear } }")[0].source == ""
    # The sum is known, but not whether the slicing argument is there.
    query = "query($n: Int) { plain { name } page(first: $n) { total } }"
    assert costs.of(query, n=9) == 11
    with pytest.raises(SlicingError):
        costs.of(query)


def test_deep_and_wide_operations_are_straight_code() -> None:
    costs = Costs(SHOP)
    query = "query($n: Int) { bare(first: $n) " + "{ things " * 60 + "{ name }" + " }" * 61
    made, operation = costs.estimate(query)
    values = coerce_variables(costs.api_schema, operation, {"n": 2})
    assert made.of(values, strict=True) == 2 * (sum(10**n for n in range(61)))
