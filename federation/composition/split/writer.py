"""One subgraph as SDL. The text is formatted at the end, so here it only has to be right."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator

from graphql import ConstDirectiveNode, parse, print_ast
from graphql.language.block_string import is_printable_as_block_string, print_block_string

from federation.composition.split.carried import Carried
from federation.composition.split.view import KnownField, Sharing, SubgraphView
from federation.errors import SupergraphError
from federation.supergraph.model import (
    ContextArgument,
    DirectiveDef,
    InputValue,
    JoinField,
    JoinType,
    TypeDef,
    TypeKind,
)

_KEYWORDS = {
    TypeKind.SCALAR: "scalar",
    TypeKind.OBJECT: "type",
    TypeKind.INTERFACE: "interface",
    TypeKind.UNION: "union",
    TypeKind.ENUM: "enum",
    TypeKind.INPUT: "input",
}
_LOCATIONS = {
    TypeKind.SCALAR: "SCALAR",
    TypeKind.OBJECT: "OBJECT",
    TypeKind.INTERFACE: "INTERFACE",
    TypeKind.UNION: "UNION",
    TypeKind.ENUM: "ENUM",
    TypeKind.INPUT: "INPUT_OBJECT",
}
_INTERFACE = TypeKind.INTERFACE
_ACCESS = frozenset({"authenticated", "policy", "requiresScopes"})


class Writer:
    """Writes the subgraph of one view."""

    def __init__(
        self, view: SubgraphView, carried: Carried, sharing: Sharing, *, described: bool
    ) -> None:
        self.view = view
        self.carried = carried
        self.sharing = sharing
        self.described = described

    def write(self, extra: Iterable[DirectiveDef]) -> str:
        """Return the SDL. `extra`: definitions it must have beside those that are applied."""
        types = [text for type_ in self.view.types for text in self._type(type_)]
        schema_directives = list(
            self.carried.applied(self.view.supergraph.schema_directives, "SCHEMA")
        )
        directives = self._directives(extra)
        head = self._schema([*self.carried.links(), *schema_directives])
        text = "\n".join([head, *directives, *types])
        return print_ast(parse(text, no_location=True)) + "\n"

    # Schema and directives

    def _schema(self, directives: list[str]) -> str:
        graph = self.view.supergraph
        roots = {
            operation: name
            for operation, name in (
                ("query", graph.query),
                ("mutation", graph.mutation),
                ("subscription", graph.subscription),
            )
            if name is not None and self._has_root(name)
        }
        renamed = any(name != operation.capitalize() for operation, name in roots.items())
        applied = " ".join(directives)
        if not renamed and not (self.described and graph.description):
            return f"extend schema {applied}"
        body = " ".join(f"{operation}: {name}" for operation, name in roots.items())
        text = _description(graph.description) if self.described else ""
        return f"{text}schema {applied} {{ {body} }}"

    def _has_root(self, name: str) -> bool:
        type_ = self.view.supergraph.types.get(name)
        return type_ is not None and self.view.defines(name) and any(self.view.fields(type_))

    def _directives(self, extra: Iterable[DirectiveDef]) -> list[str]:
        """Return the definitions; one whose argument carries a directive brings that one too."""
        written: dict[str, str] = {}
        waiting = [*extra, *self.carried.composed.values()]
        while waiting:
            for definition in waiting:
                written[definition.name] = self._directive(definition)
            waiting = [d for d in self.carried.composed.values() if d.name not in written]
        return [text for _, text in sorted(written.items())]

    def _directive(self, directive: DirectiveDef) -> str:
        arguments = self._arguments(self._given(a) for a in directive.arguments)
        repeatable = " repeatable" if directive.repeatable else ""
        return (
            f"{_description(directive.description)}directive @{directive.name}{arguments}"
            f"{repeatable} on {' | '.join(directive.locations)}"
        )

    # Types

    def _type(self, type_: TypeDef) -> Iterator[str]:
        """Yield the definition, and an extension for keys that only an extension has."""
        joins = self.view.joins(type_)
        body = self._body(type_)
        if body is None:
            if type_.name == self.view.supergraph.query:
                return  # it has one only to be asked for its SDL
            raise SupergraphError(
                f'The supergraph cannot be split: "{type_.name}" has nothing in the subgraph '
                f'"{self.view.name}", and GraphQL has no empty types.'
            )
        stands_in = self.view.is_interface_object(type_)
        kind = TypeKind.OBJECT if stands_in else type_.kind
        extending = [join for join in joins if join.extension]
        split_keys = 0 < len(extending) < len(joins)
        applied = [self._key(j) for j in joins if j.key and not (split_keys and j.extension)]
        if stands_in:
            applied.append(self.carried.federation("interfaceObject"))
        if extending and not split_keys:
            applied.append(self.carried.federation("extends"))
        directives = (
            _without_access(type_.directives) if type_.kind is _INTERFACE else type_.directives
        )
        applied += self.carried.applied(directives, _LOCATIONS[kind])
        interfaces = self.view.interfaces(type_)
        implementing = f" implements {' & '.join(interfaces)}" if interfaces else ""
        head = f"{_KEYWORDS[kind]} {type_.name}"
        yield (f"{_description(type_.description)}{head}{implementing} {' '.join(applied)} {body}")
        if split_keys:
            yield f"extend {head} {' '.join(self._key(join) for join in extending)}"

    def _key(self, join: JoinType) -> str:
        resolvable = "" if join.resolvable else ", resolvable: false"
        return self.carried.federation("key", f"(fields: {_string(join.key or '')}{resolvable})")

    def _body(self, type_: TypeDef) -> str | None:
        """Return what follows the head of a definition; None where there would be nothing."""
        match type_.kind:
            case TypeKind.SCALAR:
                return ""
            case TypeKind.UNION:
                members = self.view.members(type_)
                return f"= {' | '.join(members)}" if members else None
            case TypeKind.ENUM:
                lines = [
                    f"{_description(value.description)}{value.name} "
                    + " ".join(self.carried.applied(value.directives, "ENUM_VALUE"))
                    for value in self.view.values(type_)
                ]
            case TypeKind.INPUT:
                lines = [
                    self._given(field, own, "INPUT_FIELD_DEFINITION")
                    for field, own in self.view.input_fields(type_)
                ]
            case _:
                lines = [self._field(type_, known) for known in self.view.fields(type_)]
        return "{\n" + "\n".join(lines) + "\n}" if lines else None

    # Members

    def _field(self, type_: TypeDef, known: KnownField) -> str:
        field, join = known.field, known.join
        external = known.is_external
        arguments = [self._given(a, plain=external) for a in field.arguments]
        if join is not None:
            arguments += [self._from_context(item) for item in join.context_arguments]
        applied = [] if join is None else list(self._joined(join))
        if not external:
            if self.sharing.is_shared(self.view, type_, field) and not self._is_key(
                type_, field.name
            ):
                applied.append(self.carried.federation("shareable"))
            inherits = type_.kind is _INTERFACE and not self.view.is_interface_object(type_)
            directives = _without_access(field.directives) if inherits else field.directives
            applied += self.carried.applied(directives, "FIELD_DEFINITION")
        description = "" if external else _description(field.description)
        return (
            f"{description}{field.name}{self._arguments(arguments)}: {known.type} "
            f"{' '.join(applied)}"
        )

    def _joined(self, join: JoinField) -> Iterator[str]:
        carried = self.carried
        if join.external:
            yield carried.federation("external")
        if join.requires is not None:
            yield carried.federation("requires", f"(fields: {_string(join.requires)})")
        if join.provides is not None:
            yield carried.federation("provides", f"(fields: {_string(join.provides)})")
        if join.override is not None:
            label = join.override_label
            extra = f", label: {_string(label)}" if label is not None else ""
            yield carried.federation("override", f"(from: {_string(join.override)}{extra})")

    def _is_key(self, type_: TypeDef, name: str) -> bool:
        """Return whether a key of the subgraph has the field, which lets others have it too."""
        return any(join.key and name in join.key.split() for join in self.view.joins(type_))

    def _from_context(self, item: ContextArgument) -> str:
        name = item.context.rpartition("__")[2]
        field = _string(f"${name} {item.selection.strip()}")
        applied = self.carried.federation("fromContext", f"(field: {field})")
        return f"{item.name}: {item.type} {applied}"

    def _arguments(self, texts: Iterable[str]) -> str:
        body = "\n".join(texts)
        return f"({body})" if body else ""

    def _given(
        self,
        value: InputValue,
        own_type: str | None = None,
        location: str = "ARGUMENT_DEFINITION",
        *,
        plain: bool = False,
    ) -> str:
        """Return an argument or input field; `plain`: without what describes it."""
        default = "" if value.default is None else f" = {print_ast(value.default)}"
        text = f"{value.name}: {own_type or value.type}{default}"
        if plain:
            return text
        applied = " ".join(self.carried.applied(value.directives, location))
        return f"{_description(value.description)}{text} {applied}"


def _without_access(directives: Iterable[ConstDirectiveNode]) -> list[ConstDirectiveNode]:
    """Return what an interface says itself; it has its access requirements from below."""
    return [node for node in directives if node.name.value not in _ACCESS]


def _description(text: str | None) -> str:
    if text is None:
        return ""
    if is_printable_as_block_string(text):
        return print_block_string(text) + "\n"
    return _string(text) + "\n"


def _string(value: str) -> str:
    # GraphQL's escapes are JSON's; other characters stand for themselves.
    return json.dumps(value, ensure_ascii=False)
