"""The federation directives a subgraph may use: definition, and the version that brought each.

Public vocabulary of the federation specification v2.0 to v2.14 and of Federation 1. Types of
arguments are written with the specification's names (`FieldSet`, `Scope` …); `local_definition`
turns them into what they are called in a subgraph.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from graphql import DirectiveDefinitionNode, parse

from federation.supergraph import specs
from federation.supergraph.links import Features

NEWEST = (2, 14)


@dataclass(frozen=True, slots=True)
class DirectiveSpec:
    """`since`: the first federation version with it; `federation_1`: known there too."""

    name: str
    since: tuple[int, int]
    definition: str
    federation_1: bool = False


_TAG_PLACES = (
    "FIELD_DEFINITION | OBJECT | INTERFACE | UNION | ARGUMENT_DEFINITION | SCALAR | ENUM "
    "| ENUM_VALUE | INPUT_OBJECT | INPUT_FIELD_DEFINITION"
)
_SECURED = "FIELD_DEFINITION | OBJECT | INTERFACE | SCALAR | ENUM"

_SPECS = (
    DirectiveSpec(
        "key",
        (2, 0),
        "(fields: FieldSet!, resolvable: Boolean = true) repeatable on OBJECT | INTERFACE",
        True,
    ),
    DirectiveSpec("requires", (2, 0), "(fields: FieldSet!) on FIELD_DEFINITION", True),
    DirectiveSpec("provides", (2, 0), "(fields: FieldSet!) on FIELD_DEFINITION", True),
    DirectiveSpec("external", (2, 0), "(reason: String) on OBJECT | FIELD_DEFINITION", True),
    DirectiveSpec("extends", (2, 0), " on OBJECT | INTERFACE", True),
    DirectiveSpec("tag", (2, 0), f"(name: String!) repeatable on {_TAG_PLACES} | SCHEMA", True),
    DirectiveSpec("shareable", (2, 0), " on OBJECT | FIELD_DEFINITION"),
    DirectiveSpec("override", (2, 0), "(from: String!) on FIELD_DEFINITION"),
    DirectiveSpec("inaccessible", (2, 0), f" on {_TAG_PLACES}"),
    DirectiveSpec("composeDirective", (2, 1), "(name: String) repeatable on SCHEMA"),
    DirectiveSpec("shareable", (2, 2), " repeatable on OBJECT | FIELD_DEFINITION"),
    DirectiveSpec("interfaceObject", (2, 3), " on OBJECT"),
    DirectiveSpec("authenticated", (2, 5), f" on {_SECURED}"),
    DirectiveSpec("requiresScopes", (2, 5), f"(scopes: [[Scope!]!]!) on {_SECURED}"),
    DirectiveSpec("policy", (2, 6), f"(policies: [[Policy!]!]!) on {_SECURED}"),
    DirectiveSpec("override", (2, 7), "(from: String!, label: String) on FIELD_DEFINITION"),
    DirectiveSpec("context", (2, 8), "(name: String!) repeatable on OBJECT | INTERFACE | UNION"),
    DirectiveSpec("fromContext", (2, 8), "(field: ContextFieldValue) on ARGUMENT_DEFINITION"),
    DirectiveSpec(
        "cost",
        (2, 9),
        "(weight: Int!) on ARGUMENT_DEFINITION | ENUM | FIELD_DEFINITION "
        "| INPUT_FIELD_DEFINITION | OBJECT | SCALAR",
    ),
    DirectiveSpec(
        "listSize",
        (2, 9),
        "(assumedSize: Int, slicingArguments: [String!], sizedFields: [String!], "
        "requireOneSlicingArgument: Boolean = true) on FIELD_DEFINITION",
    ),
    DirectiveSpec(
        "cacheTag",
        (2, 12),
        "(format: String!) repeatable on INTERFACE | OBJECT | FIELD_DEFINITION",
    ),
)

# Not of federation, but of a specification beside it that a subgraph may link or simply follow.
SEMANTIC_NON_NULL = DirectiveSpec(
    "semanticNonNull", (2, 0), "(levels: [Int!]! = [0]) on FIELD_DEFINITION"
)

# Scalars of the specification, with the version that brought each.
TYPES: dict[str, tuple[int, int]] = {
    "FieldSet": (2, 0),
    "Scope": (2, 5),
    "Policy": (2, 6),
    "ContextFieldValue": (2, 8),
}

# Types that servers print for the gateway's use; they never are part of a subgraph's schema.
SERVICE_TYPES = frozenset({"_Any", "_Entity", "_Service"})
SERVICE_FIELDS = frozenset({"_entities", "_service"})

LINK_SDL = (
    "directive @{name}(url: String!, as: String, for: {purpose}, import: [{import_}]) "
    "repeatable on SCHEMA"
)


def directives_of(version: tuple[int, int] | None) -> dict[str, DirectiveSpec]:
    """Return the directives of a federation version (None: Federation 1) by name."""
    return {
        spec.name: spec
        for spec in _SPECS
        if (spec.federation_1 if version is None else spec.since <= version)
    }


def types_of(version: tuple[int, int]) -> frozenset[str]:
    """Return the scalars that a federation version defines."""
    return frozenset(name for name, since in TYPES.items() if since <= version)


def standalone_directives(identity: str) -> tuple[str, ...]:
    """Return the directives of a feature that can be linked beside federation (`tag` …)."""
    feature = specs.FEATURES.get(identity)
    return feature.directives if feature else ()


def local_definition(
    spec: DirectiveSpec, local_name: str, features: Features, federation_1: bool
) -> DirectiveDefinitionNode:
    """Return a directive's definition with the names it has in a subgraph."""
    text = spec.definition
    federation = features.find(specs.FEDERATION)
    for name in TYPES:
        if federation is not None:
            text = text.replace(f"{name}!", f"{federation.type_name(name)}!")
            text = text.replace(f": {name})", f": {federation.type_name(name)})")
        elif federation_1:
            text = text.replace(f"{name}!", "_FieldSet!")
    return _parse_definition(f"directive @{local_name}{text}")


@lru_cache(maxsize=512)
def _parse_definition(text: str) -> DirectiveDefinitionNode:
    node = parse(text, no_location=True).definitions[0]
    assert isinstance(node, DirectiveDefinitionNode)
    return node
