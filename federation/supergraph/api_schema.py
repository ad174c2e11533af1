"""`Supergraph` → the schema clients see.

Leaves out everything about subgraphs (join, link) and everything `@inaccessible`, with what
follows from that: an argument, input field or enum value that is inaccessible itself, fields of an
inaccessible type, members and implementations that are inaccessible. Keeps `@deprecated`,
`@specifiedBy`, `@oneOf`, `@semanticNonNull` and executable directives of the graph's users.

Custom scalars accept and return any value: only the subgraph that owns one can judge it.
Source: inaccessible specification v0.2; GraphQL specification §3 and §4 (introspection).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from graphql import (
    ConstDirectiveNode,
    DirectiveDefinitionNode,
    DocumentNode,
    EnumTypeDefinitionNode,
    EnumValueDefinitionNode,
    FieldDefinitionNode,
    GraphQLError,
    GraphQLSchema,
    InputObjectTypeDefinitionNode,
    InputValueDefinitionNode,
    InterfaceTypeDefinitionNode,
    ListTypeNode,
    NamedTypeNode,
    NameNode,
    NonNullTypeNode,
    ObjectTypeDefinitionNode,
    OperationType,
    OperationTypeDefinitionNode,
    ScalarTypeDefinitionNode,
    SchemaDefinitionNode,
    StringValueNode,
    TypeDefinitionNode,
    TypeNode,
    UnionTypeDefinitionNode,
    build_ast_schema,
    parse,
)

from federation.errors import SupergraphError
from federation.language import ListOf, Named, NonNull, TypeRef, named_type
from federation.supergraph.definitions import FEATURE_DIRECTIVES
from federation.supergraph.model import (
    DirectiveDef,
    EnumValue,
    Field,
    InputValue,
    Supergraph,
    TypeDef,
    TypeKind,
)
from federation.supergraph.specs import EXECUTABLE_LOCATIONS, NULLABILITY

# Directives that introspection, validation of clients' operations or clients' code generators need.
_KEPT = frozenset({"deprecated", "specifiedBy", "oneOf", "semanticNonNull"})


def build_api_schema(supergraph: Supergraph) -> GraphQLSchema:
    """Return the client schema. Raises `SupergraphError` when it would not be a valid one."""
    document = api_document(supergraph)
    try:
        schema = build_ast_schema(document, assume_valid_sdl=True)
    except (GraphQLError, TypeError) as error:
        raise SupergraphError(f"The supergraph's API schema cannot be built: {error}") from error
    return schema


def api_document(supergraph: Supergraph) -> DocumentNode:
    """Return the client schema as a document, definitions in the supergraph's order."""
    builder = _Builder(supergraph, hidden_types(supergraph))
    return DocumentNode(definitions=tuple(builder.definitions()))


def hidden_types(supergraph: Supergraph) -> frozenset[str]:
    """Return the names of the types clients do not see."""
    return frozenset(t.name for t in supergraph.types.values() if is_inaccessible(t.directives))


def is_inaccessible(directives: Iterable[ConstDirectiveNode]) -> bool:
    """Return whether `@inaccessible` is among the directives."""
    return any(node.name.value == "inaccessible" for node in directives)


def has_nullability(supergraph: Supergraph) -> bool:
    """Return whether the graph says what is null only for an error (`@semanticNonNull`)."""
    return any(link.url.startswith(f"{NULLABILITY}/") for link in supergraph.links)


@dataclass(frozen=True, slots=True)
class _Builder:
    supergraph: Supergraph
    hidden: frozenset[str]

    def definitions(
        self,
    ) -> Iterator[SchemaDefinitionNode | TypeDefinitionNode | DirectiveDefinitionNode]:
        yield self._schema()
        for directive in self.supergraph.directives.values():
            executable = tuple(x for x in directive.locations if x in EXECUTABLE_LOCATIONS)
            if executable:
                yield self._directive(directive, executable)
        if has_nullability(self.supergraph):
            for _, text in FEATURE_DIRECTIVES[NULLABILITY]:
                definition = parse(text, no_location=True).definitions[0]
                assert isinstance(definition, DirectiveDefinitionNode)
                yield definition
        for type_ in self.supergraph.types.values():
            if type_.name not in self.hidden:
                yield self._type(type_)

    def _schema(self) -> SchemaDefinitionNode:
        graph = self.supergraph
        roots = (
            (OperationType.QUERY, graph.query),
            (OperationType.MUTATION, graph.mutation),
            (OperationType.SUBSCRIPTION, graph.subscription),
        )
        return SchemaDefinitionNode(
            description=_text(graph.description),
            operation_types=tuple(
                OperationTypeDefinitionNode(operation=operation, type=_named(name))
                for operation, name in roots
                if name is not None and name not in self.hidden
            ),
        )

    def _directive(
        self, directive: DirectiveDef, locations: tuple[str, ...]
    ) -> DirectiveDefinitionNode:
        return DirectiveDefinitionNode(
            name=NameNode(value=directive.name),
            description=_text(directive.description),
            arguments=self._input_values(directive.arguments),
            repeatable=directive.repeatable,
            locations=tuple(NameNode(value=x) for x in locations),
        )

    def _type(self, type_: TypeDef) -> TypeDefinitionNode:
        name = NameNode(value=type_.name)
        text = _text(type_.description)
        directives = _kept(type_.directives)
        visible = tuple(_named(n) for n in type_.interfaces if n not in self.hidden)
        match type_.kind:
            case TypeKind.SCALAR:
                return ScalarTypeDefinitionNode(name=name, description=text, directives=directives)
            case TypeKind.OBJECT:
                return ObjectTypeDefinitionNode(
                    name=name,
                    description=text,
                    directives=directives,
                    interfaces=visible,
                    fields=self._fields(type_),
                )
            case TypeKind.INTERFACE:
                return InterfaceTypeDefinitionNode(
                    name=name,
                    description=text,
                    directives=directives,
                    interfaces=visible,
                    fields=self._fields(type_),
                )
            case TypeKind.UNION:
                return UnionTypeDefinitionNode(
                    name=name,
                    description=text,
                    directives=directives,
                    types=tuple(_named(n) for n in type_.members if n not in self.hidden),
                )
            case TypeKind.ENUM:
                values = (v for v in type_.values.values() if not is_inaccessible(v.directives))
                return EnumTypeDefinitionNode(
                    name=name,
                    description=text,
                    directives=directives,
                    values=tuple(_enum_value(value) for value in values),
                )
            case TypeKind.INPUT:
                return InputObjectTypeDefinitionNode(
                    name=name,
                    description=text,
                    directives=directives,
                    fields=self._input_values(type_.input_fields.values()),
                )

    def _fields(self, type_: TypeDef) -> tuple[FieldDefinitionNode, ...]:
        return tuple(self._field(f) for f in type_.fields.values() if self._visible(f))

    def _visible(self, member: Field | InputValue) -> bool:
        if is_inaccessible(member.directives):
            return False
        return named_type(member.type) not in self.hidden

    def _field(self, field: Field) -> FieldDefinitionNode:
        return FieldDefinitionNode(
            name=NameNode(value=field.name),
            description=_text(field.description),
            arguments=self._input_values(field.arguments),
            type=_type_node(field.type),
            directives=_kept(field.directives),
        )

    def _input_values(self, values: Iterable[InputValue]) -> tuple[InputValueDefinitionNode, ...]:
        return tuple(
            InputValueDefinitionNode(
                name=NameNode(value=value.name),
                description=_text(value.description),
                type=_type_node(value.type),
                default_value=value.default,
                directives=_kept(value.directives),
            )
            for value in values
            if self._visible(value)
        )


def _enum_value(value: EnumValue) -> EnumValueDefinitionNode:
    return EnumValueDefinitionNode(
        name=NameNode(value=value.name),
        description=_text(value.description),
        directives=_kept(value.directives),
    )


def _kept(directives: Iterable[ConstDirectiveNode]) -> tuple[ConstDirectiveNode, ...]:
    return tuple(node for node in directives if node.name.value in _KEPT)


def _text(value: str | None) -> StringValueNode | None:
    return None if value is None else StringValueNode(value=value, block=True)


def _named(name: str) -> NamedTypeNode:
    return NamedTypeNode(name=NameNode(value=name))


def _type_node(ref: TypeRef) -> TypeNode:
    match ref:
        case NonNull(of):
            return NonNullTypeNode(type=_nullable_node(of))
        case Named() | ListOf():
            return _nullable_node(ref)


def _nullable_node(ref: Named | ListOf) -> NamedTypeNode | ListTypeNode:
    match ref:
        case Named(name):
            return _named(name)
        case ListOf(of):
            return ListTypeNode(type=_type_node(of))
