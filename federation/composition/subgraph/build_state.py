"""A checked document → `SubgraphState`: plain objects, canonical names, roots renamed."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from graphql import (
    ConstDirectiveNode,
    EnumTypeDefinitionNode,
    EnumTypeExtensionNode,
    FieldDefinitionNode,
    InputObjectTypeDefinitionNode,
    InputObjectTypeExtensionNode,
    InputValueDefinitionNode,
    InterfaceTypeDefinitionNode,
    InterfaceTypeExtensionNode,
    ObjectTypeDefinitionNode,
    ObjectTypeExtensionNode,
    ScalarTypeDefinitionNode,
    ScalarTypeExtensionNode,
    StringValueNode,
    UnionTypeDefinitionNode,
    UnionTypeExtensionNode,
)

from federation.composition.result import SubgraphSource
from federation.composition.subgraph.document import SubgraphDocument, TypeNode
from federation.composition.subgraph.names import Names
from federation.composition.subgraph.state import (
    Applied,
    ArgumentState,
    Element,
    FieldState,
    SubgraphState,
    TypeState,
)
from federation.language import (
    ListOf,
    Named,
    NonNull,
    TypeRef,
    directive_arguments,
    type_ref,
    without_location,
)
from federation.supergraph.model import TypeKind
from federation.supergraph.specs import BUILT_IN_SCALARS


def kind_of(node: TypeNode) -> TypeKind:
    """Return the kind of type a definition or extension is of."""
    match node:
        case ScalarTypeDefinitionNode() | ScalarTypeExtensionNode():
            return TypeKind.SCALAR
        case ObjectTypeDefinitionNode() | ObjectTypeExtensionNode():
            return TypeKind.OBJECT
        case InterfaceTypeDefinitionNode() | InterfaceTypeExtensionNode():
            return TypeKind.INTERFACE
        case UnionTypeDefinitionNode() | UnionTypeExtensionNode():
            return TypeKind.UNION
        case EnumTypeDefinitionNode() | EnumTypeExtensionNode():
            return TypeKind.ENUM
        case InputObjectTypeDefinitionNode() | InputObjectTypeExtensionNode():
            return TypeKind.INPUT
    raise TypeError(f"not a type: {node!r}")


def build_state(source: SubgraphSource, document: SubgraphDocument, names: Names) -> SubgraphState:
    """Return the state of a subgraph whose document is valid GraphQL."""
    renamed = {
        name: operation.capitalize()
        for operation, name in document.roots.items()
        if name != operation.capitalize()
    }
    builder = _Builder(names, renamed)
    state = SubgraphState(source.name, source.url, names.version, names.features)
    skipped = {*names.federation_types(), *names.link_types(), "_FieldSet", *BUILT_IN_SCALARS}
    for name, parts in document.types.items():
        if name not in skipped:
            type_ = builder.type_state(renamed.get(name, name), parts, document.extended[name])
            state.types[type_.name] = type_
    # Each subgraph answers `_service` at its query root, so each has one, if only for that.
    state.types.setdefault("Query", TypeState(name="Query", kind=TypeKind.OBJECT, parts=[False]))
    for node in document.directives:
        if names.canonical(node.name.value) is None:
            state.directive_definitions[node.name.value] = node
    state.schema = Element(name="schema", directives=builder.directives(document.schema_directives))
    for schema_node in document.schema_nodes:
        description = getattr(schema_node, "description", None)
        state.schema.description = state.schema.description or _text(description)
        state.schema.node = state.schema.node or schema_node
    state.roots = {operation: operation.capitalize() for operation in document.roots}
    return state


@dataclass(frozen=True, slots=True)
class _Builder:
    names: Names
    renamed: dict[str, str]

    def type_state(self, name: str, parts: list[TypeNode], extended: list[bool]) -> TypeState:
        state = TypeState(name=name, kind=kind_of(parts[0]), node=parts[0])
        for index, (node, extension) in enumerate(zip(parts, extended, strict=True)):
            directives = self.directives(node.directives, index)
            for key, applied in directives.items():
                state.directives.setdefault(key, []).extend(applied)
            state.parts.append(extension)
            description = _text(getattr(node, "description", None))
            state.description = state.description or description
            for interface in getattr(node, "interfaces", None) or ():
                state.interfaces.setdefault(interface.name.value, interface)
            self._members(state, node, index)
        return state

    def _members(self, state: TypeState, node: TypeNode, part: int) -> None:
        match node:
            case (
                ObjectTypeDefinitionNode()
                | ObjectTypeExtensionNode()
                | InterfaceTypeDefinitionNode()
                | InterfaceTypeExtensionNode()
            ):
                for field in node.fields or ():
                    state.fields[field.name.value] = self._field(field, state.name, part)
            case InputObjectTypeDefinitionNode() | InputObjectTypeExtensionNode():
                for value in node.fields or ():
                    coordinate = f"{state.name}.{value.name.value}"
                    state.input_fields[value.name.value] = self._input_value(value, coordinate)
            case EnumTypeDefinitionNode() | EnumTypeExtensionNode():
                for item in node.values or ():
                    state.values[item.name.value] = Element(
                        name=item.name.value,
                        node=item,
                        description=_text(item.description),
                        directives=self.directives(item.directives),
                    )
            case UnionTypeDefinitionNode() | UnionTypeExtensionNode():
                for member in node.types or ():
                    name = member.name.value
                    state.members.setdefault(self.renamed.get(name, name), member)

    def _field(self, node: FieldDefinitionNode, parent: str, part: int) -> FieldState:
        name = node.name.value
        arguments = (
            self._input_value(a, f"{parent}.{name}({a.name.value}:)") for a in node.arguments or ()
        )
        return FieldState(
            name=name,
            node=node,
            description=_text(node.description),
            directives=self.directives(node.directives, part),
            parent=parent,
            type=self._rename(type_ref(node.type)),
            arguments={argument.name: argument for argument in arguments},
            part=part,
        )

    def _input_value(self, node: InputValueDefinitionNode, coordinate: str) -> ArgumentState:
        default = node.default_value
        return ArgumentState(
            name=node.name.value,
            node=node,
            description=_text(node.description),
            directives=self.directives(node.directives),
            coordinate=coordinate,
            type=type_ref(node.type),
            default=None if default is None else without_location(default),
        )

    def directives(
        self, nodes: Iterable[ConstDirectiveNode] | None, part: int = 0
    ) -> dict[str, list[Applied]]:
        found: dict[str, list[Applied]] = {}
        for node in nodes or ():
            local = node.name.value
            name = self.names.canonical(local) or f"@{local}"
            applied = Applied(name, directive_arguments(node), node, part)
            found.setdefault(name, []).append(applied)
        return found

    def _rename(self, ref: TypeRef) -> TypeRef:
        if not self.renamed:
            return ref
        match ref:
            case Named(name):
                return Named(self.renamed.get(name, name))
            case ListOf(of):
                return ListOf(self._rename(of))
            case NonNull(of):
                inner: Any = self._rename(of)
                return NonNull(inner)


def _text(node: StringValueNode | None) -> str | None:
    return node.value if node else None
