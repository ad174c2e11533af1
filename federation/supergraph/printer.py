"""`Supergraph` → SDL in the join specification v0.5.

One canonical order: schema definition, directive definitions by name, types by name; members of
a type stay in the model's order, because that is the order clients see. What is read again is
equal to what was printed, and features always go by their canonical names.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator

from graphql import ConstDirectiveNode, print_ast
from graphql.language.block_string import is_printable_as_block_string, print_block_string

from federation.supergraph import definitions, specs
from federation.supergraph.model import (
    ContextArgument,
    DirectiveDef,
    EnumValue,
    Field,
    InputValue,
    JoinField,
    JoinType,
    Link,
    Supergraph,
    TypeDef,
    TypeKind,
)


def print_supergraph(supergraph: Supergraph) -> str:
    """Return the supergraph as SDL."""
    graphs = {subgraph.name: subgraph.graph for subgraph in supergraph.subgraphs}
    printer = _Printer(supergraph, graphs)
    return "\n\n".join(printer.parts()) + "\n"


class _Printer:
    """Holds the enum value (`join__Graph`) of each subgraph while printing."""

    def __init__(self, supergraph: Supergraph, graphs: dict[str, str]) -> None:
        self.supergraph = supergraph
        self.graphs = graphs
        self.features = [
            identity
            for identity in specs.FEATURES
            if any(_is(link, identity) for link in supergraph.links)
        ]

    def parts(self) -> Iterator[str]:
        yield self._schema()
        directives = [definitions.LINK_DIRECTIVE, *definitions.JOIN_DIRECTIVES]
        types = [*definitions.LINK_TYPES, *definitions.JOIN_TYPES, self._join_graph()]
        for identity in self.features:
            directives += definitions.FEATURE_DIRECTIVES[identity]
            types += definitions.FEATURE_TYPES.get(identity, ())
        for directive in self.supergraph.directives.values():
            directives.append((directive.name, self._directive_definition(directive)))
        types += [(t.name, self._type(t)) for t in self.supergraph.types.values()]
        yield from (text for _, text in sorted(directives))
        yield from (text for _, text in sorted(types))

    def _schema(self) -> str:
        graph = self.supergraph
        links = [
            Link(f"{specs.LINK}/{specs.LINK_VERSION}"),
            Link(f"{specs.JOIN}/{specs.JOIN_VERSION}", purpose="EXECUTION"),
            *graph.links,
        ]
        lines = [*_description(graph.description, ""), "schema"]
        lines += [f"  {_link(link)}" for link in links]
        lines += [f"  {print_ast(node)}" for node in graph.schema_directives]
        lines.append("{")
        for operation in ("query", "mutation", "subscription"):
            name = getattr(graph, operation)
            if name:
                lines.append(f"  {operation}: {name}")
        return "\n".join([*lines, "}"])

    def _join_graph(self) -> definitions.Definition:
        lines = ["enum join__Graph {"]
        lines += [
            f"  {s.graph} @join__graph(name: {_string(s.name)}, url: {_string(s.url)})"
            for s in self.supergraph.subgraphs
        ]
        return "join__Graph", "\n".join([*lines, "}"])

    def _directive_definition(self, directive: DirectiveDef) -> str:
        head = [*_description(directive.description, "")]
        arguments = self._arguments(directive.arguments, "")
        repeatable = " repeatable" if directive.repeatable else ""
        locations = " | ".join(directive.locations)
        return "\n".join(
            [*head, f"directive @{directive.name}{arguments}{repeatable} on {locations}"]
        )

    # Types

    def _type(self, type_: TypeDef) -> str:
        head = f"{_KEYWORDS[type_.kind]} {type_.name}"
        if type_.interfaces:
            head += f" implements {' & '.join(type_.interfaces)}"
        lines = [*_description(type_.description, ""), head]
        lines += [f"  {text}" for text in self._type_joins(type_)]
        lines += [f"  {print_ast(node)}" for node in type_.directives]
        match type_.kind:
            case TypeKind.SCALAR:
                return "\n".join(lines)
            case TypeKind.UNION:
                return "\n".join([*lines, f"  = {' | '.join(type_.members)}"])
            case TypeKind.ENUM:
                body = [self._enum_value(value) for value in type_.values.values()]
            case TypeKind.INPUT:
                body = [self._input_value(v, "  ") for v in type_.input_fields.values()]
            case _:
                body = [self._field(field) for field in type_.fields.values()]
        return "\n".join([*lines, "{", _members(body), "}"])

    def _type_joins(self, type_: TypeDef) -> Iterator[str]:
        for implements in type_.join_implements:
            graph = self.graphs[implements.subgraph]
            yield f'@join__implements(graph: {graph}, interface: "{implements.interface}")'
        for join in type_.joins:
            yield self._join_type(join)
        for subgraph, member in type_.member_subgraphs:
            yield f'@join__unionMember(graph: {self.graphs[subgraph]}, member: "{member}")'

    def _join_type(self, join: JoinType) -> str:
        text = f"@join__type(graph: {self.graphs[join.subgraph]}"
        if join.key is not None:
            text += f", key: {_string(join.key)}"
        if join.extension:
            text += ", extension: true"
        if not join.resolvable:
            text += ", resolvable: false"
        if join.is_interface_object:
            text += ", isInterfaceObject: true"
        return text + ")"

    # Members

    def _field(self, field: Field) -> str:
        text = f"  {field.name}{self._arguments(field.arguments, '  ')}: {field.type}"
        text += self._applied(field.joins, field.directives)
        return "\n".join([*_description(field.description, "  "), text])

    def _input_value(self, value: InputValue, indent: str) -> str:
        text = f"{indent}{self._inline(value)}"
        return "\n".join([*_description(value.description, indent), text])

    def _inline(self, value: InputValue) -> str:
        default = "" if value.default is None else f" = {print_ast(value.default)}"
        applied = self._applied(value.joins, value.directives)
        return f"{value.name}: {value.type}{default}{applied}"

    def _enum_value(self, value: EnumValue) -> str:
        text = f"  {value.name}"
        for subgraph in value.subgraphs:
            text += f" @join__enumValue(graph: {self.graphs[subgraph]})"
        text += self._applied((), value.directives)
        return "\n".join([*_description(value.description, "  "), text])

    def _arguments(self, arguments: tuple[InputValue, ...], indent: str) -> str:
        if not arguments:
            return ""
        if all(argument.description is None for argument in arguments):
            return f"({', '.join(self._inline(argument) for argument in arguments)})"
        body = "\n".join(self._input_value(argument, indent + "  ") for argument in arguments)
        return f"(\n{body}\n{indent})"

    def _applied(self, joins: Iterable[JoinField], directives: Iterable[ConstDirectiveNode]) -> str:
        texts = [self._join_field(join) for join in joins]
        texts += [print_ast(node) for node in directives]
        return "".join(f" {text}" for text in texts)

    def _join_field(self, join: JoinField) -> str:
        arguments = []
        if join.subgraph is not None:
            arguments.append(f"graph: {self.graphs[join.subgraph]}")
        for name, value in (
            ("requires", join.requires),
            ("provides", join.provides),
            ("type", join.type),
        ):
            if value is not None:
                arguments.append(f"{name}: {_string(value)}")
        if join.external:
            arguments.append("external: true")
        if join.override is not None:
            arguments.append(f"override: {_string(join.override)}")
        if join.used_overridden:
            arguments.append("usedOverridden: true")
        if join.override_label is not None:
            arguments.append(f"overrideLabel: {_string(join.override_label)}")
        if join.context_arguments:
            items = ", ".join(_context_argument(item) for item in join.context_arguments)
            arguments.append(f"contextArguments: [{items}]")
        return f"@join__field({', '.join(arguments)})" if arguments else "@join__field"


_KEYWORDS = {
    TypeKind.SCALAR: "scalar",
    TypeKind.OBJECT: "type",
    TypeKind.INTERFACE: "interface",
    TypeKind.UNION: "union",
    TypeKind.ENUM: "enum",
    TypeKind.INPUT: "input",
}


def _is(link: Link, identity: str) -> bool:
    return link.url.startswith(f"{identity}/")


def _link(link: Link) -> str:
    arguments = [f"url: {_string(link.url)}"]
    if link.alias is not None:
        arguments.append(f"as: {_string(link.alias)}")
    if link.imports:
        items = ", ".join(
            _string(name) if name == alias else f"{{name: {_string(name)}, as: {_string(alias)}}}"
            for name, alias in link.imports
        )
        arguments.append(f"import: [{items}]")
    if link.purpose is not None:
        arguments.append(f"for: {link.purpose}")
    return f"@link({', '.join(arguments)})"


def _context_argument(item: ContextArgument) -> str:
    return (
        f"{{context: {_string(item.context)}, name: {_string(item.name)}, "
        f"type: {_string(item.type)}, selection: {_string(item.selection)}}}"
    )


def _string(value: str) -> str:
    # GraphQL's escapes are JSON's; other characters stand for themselves.
    return json.dumps(value, ensure_ascii=False)


def _description(text: str | None, indent: str) -> list[str]:
    if text is None:
        return []
    if not is_printable_as_block_string(text):
        return [indent + _string(text)]
    return [f"{indent}{line}" if line else "" for line in print_block_string(text).split("\n")]


def _members(body: list[str]) -> str:
    """Join members by lines; one with several lines gets an empty line above it."""
    text = ""
    for index, member in enumerate(body):
        if index:
            text += "\n\n" if "\n" in member else "\n"
        text += member
    return text
