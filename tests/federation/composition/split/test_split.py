"""Composition backwards: the parts compose to the very same supergraph again."""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from graphql import build_schema, print_schema

from federation.composition import Composed, SubgraphSource, compose
from federation.composition.split import split
from federation.errors import SupergraphError
from federation.supergraph.printer import print_supergraph
from federation.supergraph.reader import read_supergraph
from tests.federation.composition.normal_form import differences, normal_form
from tests.support.golden import GOLDEN_ROOT
from tests.support.random_federation import RandomGraph
from tests.support.shared import SHARED, needs_shared

_GOLDENS = sorted((GOLDEN_ROOT / "composition").glob("*/*/subgraphs"))
_SUITES = sorted((SHARED / "conformance/suites").glob("*.json"))

# Supergraphs that cannot come back, by case, with the reason: none. What never comes back, because
# composition forgets it, is told in `federation.composition.split.split`.
CANNOT: dict[str, str] = {}


def round_trip(sources: list[SubgraphSource]) -> Composed | None:
    """Compose, split, compose; None when the sources are refused."""
    composed = compose(sources)
    if not isinstance(composed, Composed):
        return None
    parts = split(composed.supergraph)
    assert [(p.name, p.url) for p in parts] == sorted((s.name, s.url) for s in sources)
    again = compose(parts)
    assert isinstance(again, Composed), [str(error) for error in again.errors]
    assert again.supergraph_sdl == composed.supergraph_sdl
    assert split(again.supergraph) == parts, "splitting what was split changes nothing"
    return composed


@cache
def _cases() -> dict[str, dict[str, Any]]:
    path = SHARED / "conformance/composition_cases.json"
    if not path.is_file():
        return {}
    return {case["id"]: case for case in json.loads(path.read_text("utf-8"))}


@needs_shared
@pytest.mark.parametrize("case_id", _cases())
def test_conformance_cases(case_id: str) -> None:
    sources = [
        SubgraphSource(s["name"], s["url"], s["sdl"]) for s in _cases()[case_id]["subgraphs"]
    ]
    if case_id in CANNOT:
        with pytest.raises((SupergraphError, AssertionError)):
            round_trip(sources)  # once it passes, take it off the list
    else:
        round_trip(sources)


@needs_shared
def test_the_list_names_cases_only() -> None:
    assert CANNOT.keys() <= _cases().keys()


@needs_shared
@pytest.mark.parametrize("path", _SUITES, ids=lambda path: path.stem)
def test_suites(path: Path) -> None:
    suite = json.loads(path.read_text("utf-8"))
    assert round_trip([SubgraphSource(s["name"], "", s["sdl"]) for s in suite["subgraphs"]])


def _reference_supergraphs() -> Iterator[tuple[str, str]]:
    for case_id, case in _cases().items():
        if "supergraph" in case:
            yield case_id, case["supergraph"]
    for path in _SUITES:
        yield path.stem, json.loads(path.read_text("utf-8"))["supergraph"]


@needs_shared
@pytest.mark.parametrize(
    "sdl", [pytest.param(sdl, id=name) for name, sdl in _reference_supergraphs()]
)
def test_supergraphs_of_the_reference_composition(sdl: str) -> None:
    read = read_supergraph(sdl)
    again = compose(split(read))
    assert isinstance(again, Composed), [str(error) for error in again.errors]
    assert not list(
        differences(normal_form(again.supergraph_sdl), normal_form(print_supergraph(read)))
    )


@pytest.mark.parametrize("folder", _GOLDENS, ids=lambda path: path.parent.name)
def test_goldens(folder: Path) -> None:
    round_trip(
        [SubgraphSource(p.stem, "", p.read_text("utf-8")) for p in sorted(folder.glob("*.graphql"))]
    )


@pytest.mark.parametrize("seed", range(20))
def test_random_graphs(seed: int) -> None:
    graph = RandomGraph(seed)
    assert round_trip([SubgraphSource(name, "", sdl) for name, sdl in sorted(graph.sdl.items())])


HEAD = (
    'extend schema @link(url: "https://specs.apollo.dev/federation/v2.12", import: ["@key", '
    '"@shareable", "@external", "@requires", "@provides", "@override", "@tag", "@inaccessible", '
    '"@interfaceObject", "@authenticated", "@policy", "@cost", "@listSize", "@composeDirective", '
    '"@context", "@fromContext", "@cacheTag"])\n'
)

CASES: dict[str, dict[str, str]] = {
    "an overridden field keeps its place": {
        "a": 'type Query { t: T } type T @key(fields: "id") { id: ID! x: Int y: Int }',
        "b": 'type T @key(fields: "id") { id: ID! z: Int x: Int @override(from: "a") }',
    },
    "a type of which everything was overridden": {
        "a": "type Query { v: V @shareable } type V @shareable { x: Int }",
        "b": 'type Query { v: V @shareable } type V { x: Int @override(from: "a") }',
    },
    "progressive override": {
        "a": 'type Query { t: T } type T @key(fields: "id") { id: ID! x: Int }',
        "b": (
            'type T @key(fields: "id") { id: ID! x: Int @override(from: "a", label: "percent(5)") }'
        ),
    },
    "keys of definitions and extensions": {
        "a": 'type Query { t: T } type T @key(fields: "id") { id: ID! u: U } '
        'extend type T @key(fields: "u { id }", resolvable: false) '
        'type U @key(fields: "id") { id: ID! }',
        "b": 'extend type T @key(fields: "id") { id: ID! x: Int }',
    },
    "an interface object": {
        "a": 'type Query { i: I } interface I @key(fields: "id") { id: ID! } '
        'type T implements I @key(fields: "id") { id: ID! own: Int }',
        "b": 'type I @key(fields: "id") @interfaceObject @tag(name: "x") '
        '{ id: ID! more(n: Int = 1): Int @tag(name: "y") }',
    },
    "shared with an interface object": {
        "a": 'type Query { i: I } interface I @key(fields: "id") { id: ID! n: Int } '
        'type T implements I @key(fields: "id") { id: ID! n: Int @shareable }',
        "b": 'type I @key(fields: "id") @interfaceObject { id: ID! n: Int @shareable }',
    },
    "provided below a shared field": {
        "a": 'type Query { t: T @provides(fields: "n") } '
        'type T @key(fields: "id") { id: ID! n: Int @external }',
        "b": 'type T @key(fields: "id") { id: ID! n: Int @shareable }',
    },
    "cache tags stay with their subgraph": {
        "a": 'type Query { a: Int @shareable @cacheTag(format: "a") t: T } '
        'type T @key(fields: "id") @cacheTag(format: "t-{$key.id}") { id: ID! }',
        "b": 'type Query { a: Int @shareable @cacheTag(format: "b") }',
    },
    "contexts": {
        "a": 'type Query { p: P! } type P @key(fields: "id") @context(name: "place") '
        "{ id: ID! region: String! child: C! } "
        'type C @key(fields: "id") '
        '{ id: ID! x(n: Int, r: String @fromContext(field: "$place { region }")): Int! }',
        "b": 'type C @key(fields: "id") { id: ID! y: Int }',
    },
    "access": {
        "a": "type Query { i: I @authenticated } interface I { n: Int m: Int } "
        'type T implements I @policy(policies: [["p"]]) { n: Int @authenticated m: Int } '
        "type S implements I { n: Int m: Int @authenticated }",
        "b": "type Query { n: Int @cost(weight: 3) l: [Int] @listSize(assumedSize: 7) }",
    },
    "access through an interface object": {
        "a": 'type Query { i: I } interface I @key(fields: "id") { id: ID! } '
        'type T implements I @key(fields: "id") @authenticated { id: ID! }',
        "b": 'type I @key(fields: "id") @interfaceObject '
        '{ id: ID! m: Int @policy(policies: [["p"]]) }',
    },
    "descriptions": {
        "a": '"graph" schema { query: Query }\n"""\nseveral\n  lines "quoted" \\""" here\n"""\n'
        'type Query { "a\\nb" a("arg" x: Int): Int e: E @shareable } '
        'enum E { "v" A @deprecated(reason: "r") }',
        "b": '"other" type B @key(fields: "id") { id: ID! } type Query { e: E @shareable } '
        "enum E { A }",
    },
    "roots with names of their own": {
        "a": "schema { query: Q mutation: M } type Q { a: Int q: Q } type M { m: Int }",
        "b": "type Query { b: Int } type Subscription { s: Int }",
    },
    "inputs and enums with members of their own": {
        "a": "type Query { a(i: I): E } input I { x: Int! y: Int h: Int @inaccessible } "
        "enum E { A B }",
        "b": "type Query { b(i: I): E } input I { x: Int z: Int } enum E { A C }",
    },
    "an executable directive that is called like federation's": {
        "a": "directive @shareable(n: N) on FIELD enum N { X } type Query { a: Int }",
        "b": "directive @shareable(n: N) on FIELD enum N { X } type Query { b: Int }",
    },
}
_OWN = '@link(url: "https://own.example/own/v1.{}", import: ["@own", {{name: "@o", as: "@p"}}])'
COMPOSED = {
    "a": f'extend schema {_OWN.format(0)} @composeDirective(name: "@own") '
    '@composeDirective(name: "@p") directive @own(s: S) on FIELD_DEFINITION | OBJECT | SCHEMA '
    "directive @p on ENUM enum S { X } type Query { a: Int @own(s: X) @shareable }",
    "b": "type Query { a: Int @shareable b: B } type B { x: Int }",
}


@pytest.mark.parametrize("name", CASES)
def test_cases(name: str) -> None:
    plain_head = "an executable directive" in name
    sources = [
        SubgraphSource(key, f"http://{key}.example/", ("" if plain_head else HEAD) + sdl)
        for key, sdl in CASES[name].items()
    ]
    assert round_trip(sources), [str(e) for e in compose(sources).errors]  # type: ignore[union-attr]


def test_composed_directives_come_back_with_link_and_definition() -> None:
    composed = round_trip([SubgraphSource(n, "", HEAD + sdl) for n, sdl in COMPOSED.items()])
    assert composed
    a, b = split(composed.supergraph)
    assert '@link(url: "https://own.example/own/v1.0"' in a.sdl
    assert '{ name: "@o", as: "@p" }' in a.sdl
    assert '@composeDirective(name: "@p")' in a.sdl, "kept although nothing uses it"
    assert "directive @own(s: S) on FIELD_DEFINITION | OBJECT | SCHEMA" in a.sdl
    assert "@own" not in b.sdl, "its argument's type is unknown there"


def test_the_parts_are_what_a_person_would_write() -> None:
    composed = compose(
        [
            SubgraphSource(
                "patents",
                "http://patents.example/",
                HEAD + "type Query { patent(id: ID!): Patent } "
                '"专利 / A patent" type Patent @key(fields: "id") '
                "{ id: ID! title: String @shareable }",
            ),
            SubgraphSource(
                "trading",
                "",
                HEAD + 'type Patent @key(fields: "id") '
                '{ id: ID! title: String @external price: Int @requires(fields: "title") }',
            ),
        ]
    )
    assert isinstance(composed, Composed)
    patents, trading = split(composed.supergraph)
    assert patents == SubgraphSource(
        "patents",
        "http://patents.example/",
        '''extend schema @link(url: "https://specs.apollo.dev/federation/v2.3", import: ["@key"])

"""专利 / A patent"""
type Patent @key(fields: "id") {
  id: ID!
  title: String
}

type Query {
  patent(id: ID!): Patent
}
''',
    )
    assert trading.sdl == (
        'extend schema @link(url: "https://specs.apollo.dev/federation/v2.3", import: ["@external",'
        ' "@key", "@requires"])\n\n"""专利 / A patent"""\ntype Patent @key(fields: "id") {\n'
        "  id: ID!\n  title: String @external\n"
        '  price: Int @requires(fields: "title")\n}\n'
    )


def test_a_federation_1_supergraph_comes_back_as_federation_2() -> None:
    sdl = (GOLDEN_ROOT / "composition/entities/federation_1/supergraph.graphql").read_text("utf-8")
    for part in split(read_supergraph(sdl)):
        assert "https://specs.apollo.dev/federation/v2." in part.sdl


def test_a_type_without_anything_of_a_subgraph_is_refused() -> None:
    composed = compose([SubgraphSource("a", "", HEAD + "type Query { t: T } type T { x: Int }")])
    assert isinstance(composed, Composed)
    broken = composed.supergraph_sdl.replace("  x: Int", "  x: Int @join__field")
    with pytest.raises(SupergraphError, match='"T" has nothing in the subgraph "a"'):
        split(read_supergraph(broken))


def test_the_api_schema_survives() -> None:
    composed = compose([SubgraphSource("a", "", "type Query { a(x: [Int!] = [1]): Int }")])
    assert isinstance(composed, Composed)
    (part,) = split(composed.supergraph)
    body = part.sdl.partition("\n\n")[2]
    assert print_schema(build_schema(body)) == "type Query {\n  a(x: [Int!] = [1]): Int\n}"
