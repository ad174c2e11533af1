"""What is withheld of operations: abstract types, empty objects, conditions, parts."""

from __future__ import annotations

import pytest
from graphql import parse

from federation.composition.compose import compose
from federation.composition.result import Composed, SubgraphSource
from federation.operation.access_rules import AccessRules
from federation.operation.fingerprint import print_selections
from federation.operation.normalize import Normalizer
from federation.operation.passes.withhold_fields import (
    WithheldField,
    Withholding,
    withhold_fields,
    without_withheld,
)
from federation.supergraph.model import Supergraph
from federation.supergraph.printer import print_supergraph
from federation.supergraph.reader import read_supergraph

LINK = (
    'extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key",'
    ' "@authenticated", "@requiresScopes", "@interfaceObject", "@shareable"])\n'
)
ANIMALS = """
type Query { animal: Animal, cat: Cat, pets: [Pet!], zoo(n: Int): [[Animal!]!] }
type Mutation { feed: Int, cull: Int @authenticated, name: Int }
interface Animal @key(fields: "id") { id: ID! name: String friend: Animal }
type Cat implements Animal @key(fields: "id") { id: ID! name: String friend: Cat lives: Int }
type Dog implements Animal @key(fields: "id") {
  id: ID! name: String friend: Animal tricks: [String!]! @requiresScopes(scopes: [["dogs"]])
}
union Pet = Cat | Goldfish
type Goldfish @authenticated { bowl: Int }
"""
CHIPS = """
type Animal @key(fields: "id") @interfaceObject { id: ID! chip: String @authenticated seen: Int }
"""


def graph(*subgraphs: str) -> Supergraph:
    sources = [SubgraphSource(f"s{n}", "", LINK + sdl) for n, sdl in enumerate(subgraphs)]
    composed = compose(sources)
    assert isinstance(composed, Composed), composed
    return read_supergraph(composed.supergraph_sdl)


GRAPH = graph(ANIMALS, CHIPS)


def with_rules(old: str = "", new: str = "") -> AccessRules:
    """Return the rules of the graph, with some added to it as other composers may have them."""
    text = print_supergraph(GRAPH)
    assert old in text
    return AccessRules(read_supergraph(text.replace(old, new, 1)))


def withheld(query: str, access: AccessRules | None = None) -> Withholding:
    """Return the operation for a caller who meets no rule."""
    rules = access or AccessRules(GRAPH)
    operation = Normalizer(GRAPH).normalize(parse(query))
    return withhold_fields(operation, rules, frozenset(rules.rules))


def paths(made: Withholding) -> list[str]:
    return [".".join(one.path) for one in made.fields]


@pytest.mark.parametrize(
    ("query", "marked", "told"),
    [
        ("{ cat { lives } }", "cat { lives }", []),
        # Who resolves it knows the interface only: its rule holds for all implementations.
        ("{ cat { chip lives } }", "cat { chip @withheld lives }", ["cat.chip"]),
        ("{ animal { chip seen } }", "animal { chip @withheld seen }", ["animal.chip"]),
        (
            "{ animal { ... on Dog { chip seen } } }",
            "animal { ... on Dog { chip @withheld seen } }",
            ["animal.chip"],
        ),
        # Nothing left: the object itself, all the way up, told at what was asked for.
        ("{ cat { chip } }", "cat @withheld { chip @withheld }", ["cat.chip"]),
        (
            "{ cat { friend { chip } } }",
            "cat @withheld { friend @withheld { chip @withheld } }",
            ["cat.friend.chip"],
        ),
        ("{ cat { __typename chip } }", "cat { __typename chip @withheld }", ["cat.chip"]),
        ("{ zoo(n: 1) { chip id } }", "zoo(n: 1) { chip @withheld id }", ["zoo.@.@.chip"]),
        # Members of a union.
        (
            "{ pets { __typename ... on Goldfish { bowl } ... on Cat { lives } } }",
            "pets { __typename ... on Goldfish { bowl @withheld } ... on Cat { lives } }",
            ["pets.@.bowl"],
        ),
        (
            "{ pets { ... on Goldfish { bowl } } }",
            "pets @withheld { ... on Goldfish { bowl @withheld } }",
            ["pets.@.bowl"],
        ),
    ],
)
def test_marked(query: str, marked: str, told: list[str]) -> None:
    made = withheld(query)
    assert print_selections(made.operation.selections) == marked
    assert paths(made) == told


def test_a_field_that_only_some_implementations_close() -> None:
    # Composers before 2.9.4 did not give interfaces what their implementations demand.
    access = with_rules("type Cat implements Animal", "type Cat implements Animal @authenticated")
    made = withheld("{ animal { name seen friend { id ... on Dog { name } } } }", access)
    told = ["animal.name", "animal.seen", "animal.friend", "animal.friend.id"]
    assert paths(made) == told
    # What is below a field of the interface is selected anew on each type that has it.
    assert print_selections(made.operation.selections) == (
        "animal { ... on Cat { name @withheld seen @withheld friend @withheld }"
        " ... on Dog { name seen"
        " friend { ... on Cat { id @withheld } ... on Dog { id name } } } }"
    )
    fetched = print_selections(without_withheld(made.operation).selections)
    assert fetched == "animal { ... on Dog { name seen friend { ... on Dog { id name } } } }"


def test_conditions_of_what_is_withheld() -> None:
    made = withheld(
        "query($a: Boolean!, $b: Boolean!) {"
        " cat @include(if: $a) { chip @include(if: $b) lives ... @skip(if: $b) { c: chip } } }"
    )
    assert made.fields == (
        WithheldField(("cat", "chip"), ((("a", True), ("b", True)),)),
        WithheldField(("cat", "c"), ((("a", True), ("b", False)),)),
    )
    # All of it may be left out: then the object must be there, so it is fetched for its type.
    made = withheld("query($b: Boolean!) { cat { chip @include(if: $b) } }")
    assert made.emptied == frozenset()
    fetched = without_withheld(made.operation).selections
    assert print_selections(fetched) == "cat { __typename }"


def test_a_part_follows_the_whole() -> None:
    access = AccessRules(GRAPH)
    denied = frozenset(access.rules)
    normalize = Normalizer(GRAPH).normalize
    whole = withheld("{ cat { chip lives } animal { chip } }")
    assert whole.emptied == {("animal",)}
    part = withhold_fields(
        normalize(parse("{ cat { chip } animal { chip } }")), access, denied, whole.emptied
    )
    # The cat is there for another part's sake.
    assert print_selections(without_withheld(part.operation).selections) == "cat { __typename }"


def test_mutations_run_in_order_without_what_is_withheld() -> None:
    made = withheld("mutation($x: Boolean!) { feed @include(if: $x) cull name feed }")
    fetched = without_withheld(made.operation)
    assert [item.key for item in fetched.in_order() if hasattr(item, "key")] == [
        "feed",
        "name",
        "feed",
    ]


def test_rules_that_the_operation_depends_on() -> None:
    access = AccessRules(GRAPH)

    def touched(query: str) -> list[str]:
        return [rule.text for rule in access.touched(Normalizer(GRAPH).normalize(parse(query)))]

    assert touched("{ cat { lives } }") == []
    assert touched("{ cat { chip } }") == ["@authenticated"]
    assert touched("{ animal { ... on Dog { tricks } } }") == [
        "@requiresScopes(scopes: [['dogs']])"
    ]
    assert not AccessRules(graph("type Query { a: Int }"))


def test_equal_rules_are_one() -> None:
    sdl = "type Query { a: Int @requiresScopes(scopes: %s) b: Int @requiresScopes(scopes: %s) }"
    one = AccessRules(graph(sdl % ('[["x", "y"], ["z"]]', '[["z"], ["y", "x"]]')))
    assert len(one.rules) == 1
    (rule,) = one.rules.values()
    assert rule.holds({"z"})
    assert rule.holds({"x", "y", "w"})
    assert not rule.holds({"x"})
