"""Subgraph SDL → a schema that graphql-core can execute, with its directives still at hand.

The engine's own reader is not used: this side of the comparison shall not share its mistakes.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from graphql import (
    DirectiveNode,
    DocumentNode,
    FieldNode,
    GraphQLSchema,
    InterfaceTypeDefinitionNode,
    Node,
    ObjectTypeDefinitionNode,
    ObjectTypeExtensionNode,
    OperationDefinitionNode,
    SelectionSetNode,
    StringValueNode,
    build_ast_schema,
    parse,
)

_ENTITY_SDL = """
scalar _Any
type _Service { sdl: String }
"""


class SubgraphSchema:
    """One subgraph: `schema` to execute on, and what its directives say.

    `key_sets[type]`: (field set, resolvable) in order. `interface_objects`: names of types that
    are interfaces elsewhere. `overrides`: (type, field, from, label) of every @override; the label
    is None where it always holds. `contexts`: types that set each context.
    """

    def __init__(self, name: str, sdl: str) -> None:
        self.name = name
        definitions = _merged(parse(sdl))
        self.key_sets: dict[str, list[tuple[SelectionSetNode, bool]]] = {}
        self.interface_objects: set[str] = set()
        self.overrides: set[tuple[str, str, str, str | None]] = set()
        self.contexts: dict[str, list[str]] = {}
        entities: list[str] = []
        for node in definitions:
            if isinstance(node, ObjectTypeDefinitionNode | InterfaceTypeDefinitionNode):
                self._read_type(node, entities)
        self.schema = _executable(definitions, entities)

    def _read_type(self, node: Any, entities: list[str]) -> None:
        name = node.name.value
        for key in directives(node, "key"):
            arguments = {a.name.value: a.value for a in key.arguments}
            resolvable = getattr(arguments.get("resolvable"), "value", True)
            fields = parse_field_set(arguments["fields"].value)
            self.key_sets.setdefault(name, []).append((fields, bool(resolvable)))
        if name in self.key_sets and isinstance(node, ObjectTypeDefinitionNode):
            entities.append(name)
        for context in directives(node, "context"):
            self.contexts.setdefault(argument(context, "name") or "", []).append(name)
        if directives(node, "interfaceObject"):
            self.interface_objects.add(name)
        for field in node.fields or ():
            for override in directives(field, "override"):
                source, label = argument(override, "from") or "", argument(override, "label")
                self.overrides.add((name, field.name.value, source, label))

    def field_directive(self, type_name: str, field_name: str, directive: str) -> Any:
        """Return the directive on a field, or None."""
        fields = getattr(self.schema.type_map.get(type_name), "fields", {})
        node = fields[field_name].ast_node if field_name in fields else None
        found = directives(node, directive) if node is not None else []
        return found[0] if found else None

    def field_set(self, type_name: str, field_name: str, directive: str) -> SelectionSetNode | None:
        """Return what `@requires` or `@provides` on a field says, or None."""
        found = self.field_directive(type_name, field_name, directive)
        return parse_field_set(argument(found, "fields") or "") if found else None

    def from_context(
        self, type_name: str, field_name: str
    ) -> dict[str, list[tuple[str, SelectionSetNode]]]:
        """Return the arguments of a field that the gateway fills, each with where from.

        That is: the types that set the context, and what is selected there.
        """
        node: Any = self.schema.type_map[type_name]
        found: dict[str, list[tuple[str, SelectionSetNode]]] = {}
        for given in getattr(node.fields[field_name].ast_node, "arguments", None) or ():
            for directive in directives(given, "fromContext"):
                text = (argument(directive, "field") or "").strip().removeprefix("$")
                context, _, selection = text.partition("{")
                selected = parse_field_set("{" + selection)
                types = self.contexts.get(context.strip(), [])
                found[given.name.value] = [(name, selected) for name in types]
        return found

    def is_external(self, type_name: str, field_name: str) -> bool:
        if self.field_directive(type_name, field_name, "external") is not None:
            return True
        node = self.schema.type_map[type_name].ast_node
        return node is not None and bool(directives(node, "external"))


def directives(node: Any, name: str) -> list[DirectiveNode]:
    """Return the directives `@name` of a definition, under its imported or its full name."""
    return [d for d in node.directives or () if d.name.value in (name, f"federation__{name}")]


def argument(directive: DirectiveNode, name: str) -> str | None:
    for given in directive.arguments or ():
        if given.name.value == name and isinstance(given.value, StringValueNode):
            return given.value.value
    return None


def parse_field_set(text: str) -> SelectionSetNode:
    """Return the selection set of a field set, with or without outer braces."""
    text = text.strip()
    document = parse(text if text.startswith("{") else f"{{ {text} }}")
    operation = document.definitions[0]
    assert isinstance(operation, OperationDefinitionNode)
    return operation.selection_set


def selected_names(selection_set: SelectionSetNode | None) -> Iterator[str]:
    """Yield the names of the fields selected here, also those inside inline fragments."""
    for node in selection_set.selections if selection_set else ():
        if isinstance(node, FieldNode):
            yield node.name.value
        else:
            yield from selected_names(getattr(node, "selection_set", None))


def _merged(document: DocumentNode) -> list[Node]:
    """Return the type definitions with their extensions merged into them."""
    found: dict[str, Any] = {}
    for node in document.definitions:
        kind = type(node).__name__
        if kind.startswith(("Schema", "Directive")):
            continue
        base = kind.replace("Extension", "Definition")
        name = node.name.value  # type: ignore[attr-defined]
        old = found.get(name)
        if old is None:
            old = found[name] = {"kind": base, "node": node, "lists": {}}
        for key in ("fields", "directives", "interfaces", "types", "values"):
            items = getattr(node, key, None)
            if items is not None:
                old["lists"][key] = (*old["lists"].get(key, ()), *items)
    made: list[Node] = []
    import graphql

    for entry in found.values():
        cls = getattr(graphql, entry["kind"])
        made.append(cls(name=entry["node"].name, loc=entry["node"].loc, **entry["lists"]))
    return made


def _executable(definitions: list[Node], entities: list[str]) -> GraphQLSchema:
    extra = "type Query { _service: _Service!"
    if entities:
        extra += " _entities(representations: [_Any!]!): [_Entity]!"
    extra += " }" + _ENTITY_SDL
    if entities:
        extra += f"union _Entity = {' | '.join(entities)}"
    added = list(parse(extra).definitions)
    query = next((d for d in definitions if getattr(d, "name", None).value == "Query"), None)  # type: ignore[union-attr]
    if query is not None:
        root = added.pop(0)
        fields = (*query.fields, *root.fields)  # type: ignore[attr-defined]
        definitions = [d for d in definitions if d is not query]
        added.append(
            ObjectTypeDefinitionNode(
                name=query.name,  # type: ignore[attr-defined]
                fields=fields,
                directives=(),
                interfaces=(),
            )
        )
    document = DocumentNode(definitions=(*definitions, *added))
    return build_ast_schema(document, assume_valid_sdl=True)


__all__ = [
    "ObjectTypeExtensionNode",
    "SubgraphSchema",
    "argument",
    "directives",
    "parse_field_set",
    "selected_names",
]
