"""SDL text → a document with one base definition per type and nothing of the server's own.

Servers print `_entities`, `_service` and their types for gateways; they never are part of the
graph. A type that is only extended here is written as a definition, so that the rest of GraphQL's
rules apply to it as they are; `Part` remembers which parts were extensions.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from graphql import (
    ConstDirectiveNode,
    DirectiveDefinitionNode,
    DocumentNode,
    EnumTypeDefinitionNode,
    EnumTypeExtensionNode,
    GraphQLSyntaxError,
    InputObjectTypeDefinitionNode,
    InputObjectTypeExtensionNode,
    InterfaceTypeDefinitionNode,
    InterfaceTypeExtensionNode,
    ObjectTypeDefinitionNode,
    ObjectTypeExtensionNode,
    OperationTypeDefinitionNode,
    ScalarTypeDefinitionNode,
    ScalarTypeExtensionNode,
    SchemaDefinitionNode,
    SchemaExtensionNode,
    Source,
    TypeDefinitionNode,
    TypeExtensionNode,
    UnionTypeDefinitionNode,
    UnionTypeExtensionNode,
    parse,
)

from federation.composition.result import Diagnostics, Location, SubgraphSource
from federation.composition.subgraph.federation_spec import SERVICE_FIELDS, SERVICE_TYPES

_DEFINITION_OF: dict[type[TypeExtensionNode], type[TypeDefinitionNode]] = {
    ScalarTypeExtensionNode: ScalarTypeDefinitionNode,
    ObjectTypeExtensionNode: ObjectTypeDefinitionNode,
    InterfaceTypeExtensionNode: InterfaceTypeDefinitionNode,
    UnionTypeExtensionNode: UnionTypeDefinitionNode,
    EnumTypeExtensionNode: EnumTypeDefinitionNode,
    InputObjectTypeExtensionNode: InputObjectTypeDefinitionNode,
}
# About 8 MB of SDL, thirty times the largest subgraph known to us: more is not a schema.
_MAX_TOKENS = 1_000_000

OPERATIONS = ("query", "mutation", "subscription")

TypeNode = TypeDefinitionNode | TypeExtensionNode


@dataclass(slots=True)
class SubgraphDocument:
    """A parsed subgraph. `types`: name → its definition (first) and extensions.

    `extended[name][i]` says whether part i was written as an extension.
    """

    name: str
    types: dict[str, list[TypeNode]] = field(default_factory=dict)
    extended: dict[str, list[bool]] = field(default_factory=dict)
    directives: list[DirectiveDefinitionNode] = field(default_factory=list)
    schema_nodes: list[SchemaDefinitionNode | SchemaExtensionNode] = field(default_factory=list)
    roots: dict[str, str] = field(default_factory=dict)

    @property
    def schema_directives(self) -> list[ConstDirectiveNode]:
        return [d for node in self.schema_nodes for d in node.directives or ()]

    def to_graphql(self, extra: Iterable[Any], dropped: frozenset[str]) -> DocumentNode:
        """Return the document GraphQL's own rules run on.

        `extra` are definitions to add, `dropped` names of types to leave out.
        """
        nodes: list[Any] = sorted(
            (self._with_known_roots(node) for node in self.schema_nodes),
            key=lambda node: isinstance(node, SchemaExtensionNode),
        )
        for name, parts in self.types.items():
            if name not in dropped:
                nodes += parts
        return DocumentNode(definitions=(*nodes, *self.directives, *extra))

    def _with_known_roots(
        self, node: SchemaDefinitionNode | SchemaExtensionNode
    ) -> SchemaDefinitionNode | SchemaExtensionNode:
        """Return the node without roots that were dropped with the server's own fields."""
        operations = tuple(o for o in node.operation_types or () if o.operation.value in self.roots)
        if len(operations) == len(node.operation_types or ()):
            return node
        values = {key: getattr(node, key) for key in node.keys}
        return type(node)(**(values | {"operation_types": operations}))


def parse_document(source: SubgraphSource, diagnostics: Diagnostics) -> SubgraphDocument | None:
    """Return the document, or None after reporting INVALID_GRAPHQL for a syntax error."""
    try:
        parsed = parse(Source(source.sdl, name=source.name), max_tokens=_MAX_TOKENS)
    except GraphQLSyntaxError as error:
        line, column = error.locations[0] if error.locations else (1, 1)
        report_graphql_error(
            diagnostics, source.name, error.message, (Location(source.name, line, column),)
        )
        return None
    document = SubgraphDocument(source.name)
    for node in parsed.definitions:
        if isinstance(node, SchemaDefinitionNode | SchemaExtensionNode):
            document.schema_nodes.append(node)
        elif isinstance(node, DirectiveDefinitionNode):
            document.directives.append(node)
        elif isinstance(node, TypeDefinitionNode | TypeExtensionNode):
            document.types.setdefault(node.name.value, []).append(node)
        else:
            line, column = _position(node)
            report_graphql_error(
                diagnostics,
                source.name,
                "a schema may contain definitions only, but an operation or fragment is here",
                (Location(source.name, line, column),),
            )
            return None
    document.roots = _roots(document)
    _drop_service(document)
    _promote_extensions(document)
    return document


def report_graphql_error(
    diagnostics: Diagnostics, subgraph: str, text: str, locations: tuple[Location, ...]
) -> None:
    """Report INVALID_GRAPHQL with the text of GraphQL's own checker."""
    diagnostics.report_at(
        "INVALID_GRAPHQL",
        f'The schema of subgraph "{subgraph}" is not valid GraphQL: {text.rstrip(".")}. '
        "Correct it at the place named and publish again.",
        None,
        (subgraph,),
        locations,
    )


def _position(node: Any) -> tuple[int, int]:
    token = node.loc.start_token if node.loc else None
    return (token.line, token.column) if token else (1, 1)


def _roots(document: SubgraphDocument) -> dict[str, str]:
    """Return operation → type name, as written or by the names GraphQL assumes."""
    operations: list[OperationTypeDefinitionNode] = [
        operation for node in document.schema_nodes for operation in node.operation_types or ()
    ]
    roots = {o.operation.value: o.type.name.value for o in operations}
    if not any(isinstance(n, SchemaDefinitionNode) for n in document.schema_nodes):
        for operation in OPERATIONS:
            name = operation.capitalize()
            if name in document.types:
                roots.setdefault(operation, name)
    return roots


def _drop_service(document: SubgraphDocument) -> None:
    for name in SERVICE_TYPES & document.types.keys():
        del document.types[name]
    query = document.roots.get("query")
    if query is None or query not in document.types:
        return
    parts = []
    for node in document.types[query]:
        fields = getattr(node, "fields", None)
        if fields:
            kept = tuple(f for f in fields if f.name.value not in SERVICE_FIELDS)
            if len(kept) != len(fields):
                node = _replaced(node, type(node), fields=kept)
        parts.append(node)
    # A root without fields is what servers leave that have nothing but `_service`.
    if any(getattr(node, "fields", None) for node in parts):
        document.types[query] = parts
    else:
        del document.types[query]
        del document.roots["query"]


def _promote_extensions(document: SubgraphDocument) -> None:
    for name, parts in document.types.items():
        parts.sort(key=lambda node: isinstance(node, TypeExtensionNode))
        document.extended[name] = [isinstance(node, TypeExtensionNode) for node in parts]
        first = parts[0]
        if isinstance(first, TypeExtensionNode):
            parts[0] = _replaced(first, _DEFINITION_OF[type(first)])


def _replaced(node: TypeNode, kind: type[TypeNode], **changes: Any) -> TypeNode:
    keys = set(kind.keys) & set(node.keys)
    values = {key: getattr(node, key) for key in keys}
    return kind(**(values | changes))
