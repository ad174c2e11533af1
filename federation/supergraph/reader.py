"""Supergraph SDL → `Supergraph`.

Reads join specification v0.1 to v0.5, also as other composers write it: features may be renamed
(`as:`), imported under other names or namespaced; Federation 1 supergraphs use `@core` and
`@join__owner`. Names of known features come out canonical (`tag`, `inaccessible` …), so that
whoever reads the model need not look at links.

Every join directive names a subgraph by its `@join__graph(name:)`, not by its enum value.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from graphql import (
    ConstDirectiveNode,
    DefinitionNode,
    DirectiveDefinitionNode,
    DocumentNode,
    EnumTypeDefinitionNode,
    EnumValueDefinitionNode,
    FieldDefinitionNode,
    GraphQLSyntaxError,
    InputObjectTypeDefinitionNode,
    InputValueDefinitionNode,
    InterfaceTypeDefinitionNode,
    ObjectTypeDefinitionNode,
    OperationType,
    ScalarTypeDefinitionNode,
    SchemaDefinitionNode,
    StringValueNode,
    TypeDefinitionNode,
    UnionTypeDefinitionNode,
    parse,
)

from federation.errors import SupergraphError
from federation.language import type_ref
from federation.supergraph import join_v01, specs
from federation.supergraph.header import KNOWN, Header, read_header
from federation.supergraph.model import (
    ContextArgument,
    DirectiveDef,
    EnumValue,
    Field,
    InputValue,
    JoinField,
    JoinImplements,
    JoinType,
    Supergraph,
    TypeDef,
    TypeKind,
)
from federation.supergraph.quick_reader import QuickReader
from federation.supergraph.type_texts import NotPlain, TypeText, cut

_KINDS: dict[type[TypeDefinitionNode], TypeKind] = {
    ScalarTypeDefinitionNode: TypeKind.SCALAR,
    ObjectTypeDefinitionNode: TypeKind.OBJECT,
    InterfaceTypeDefinitionNode: TypeKind.INTERFACE,
    UnionTypeDefinitionNode: TypeKind.UNION,
    EnumTypeDefinitionNode: TypeKind.ENUM,
    InputObjectTypeDefinitionNode: TypeKind.INPUT,
}


def read_supergraph(sdl: str) -> Supergraph:
    """Return the supergraph that `sdl` describes.

    Raises `SupergraphError` when the text is not GraphQL, not a supergraph, of a join version
    unknown here, or demands (`for: EXECUTION`, `for: SECURITY`) a feature unknown here.
    """
    try:
        return _read_quickly(sdl)
    except (NotPlain, GraphQLSyntaxError, SupergraphError):
        # Once more from the whole syntax tree, which also tells what is wrong, and where.
        return _read_whole(sdl)


def _read_quickly(sdl: str) -> Supergraph:
    """Return the supergraph, its types with fields read without a syntax tree (`type_texts`)."""
    parts: list[TypeDefinitionNode | TypeText] = []
    others: list[DefinitionNode] = []
    for part in cut(sdl):
        if isinstance(part, TypeText):
            parts.append(part)
            continue
        definitions = parse(part, no_location=True).definitions
        others += definitions
        parts += [each for each in definitions if isinstance(each, TypeDefinitionNode)]
    document = DocumentNode(definitions=tuple(others))
    schema = _schema(document)
    header = read_header(document, schema)
    if header.version == (0, 1):
        # Says on the types themselves who owns them; rare by now.
        raise NotPlain
    return _Reader(document, schema, header, parts).read()


def _read_whole(sdl: str) -> Supergraph:
    try:
        document = parse(sdl, no_location=True)
    except GraphQLSyntaxError as error:
        line, column = error.locations[0] if error.locations else (1, 1)
        raise SupergraphError(
            f"The supergraph is not valid GraphQL (line {line}, column {column}): {error.message}"
        ) from error
    schema = _schema(document)
    types = [each for each in document.definitions if isinstance(each, TypeDefinitionNode)]
    return _Reader(document, schema, read_header(document, schema), types).read()


def _schema(document: DocumentNode) -> SchemaDefinitionNode:
    schema = next((d for d in document.definitions if isinstance(d, SchemaDefinitionNode)), None)
    if schema is None:
        raise SupergraphError(
            "This is not a supergraph: it has no `schema` definition with @link to the join "
            "specification. Give the output of a composition, not the schema of one subgraph."
        )
    return schema


@dataclass(frozen=True, slots=True)
class _Reader:
    """One reading; `header` knows what the names of this document mean. `parts`: all types, in
    order; those that are words may be missing in `document`.
    """

    document: DocumentNode
    schema: SchemaDefinitionNode
    header: Header
    parts: Sequence[TypeDefinitionNode | TypeText]

    def read(self) -> Supergraph:
        roots = {o.operation: o.type.name.value for o in self.schema.operation_types}
        if OperationType.QUERY not in roots:
            raise SupergraphError("The supergraph has no query root type.")
        supergraph = Supergraph(
            subgraphs=self.header.subgraphs,
            types={t.name: t for t in self._types()},
            directives={d.name: d for d in self._directive_definitions()},
            links=tuple(self.header.links()),
            query=roots[OperationType.QUERY],
            mutation=roots.get(OperationType.MUTATION),
            subscription=roots.get(OperationType.SUBSCRIPTION),
            schema_directives=self.header.author_directives(self.schema.directives),
            description=_text(self.schema.description),
        )
        if self.header.version == (0, 1):
            owners = dict(self._owners())
            supergraph = join_v01.upgrade(supergraph, owners)
        return replace(supergraph, types=_with_members(supergraph.types))

    def _directive_definitions(self) -> Iterator[DirectiveDef]:
        for node in self.document.definitions:
            if not isinstance(node, DirectiveDefinitionNode):
                continue
            name = node.name.value
            if name == self.header.link_name or name in specs.BUILT_IN_DIRECTIVES:
                continue
            if self.header.origin(name)[0] not in KNOWN:
                if name in specs.FEATURE_OF_DIRECTIVE and self._uses(name):
                    raise SupergraphError(
                        f"The supergraph defines its own @{name} beside the linked feature of "
                        "that name; rename one of them in the subgraphs."
                    )
                yield DirectiveDef(
                    name,
                    tuple(self._input_value(a, f"@{name}") for a in node.arguments or ()),
                    tuple(location.value for location in node.locations),
                    node.repeatable,
                    _text(node.description),
                )

    def _uses(self, name: str) -> bool:
        return specs.FEATURE_OF_DIRECTIVE[name].identity in self.header.features.by_identity

    # Types

    def _types(self) -> Iterator[TypeDef]:
        quick = QuickReader(
            self.header,
            self._join_fields,
            lambda nodes, name: tuple(self._join_types(nodes, name)),
            self._join_implements,
        )
        for part in self.parts:
            if isinstance(part, TypeText):
                found = quick.read(part)
                if self._is_ours(found.name):
                    yield found
            elif self._is_ours(part.name.value):
                yield self._type(part)

    def _is_ours(self, name: str) -> bool:
        """Whether a type is the graph's, and not of a specification."""
        origin = self.header.features.type_origin(name)
        return origin is None or origin[0].url.identity not in KNOWN

    def _type(self, node: TypeDefinitionNode) -> TypeDef:
        name = node.name.value
        base = TypeDef(
            name=name,
            kind=_KINDS[type(node)],
            description=_text(node.description),
            directives=self.header.author_directives(node.directives),
            joins=tuple(self._join_types(node.directives, name)),
        )
        match node:
            case ObjectTypeDefinitionNode() | InterfaceTypeDefinitionNode():
                return replace(
                    base,
                    interfaces=tuple(i.name.value for i in node.interfaces or ()),
                    join_implements=self._join_implements(node.directives, name),
                    fields={f.name.value: self._field(f, name) for f in node.fields or ()},
                )
            case UnionTypeDefinitionNode():
                return replace(
                    base,
                    members=tuple(t.name.value for t in node.types or ()),
                    member_subgraphs=tuple(
                        (self.header.graph(a.get("graph"), name), str(a.get("member")))
                        for a in self.header.joins(node.directives, "unionMember")
                    ),
                )
            case EnumTypeDefinitionNode():
                values = (self._enum_value(v, name) for v in node.values or ())
                return replace(base, values={value.name: value for value in values})
            case InputObjectTypeDefinitionNode():
                fields = (self._input_value(f, name) for f in node.fields or ())
                return replace(base, input_fields={f.name: f for f in fields})
        return base

    def _join_implements(
        self, nodes: Iterable[ConstDirectiveNode] | None, name: str
    ) -> tuple[JoinImplements, ...]:
        return tuple(
            JoinImplements(self.header.graph(a.get("graph"), name), str(a.get("interface")))
            for a in self.header.joins(nodes, "implements")
        )

    def _join_types(
        self, nodes: Iterable[ConstDirectiveNode] | None, name: str
    ) -> Iterator[JoinType]:
        for arguments in self.header.joins(nodes, "type"):
            yield JoinType(
                subgraph=self.header.graph(arguments.get("graph"), name),
                key=arguments.get("key"),
                extension=bool(arguments.get("extension", False)),
                resolvable=bool(arguments.get("resolvable", True)),
                is_interface_object=bool(arguments.get("isInterfaceObject", False)),
            )

    def _owners(self) -> Iterator[tuple[str, str]]:
        """Yield (type, owning subgraph) of a join v0.1 document."""
        for node in self.document.definitions:
            if isinstance(node, TypeDefinitionNode):
                for arguments in self.header.joins(node.directives, "owner"):
                    yield (
                        node.name.value,
                        self.header.graph(arguments.get("graph"), node.name.value),
                    )

    def _join_fields(
        self, nodes: Iterable[ConstDirectiveNode] | None, where: str
    ) -> tuple[JoinField, ...]:
        return tuple(self._join_field(a, where) for a in self.header.joins(nodes, "field"))

    def _join_field(self, arguments: dict[str, Any], where: str) -> JoinField:
        graph = arguments.get("graph")
        return JoinField(
            subgraph=None if graph is None else self.header.graph(graph, where),
            requires=arguments.get("requires"),
            provides=arguments.get("provides"),
            type=arguments.get("type"),
            external=bool(arguments.get("external", False)),
            override=arguments.get("override"),
            override_label=arguments.get("overrideLabel"),
            used_overridden=bool(arguments.get("usedOverridden", False)),
            context_arguments=tuple(
                ContextArgument(
                    str(item["context"]),
                    str(item["name"]),
                    str(item["type"]),
                    str(item["selection"]),
                )
                for item in arguments.get("contextArguments") or ()
            ),
        )

    def _field(self, node: FieldDefinitionNode, parent: str) -> Field:
        where = f"{parent}.{node.name.value}"
        return Field(
            name=node.name.value,
            type=type_ref(node.type),
            arguments=tuple(self._input_value(a, where) for a in node.arguments or ()),
            description=_text(node.description),
            directives=self.header.author_directives(node.directives),
            joins=self._join_fields(node.directives, where),
        )

    def _input_value(self, node: InputValueDefinitionNode, parent: str) -> InputValue:
        return InputValue(
            name=node.name.value,
            type=type_ref(node.type),
            default=node.default_value,
            description=_text(node.description),
            directives=self.header.author_directives(node.directives),
            joins=self._join_fields(node.directives, f"{parent}.{node.name.value}"),
        )

    def _enum_value(self, node: EnumValueDefinitionNode, parent: str) -> EnumValue:
        return EnumValue(
            name=node.name.value,
            description=_text(node.description),
            directives=self.header.author_directives(node.directives),
            subgraphs=tuple(
                self.header.graph(a.get("graph"), f"{parent}.{node.name.value}")
                for a in self.header.joins(node.directives, "enumValue")
            ),
        )


def _text(node: StringValueNode | None) -> str | None:
    return node.value if node else None


def _with_members(types: Mapping[str, TypeDef]) -> dict[str, TypeDef]:
    """Return the types with `member_subgraphs` filled for unions that do not list them.

    Join v0.1 and v0.2 have no `@join__unionMember`: a subgraph that defines the union has each
    member that it defines.
    """
    homes = {name: {join.subgraph for join in t.joins} for name, t in types.items()}
    completed = dict(types)
    for name, type_ in types.items():
        if type_.kind is TypeKind.UNION and not type_.member_subgraphs:
            pairs = (
                (subgraph, member)
                for subgraph in dict.fromkeys(join.subgraph for join in type_.joins)
                for member in type_.members
                if subgraph in homes.get(member, ())
            )
            completed[name] = replace(type_, member_subgraphs=tuple(pairs))
    return completed
