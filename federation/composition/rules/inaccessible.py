"""`@inaccessible` must leave a usable schema.

Source: inaccessible specification v0.2, "Validity". Types that GraphQL itself needs stay visible;
nothing visible may refer to, require, or consist only of what is hidden.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from graphql import (
    ConstValueNode,
    EnumValueNode,
    ListValueNode,
    ObjectValueNode,
)

from federation.composition.result import Diagnostics, Place
from federation.composition.subgraph.state import Element, SubgraphState
from federation.language import ListOf, Named, NonNull, TypeRef, named_type
from federation.supergraph.api_schema import hidden_types, is_inaccessible
from federation.supergraph.model import Field, InputValue, Supergraph, TypeDef, TypeKind


def inaccessible_rule(
    supergraph: Supergraph, states: Sequence[SubgraphState], diagnostics: Diagnostics
) -> None:
    check = _Check(supergraph, states, diagnostics)
    check.query_root()
    for type_ in supergraph.types.values():
        if type_.name not in check.hidden:
            check.type(type_)


class _Check:
    """One run of the rule: holds the hidden types and where to report."""

    def __init__(
        self, supergraph: Supergraph, states: Sequence[SubgraphState], diagnostics: Diagnostics
    ) -> None:
        self.supergraph = supergraph
        self.states = states
        self.diagnostics = diagnostics
        self.hidden = hidden_types(supergraph)

    def query_root(self) -> None:
        name = self.supergraph.query
        if name in self.hidden:
            self._report(
                "QUERY_ROOT_TYPE_INACCESSIBLE",
                f'"{name}" is the query root and cannot be @inaccessible: clients would see no '
                "schema at all. Remove the directive, or put it on single fields.",
                name,
            )

    def type(self, type_: TypeDef) -> None:
        for field in type_.fields.values():
            if not is_inaccessible(field.directives):
                self._field(type_, field)
        for value in type_.input_fields.values():
            coordinate = f"{type_.name}.{value.name}"
            self._input_value(value, coordinate, f"{type_.name}.{value.name}")
        for name in type_.interfaces:
            self._hidden_implementation(type_, name)
        self._children(type_)

    def _children(self, type_: TypeDef) -> None:
        match type_.kind:
            case TypeKind.OBJECT | TypeKind.INTERFACE:
                hidden = [is_inaccessible(f.directives) for f in type_.fields.values()]
                what = "fields"
            case TypeKind.INPUT:
                hidden = [is_inaccessible(f.directives) for f in type_.input_fields.values()]
                what = "fields"
            case TypeKind.ENUM:
                hidden = [is_inaccessible(v.directives) for v in type_.values.values()]
                what = "values"
            case TypeKind.UNION:
                hidden = [member in self.hidden for member in type_.members]
                what = "members"
            case _:
                return
        if hidden and all(hidden):
            self._report(
                "ONLY_INACCESSIBLE_CHILDREN",
                f'All {what} of "{type_.name}" are @inaccessible, but the type itself is not. '
                "Mark the type @inaccessible too, or leave something visible.",
                type_.name,
            )

    def _field(self, type_: TypeDef, field: Field) -> None:
        coordinate = f"{type_.name}.{field.name}"
        self._reference(field.type, coordinate)
        for argument in field.arguments:
            where = f"{coordinate}({argument.name}:)"
            self._input_value(argument, where, coordinate)
            if is_inaccessible(argument.directives):
                self._implemented_argument(type_, field, argument, where)

    def _hidden_implementation(self, type_: TypeDef, interface: str) -> None:
        definition = self.supergraph.types.get(interface)
        if definition is None or interface in self.hidden:
            return
        for field in definition.fields.values():
            own = type_.fields.get(field.name)
            if own is None or is_inaccessible(field.directives):
                continue
            if is_inaccessible(own.directives):
                coordinate = f"{type_.name}.{field.name}"
                self._report(
                    "IMPLEMENTED_BY_INACCESSIBLE",
                    f'"{coordinate}" is @inaccessible, but clients see the field in the interface '
                    f'"{interface}". Hide it there too, or show it here.',
                    coordinate,
                )

    def _implemented_argument(
        self, type_: TypeDef, field: Field, argument: InputValue, coordinate: str
    ) -> None:
        for name in type_.interfaces:
            interface = self.supergraph.types.get(name)
            other = interface.fields.get(field.name) if interface else None
            if other is None or name in self.hidden or is_inaccessible(other.directives):
                continue
            for wanted in other.arguments:
                if wanted.name == argument.name and not is_inaccessible(wanted.directives):
                    self._report(
                        "IMPLEMENTED_BY_INACCESSIBLE",
                        f'"{coordinate}" is @inaccessible, but clients see the argument in the '
                        f'interface "{name}". Hide it there too, or show it here.',
                        coordinate,
                    )

    def _input_value(self, value: InputValue, coordinate: str, parent: str) -> None:
        if is_inaccessible(value.directives):
            if isinstance(value.type, NonNull) and value.default is None:
                self._report(
                    "REQUIRED_INACCESSIBLE",
                    f'"{coordinate}" is @inaccessible but required, so clients could not use '
                    f'"{parent}". Make it optional, give it a default, or show it.',
                    coordinate,
                )
            return
        self._reference(value.type, coordinate)
        if value.default is not None:
            for name in self._hidden_in(value.default, value.type):
                self._report(
                    "DEFAULT_VALUE_USES_INACCESSIBLE",
                    f'The default value of "{coordinate}" uses "{name}", which is @inaccessible. '
                    "Choose another default, or show it.",
                    coordinate,
                )

    def _hidden_in(self, value: ConstValueNode, ref: TypeRef) -> Iterator[str]:
        """Yield the hidden enum values and input fields that a default value uses."""
        if isinstance(ref, NonNull):
            ref = ref.of
        if isinstance(value, ListValueNode):
            inner = ref.of if isinstance(ref, ListOf) else ref
            for item in value.values:
                yield from self._hidden_in(item, inner)
            return
        while not isinstance(ref, Named):  # a single value may stand for a list
            ref = ref.of
        type_ = self.supergraph.types.get(ref.name)
        if type_ is None:
            return
        if isinstance(value, EnumValueNode):
            found = type_.values.get(value.value)
            if found is not None and is_inaccessible(found.directives):
                yield f"{type_.name}.{value.value}"
        elif isinstance(value, ObjectValueNode):
            for member in value.fields:
                field = type_.input_fields.get(member.name.value)
                if field is not None:
                    if is_inaccessible(field.directives):
                        yield f"{type_.name}.{field.name}"
                    yield from self._hidden_in(member.value, field.type)

    def _reference(self, ref: TypeRef, coordinate: str) -> None:
        name = named_type(ref)
        if name in self.hidden:
            self._report(
                "REFERENCED_INACCESSIBLE",
                f'"{coordinate}" is visible, but its type "{name}" is @inaccessible. Mark it '
                "@inaccessible too, or show the type.",
                coordinate,
            )

    def _report(self, code: str, message: str, coordinate: str) -> None:
        places = list(_places(self.states, coordinate))
        self.diagnostics.report(code, message, coordinate, places)


def _places(states: Sequence[SubgraphState], coordinate: str) -> Iterator[Place]:
    parent, _, member = coordinate.partition("(")[0].partition(".")
    for state in states:
        type_ = state.types.get(parent)
        if type_ is None:
            continue
        element: Element | None = type_
        if member:
            element = type_.fields.get(member) or type_.input_fields.get(member)
        if element is not None:
            yield state.name, element.node
