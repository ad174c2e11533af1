"""What random federations are cut with. A feature that no longer occurs is no longer tested."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cache

import pytest
from graphql import build_schema, get_named_type, is_interface_type, is_list_type, is_union_type
from graphql.type import GraphQLNonNull

from tests.differential.generate import RandomFederation, random_federation
from tests.differential.sdl import SubgraphSchema

SEEDS = range(7000, 7080)
# Each feature has to be in at least so many of the federations.
LEAST = 4


@cache
def _federations() -> tuple[RandomFederation, ...]:
    return tuple(random_federation(seed) for seed in SEEDS)


def _matches(pattern: str) -> Callable[[RandomFederation], bool]:
    found = re.compile(pattern)
    return lambda made: any(found.search(sdl) for sdl in made.subgraphs.values())


def _provides_on(check: Callable[[object], bool]) -> Callable[[RandomFederation], bool]:
    """Whether a `@provides` stands on a field of such a type."""

    def has(made: RandomFederation) -> bool:
        for name, sdl in made.subgraphs.items():
            subgraph = SubgraphSchema(name, sdl)
            for type_name, known in subgraph.schema.type_map.items():
                for field, definition in getattr(known, "fields", {}).items():
                    if subgraph.field_directive(type_name, field, "provides") is not None and (
                        check(definition.type)
                    ):
                        return True
        return False

    return has


def _is_list(kind: object) -> bool:
    return is_list_type(kind.of_type if isinstance(kind, GraphQLNonNull) else kind)


def _differing(pattern: str) -> Callable[[RandomFederation], bool]:
    """Whether subgraphs say different things after what the pattern's group 1 names."""
    found = re.compile(pattern)

    def has(made: RandomFederation) -> bool:
        said: dict[str, set[str]] = {}
        for sdl in made.subgraphs.values():
            for name, value in found.findall(sdl):
                said.setdefault(name, set()).add(value)
        return any(len(values) > 1 for values in said.values())

    return has


def _promises_differ(made: RandomFederation) -> bool:
    """Whether one subgraph says of a field that it is never null, and another does not."""
    said: dict[tuple[str, str], set[str]] = {}
    for sdl in made.subgraphs.values():
        for type_name, body in re.findall(
            r"^type (\w+)[^{]*(?:\{[^{}]*\}[^{}]*)*?\{\n(.*?)^\}", sdl, re.MULTILINE | re.DOTALL
        ):
            for field, kind in re.findall(r"^  (\w+)[^:\n]*: (\S+) @shareable", body, re.MULTILINE):
                said.setdefault((type_name, field), set()).add(kind)
    return any(len(kinds) > 1 for kinds in said.values())


FEATURES: dict[str, Callable[[RandomFederation], bool]] = {
    "key of two fields": _matches(r'key\(fields: "region number"'),
    "key of an object's field": _matches(r'key\(fields: "ref \{ no \}"'),
    "key of another entity": _matches(r'key\(fields: "org\w+ \{ id \}'),
    "several keys": _matches(r"@key\([^)]*\) @key\("),
    "key to refer by only": _matches("resolvable: false"),
    "requires": _matches("@requires"),
    "requires with arguments": _matches(r'@requires\(fields: "[^"]*\(\w: '),
    "requires of an object's field": _matches(r'@requires\(fields: "[^"]*\w \{ '),
    "requires of some types": _matches(r'@requires\(fields: "[^"]*\.\.\. on'),
    "provides": _matches("@provides"),
    "provides on a list": _provides_on(_is_list),
    "provides on a union": _provides_on(lambda kind: is_union_type(get_named_type(kind))),
    "provides on an interface": _provides_on(lambda kind: is_interface_type(get_named_type(kind))),
    "shareable": _matches("@shareable"),
    "override": _matches(r'@override\(from: "\w+"\)'),
    "override under a label": _matches(r'label: "next"'),
    "override of some requests": _matches(r"percent\(50\)"),
    "interface object": _matches("@interfaceObject {"),
    "interface object that requires": _matches(r"badge: String! @requires"),
    "context": _matches("@fromContext"),
    "enum values differ": _differing(r"enum (Shade) \{ ([^}]*)\}"),
    "values of an input enum differ": _differing(r"enum (Tone) \{ ([^}]*)\}"),
    "inaccessible value": _matches("HIDDEN @inaccessible"),
    "inaccessible field": _matches(r": \S+ @inaccessible|@shareable @inaccessible"),
    "nullability differs": _promises_differ,
    "union members differ": _differing(r"union (Any) = (.*)"),
    "value object from several subgraphs": _matches("type PE"),
    "mutation": lambda made: "type Mutation" in made.monolith,
    "custom scalar": _matches("scalar JSON"),
}


@pytest.mark.parametrize("feature", FEATURES)
def test_federations_are_cut_with(feature: str) -> None:
    count = sum(FEATURES[feature](made) for made in _federations())
    assert count >= LEAST, f"{count} of {len(SEEDS)}"


def test_monoliths_are_valid() -> None:
    assert all(build_schema(made.monolith).query_type for made in _federations())
