"""A composed directive must be allowed wherever it stands in the graph.

The graph has one definition of it, that of the newest version; where another subgraph may put it
elsewhere, the graph would not be valid GraphQL (§5.7.2, directives in valid locations).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from graphql import ConstDirectiveNode

from federation.composition.result import Diagnostics, Place
from federation.composition.subgraph.elements import elements
from federation.composition.subgraph.state import SubgraphState
from federation.supergraph.model import Supergraph, TypeDef, TypeKind

_LOCATIONS = {
    TypeKind.SCALAR: "SCALAR",
    TypeKind.OBJECT: "OBJECT",
    TypeKind.INTERFACE: "INTERFACE",
    TypeKind.UNION: "UNION",
    TypeKind.ENUM: "ENUM",
    TypeKind.INPUT: "INPUT_OBJECT",
}


def composed_locations_rule(
    supergraph: Supergraph, states: Sequence[SubgraphState], diagnostics: Diagnostics
) -> None:
    if not supergraph.directives:
        return
    for coordinate, location, directives in _applied(supergraph):
        for name in dict.fromkeys(node.name.value for node in directives):
            definition = supergraph.directives.get(name)
            if definition is not None and location not in definition.locations:
                diagnostics.report(
                    "DIRECTIVE_COMPOSITION_ERROR",
                    f'A directive cannot be composed: "{coordinate}" has @{name}, which the graph '
                    f"allows on {', '.join(definition.locations)} only. Define @{name} in all "
                    f"subgraphs with all its places, {location} among them.",
                    coordinate,
                    _places(states, coordinate, name),
                )


def _applied(
    supergraph: Supergraph,
) -> Iterator[tuple[str, str, tuple[ConstDirectiveNode, ...]]]:
    yield "schema", "SCHEMA", supergraph.schema_directives
    for type_ in supergraph.types.values():
        yield type_.name, _LOCATIONS[type_.kind], type_.directives
        yield from _members(type_)


def _members(type_: TypeDef) -> Iterator[tuple[str, str, tuple[ConstDirectiveNode, ...]]]:
    for field in type_.fields.values():
        coordinate = f"{type_.name}.{field.name}"
        yield coordinate, "FIELD_DEFINITION", field.directives
        for argument in field.arguments:
            where = f"{coordinate}({argument.name}:)"
            yield where, "ARGUMENT_DEFINITION", argument.directives
    for value in type_.input_fields.values():
        yield f"{type_.name}.{value.name}", "INPUT_FIELD_DEFINITION", value.directives
    for item in type_.values.values():
        yield f"{type_.name}.{item.name}", "ENUM_VALUE", item.directives


def _places(states: Sequence[SubgraphState], coordinate: str, name: str) -> list[Place]:
    """Return where the directive is written there, and how each subgraph defines it."""
    found: list[Place] = []
    for state in states:
        for where, element in elements(state):
            if where == coordinate:
                found += [(state.name, applied.node) for applied in element.applied(f"@{name}")]
        if name in state.directive_definitions:
            found.append((state.name, state.directive_definitions[name]))
    return found
