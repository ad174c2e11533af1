"""One subgraph's SDL as rules look at it: elements with coordinates, and who uses which type.

Extensions count as the type they extend; their name is not judged again, and they need no
description of their own. What a federation or link specification brings (`_Any`, `@key`,
`federation__FieldSet`) is nobody's choice and no element.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from graphql import (
    ConstDirectiveNode,
    DirectiveDefinitionNode,
    DocumentNode,
    EnumTypeDefinitionNode,
    EnumTypeExtensionNode,
    EnumValueDefinitionNode,
    FieldDefinitionNode,
    InputObjectTypeDefinitionNode,
    InputObjectTypeExtensionNode,
    InputValueDefinitionNode,
    InterfaceTypeDefinitionNode,
    InterfaceTypeExtensionNode,
    ObjectTypeDefinitionNode,
    ObjectTypeExtensionNode,
    ScalarTypeDefinitionNode,
    SchemaDefinitionNode,
    SchemaExtensionNode,
    TypeDefinitionNode,
    TypeExtensionNode,
    TypeNode,
    UnionTypeDefinitionNode,
    UnionTypeExtensionNode,
)

from federation.composition.subgraph.federation_spec import (
    NEWEST,
    SERVICE_FIELDS,
    SERVICE_TYPES,
    directives_of,
)

FEDERATION_NAMES = SERVICE_TYPES | {"_FieldSet", "FieldSet"}
_DESCRIBED_ELSEWHERE = frozenset({*directives_of(NEWEST), "link", "core"})

Named = (
    TypeDefinitionNode
    | TypeExtensionNode
    | FieldDefinitionNode
    | InputValueDefinitionNode
    | EnumValueDefinitionNode
    | DirectiveDefinitionNode
)


@dataclass(frozen=True, slots=True)
class Element:
    """An element of the schema. `node` says where it is and what stands at it."""

    coordinate: str
    name: str
    node: Named

    @property
    def description(self) -> str | None:
        text = getattr(self.node, "description", None)
        return None if text is None else text.value

    @property
    def directives(self) -> tuple[ConstDirectiveNode, ...]:
        return tuple(getattr(self.node, "directives", None) or ())


class LintDocument:
    """See the module. Computed once per document, whatever rules ask."""

    def __init__(self, document: DocumentNode) -> None:
        self.document = document

    @cached_property
    def types(self) -> tuple[Element, ...]:
        """All types defined here, without extensions."""
        return tuple(
            Element(node.name.value, node.name.value, node)
            for node in self.document.definitions
            if isinstance(node, TypeDefinitionNode) and _is_own(node.name.value)
        )

    def types_of(self, *kinds: type[TypeDefinitionNode]) -> Iterator[Element]:
        """Yield the types of these kinds."""
        return (element for element in self.types if isinstance(element.node, kinds))

    @cached_property
    def fields(self) -> tuple[Element, ...]:
        """Fields of objects and interfaces, also of extensions."""
        return tuple(
            Element(f"{owner.name.value}.{field.name.value}", field.name.value, field)
            for owner in self._owners
            if isinstance(owner, _COMPOSITE)
            for field in owner.fields or ()
            if field.name.value not in SERVICE_FIELDS
        )

    @cached_property
    def arguments(self) -> tuple[Element, ...]:
        """Arguments of fields."""
        return tuple(
            Element(f"{field.coordinate}({node.name.value}:)", node.name.value, node)
            for field in self.fields
            if isinstance(field.node, FieldDefinitionNode)
            for node in field.node.arguments or ()
        )

    @cached_property
    def input_fields(self) -> tuple[Element, ...]:
        return tuple(
            Element(f"{owner.name.value}.{node.name.value}", node.name.value, node)
            for owner in self._owners
            if isinstance(owner, InputObjectTypeDefinitionNode | InputObjectTypeExtensionNode)
            for node in owner.fields or ()
        )

    @cached_property
    def enum_values(self) -> tuple[Element, ...]:
        return tuple(
            Element(f"{owner.name.value}.{node.name.value}", node.name.value, node)
            for owner in self._owners
            if isinstance(owner, EnumTypeDefinitionNode | EnumTypeExtensionNode)
            for node in owner.values or ()
        )

    @cached_property
    def directives(self) -> tuple[Element, ...]:
        """Directives defined here that are the authors' own."""
        return tuple(
            Element(f"@{node.name.value}", node.name.value, node)
            for node in self.document.definitions
            if isinstance(node, DirectiveDefinitionNode)
            and _is_own(node.name.value)
            and node.name.value not in _DESCRIBED_ELSEWHERE
        )

    @cached_property
    def elements(self) -> tuple[Element, ...]:
        """Everything that has a coordinate, in the order of kinds."""
        return (
            *self.types,
            *self.fields,
            *self.arguments,
            *self.input_fields,
            *self.enum_values,
            *self.directives,
        )

    @cached_property
    def schema_nodes(self) -> tuple[SchemaDefinitionNode | SchemaExtensionNode, ...]:
        return tuple(
            node
            for node in self.document.definitions
            if isinstance(node, SchemaDefinitionNode | SchemaExtensionNode)
        )

    @cached_property
    def root_names(self) -> frozenset[str]:
        """Names of the root types."""
        named = {
            operation.type.name.value
            for node in self.schema_nodes
            for operation in node.operation_types or ()
        }
        return frozenset(named | {"Query", "Mutation", "Subscription"})

    @cached_property
    def extended(self) -> frozenset[str]:
        """Names of the types that are extended here."""
        return frozenset(
            node.name.value
            for node in self.document.definitions
            if isinstance(node, TypeExtensionNode)
        )

    @cached_property
    def given_types(self) -> frozenset[str]:
        """Names of types that clients give: of arguments and input fields."""
        nodes = [element.node for element in (*self.arguments, *self.input_fields)]
        return frozenset(
            named_type(node.type) for node in nodes if isinstance(node, InputValueDefinitionNode)
        )

    @cached_property
    def answered_types(self) -> frozenset[str]:
        """Names of types that fields answer."""
        nodes = [element.node for element in self.fields]
        return frozenset(
            named_type(node.type) for node in nodes if isinstance(node, FieldDefinitionNode)
        )

    @property
    def _owners(self) -> Iterator[TypeDefinitionNode | TypeExtensionNode]:
        return (
            node
            for node in self.document.definitions
            if isinstance(node, TypeDefinitionNode | TypeExtensionNode) and _is_own(node.name.value)
        )


_COMPOSITE = (
    ObjectTypeDefinitionNode
    | ObjectTypeExtensionNode
    | InterfaceTypeDefinitionNode
    | InterfaceTypeExtensionNode
)


def named_type(node: TypeNode) -> str:
    """Return the name of the type without lists and non-nulls."""
    inner = getattr(node, "type", None)
    return named_type(inner) if inner is not None else node.name.value  # type: ignore[attr-defined]


def _is_own(name: str) -> bool:
    return name not in FEDERATION_NAMES and "__" not in name


KINDS: dict[type[TypeDefinitionNode], str] = {
    ScalarTypeDefinitionNode: "scalar",
    ObjectTypeDefinitionNode: "object type",
    InterfaceTypeDefinitionNode: "interface",
    UnionTypeDefinitionNode: "union",
    EnumTypeDefinitionNode: "enum",
    InputObjectTypeDefinitionNode: "input type",
}


def union_members(document: LintDocument) -> frozenset[str]:
    """Return the names of types that are members of unions."""
    return frozenset(
        member.name.value
        for node in document.document.definitions
        if isinstance(node, UnionTypeDefinitionNode | UnionTypeExtensionNode)
        for member in node.types or ()
    )
