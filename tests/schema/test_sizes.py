"""What our subgraphs say of the size and the cost of what is asked of them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from typing import Any

import pytest
from graphql import (
    FieldDefinitionNode,
    InterfaceTypeDefinitionNode,
    ListTypeNode,
    NonNullTypeNode,
    ObjectTypeDefinitionNode,
    TypeNode,
    UnionTypeDefinitionNode,
    parse,
    value_from_ast_untyped,
)

from federation.composition import Composed, SubgraphSource, compose
from federation.operation.cost_rules import CostRules
from schema.printed import printed_sdl, subgraph_names

OBJECTS = (ObjectTypeDefinitionNode, InterfaceTypeDefinitionNode, UnionTypeDefinitionNode)


def size_of(field: FieldDefinitionNode) -> dict[str, Any] | None:
    """Return the arguments of a field's `@listSize`."""
    for node in field.directives or ():
        if node.name.value == "listSize":
            return {
                each.name.value: value_from_ast_untyped(each.value) for each in node.arguments or ()
            }
    return None


def type_of(node: TypeNode) -> tuple[str, bool]:
    """Return the named type, and whether it is in a list."""
    listed = False
    while isinstance(node, NonNullTypeNode | ListTypeNode):
        listed = listed or isinstance(node, ListTypeNode)
        node = node.type
    return node.name.value, listed  # type: ignore[attr-defined]


def problems(sdl: str) -> Iterator[str]:
    """Yield the lists of objects in an SDL whose size nobody knows, and sizes that are wrong."""
    definitions = parse(sdl, no_location=True).definitions
    objects = {each.name.value: each for each in definitions if isinstance(each, OBJECTS)}
    # Of each type, what the fields that return it say of the lists in it.
    said: dict[str, list[set[str]]] = defaultdict(list)
    lists: list[tuple[str, str, dict[str, Any] | None]] = []
    for owner, definition in objects.items():
        if isinstance(definition, UnionTypeDefinitionNode):
            continue
        for field in definition.fields or ():
            name, listed = type_of(field.type)
            size = size_of(field)
            coordinate = f"{owner}.{field.name.value}"
            said[name].append(set((size or {}).get("sizedFields") or ()))
            if listed and name in objects:
                lists.append((owner, field.name.value, size))
            yield from sliced(coordinate, field, size, returns_objects=name in objects)
    for owner, name, size in lists:
        sized_above = bool(said[owner]) and all(name in names for names in said[owner])
        own = size is not None and not size.get("sizedFields")
        if own == sized_above:
            yield f"{owner}.{name}: " + ("sized twice" if own else "nobody says its size")


def sliced(
    coordinate: str,
    field: FieldDefinitionNode,
    size: dict[str, Any] | None,
    *,
    returns_objects: bool,
) -> Iterator[str]:
    """Yield what is wrong with a field that takes `first`: its size is that, or else its default,
    which must be the size that is assumed."""
    first = next((each for each in field.arguments or () if each.name.value == "first"), None)
    if size is not None and (size.get("assumedSize") is None or size["assumedSize"] < 1):
        yield f"{coordinate}: no assumed size"
    if first is None:
        if size is not None and size.get("slicingArguments"):
            yield f"{coordinate}: there is no argument `first`"
        return
    if not returns_objects:
        return
    if size is None or size.get("slicingArguments") != ["first"]:
        yield f"{coordinate}: its size is not that of `first`"
        return
    default = None if first.default_value is None else value_from_ast_untyped(first.default_value)
    if (
        default is None
        or size["assumedSize"] != default
        or size.get("requireOneSlicingArgument", True)
    ):
        yield f"{coordinate}: {default} is assumed when `first` is not given"


@pytest.mark.parametrize("name", subgraph_names())
def test_every_list_of_objects_has_a_size(name: str) -> None:
    assert list(problems(printed_sdl(name))) == []


@pytest.mark.parametrize(
    ("fields", "found"),
    [
        ("a: [A!]!", ["Query.a: nobody says its size"]),
        ("a: [A!]! @listSize(assumedSize: 3)", []),
        ("a: [A!]! @listSize(assumedSize: 0)", ["Query.a: no assumed size"]),
        ("a: [String!]!", []),
        ("p: Page", ["Page.nodes: nobody says its size"]),
        ('p: Page @listSize(assumedSize: 2, sizedFields: ["nodes"])', []),
        (
            'p: Page @listSize(assumedSize: 2, sizedFields: ["nodes"]) q: Page',
            ["Page.nodes: nobody says its size"],
        ),
        (
            "a(first: Int = 5): [A!]! @listSize(assumedSize: 5)",
            ["Query.a: its size is not that of `first`"],
        ),
        (
            'a(first: Int = 5): [A] @listSize(assumedSize: 4, slicingArguments: ["first"],'
            " requireOneSlicingArgument: false)",
            ["Query.a: 5 is assumed when `first` is not given"],
        ),
        (
            'a: [A!] @listSize(assumedSize: 4, slicingArguments: ["first"])',
            ["Query.a: there is no argument `first`"],
        ),
    ],
)
def test_the_test_finds_what_is_missing(fields: str, found: list[str]) -> None:
    page = "type Page { nodes: [A!]! }" if "Page" in fields else ""
    assert list(problems(f"type A {{ x: Int }} {page} type Query {{ {fields} }}")) == found


def test_the_graph_keeps_what_the_subgraphs_say() -> None:
    """By the rules of the composed graph: pages, plain lists, and what is dear."""
    composed = compose([SubgraphSource(name, "", printed_sdl(name)) for name in subgraph_names()])
    assert isinstance(composed, Composed)
    assert composed.hints == ()
    rules = CostRules(composed.supergraph)
    page = rules.list_size("Query", "patents")
    assert page is not None
    assert (page.assumed, page.slicing, page.sized) == (20, ("first",), frozenset({"nodes"}))
    assert (page.require_one, page.defaults) == (False, {"first": 20})
    changes = rules.list_size("Query", "changes")
    assert changes is not None
    assert (changes.assumed, changes.sized) == (500, frozenset({"changes"}))
    listed = rules.list_size("Patent", "currentHolders")
    assert listed is not None
    assert (listed.assumed, listed.slicing, listed.require_one) == (2, (), True)
    assert rules.of_call("PatentConnection", "totalCount") == 10
    assert rules.of_call("IngestBatchConnection", "totalCount") == 10
    assert rules.of_call("Query", "dashboard") == 20
    names = rules.arguments("Query", "organizations")
    assert names["nameContains"].weight == 20
    searched = rules.arguments("Query", "patents")["filter"]
    assert rules.of_input(searched, {"titleContains": "锂", "kind": "INVENTION"}) == 21


def test_a_thousand_corrected_rows_cost_a_thousand() -> None:
    """As many as `retryIngestRows` takes, each with many cells: the work goes by the row."""
    composed = compose([SubgraphSource(name, "", printed_sdl(name)) for name in subgraph_names()])
    assert isinstance(composed, Composed)
    rules = CostRules(composed.supergraph)
    row = {"row": 2, "values": [{"column": "a", "text": "b"}] * 50}
    arguments = rules.arguments("Mutation", "retryIngestRows")
    assert rules.of_input(arguments["corrections"], [row] * 1_000) == 1_000
