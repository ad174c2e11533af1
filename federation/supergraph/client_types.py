"""Types of a supergraph → graphql-core's types as clients see them, one by one.

What clients see: see `api_schema`, which says the same as a document. A type's members are made
when they are first looked at.
"""

from __future__ import annotations

import threading
from collections.abc import Iterable
from typing import Any, cast

from graphql import (
    GraphQLArgument,
    GraphQLDefaultInput,
    GraphQLDeprecatedDirective,
    GraphQLEnumType,
    GraphQLEnumValue,
    GraphQLField,
    GraphQLInputField,
    GraphQLInputObjectType,
    GraphQLInterfaceType,
    GraphQLList,
    GraphQLNamedType,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLOneOfDirective,
    GraphQLScalarType,
    GraphQLSpecifiedByDirective,
    GraphQLUnionType,
    introspection_types,
    specified_scalar_types,
)
from graphql.execution import get_directive_values

from federation.errors import SupergraphError
from federation.language import ListOf, Named, NonNull, TypeRef, named_type
from federation.supergraph.api_schema import hidden_types, is_inaccessible
from federation.supergraph.model import EnumValue, Field, InputValue, Supergraph, TypeDef, TypeKind

BUILT_IN: dict[str, GraphQLNamedType] = {**specified_scalar_types, **introspection_types}

_OUTPUT = frozenset(TypeKind) - {TypeKind.INPUT}
_INPUT = frozenset({TypeKind.SCALAR, TypeKind.ENUM, TypeKind.INPUT})


class ClientTypes:
    """Makes each type once, in whichever thread asks first."""

    def __init__(self, supergraph: Supergraph) -> None:
        self._hidden = hidden_types(supergraph)
        self.visible = {
            name: type_ for name, type_ in supergraph.types.items() if name not in self._hidden
        }
        # Which types that need no definition are used, known after `check`.
        self.built_in: set[str] = set()
        self._made: dict[str, GraphQLNamedType] = {}
        self._making = threading.Lock()

    def check(self) -> None:
        """Raise `SupergraphError` where a member is of a type that is not there."""
        kinds = {name: type_.kind for name, type_ in self.visible.items()}
        kinds |= dict.fromkeys(specified_scalar_types, TypeKind.SCALAR)
        for type_ in self.visible.values():
            for field in self._shown(type_.fields.values()):
                self._check(kinds, named_type(field.type), _OUTPUT, f"{type_.name}.{field.name}")
                for argument in self._shown(field.arguments):
                    where = f"{type_.name}.{field.name}({argument.name}:)"
                    self._check(kinds, named_type(argument.type), _INPUT, where)
            for value in self._shown(type_.input_fields.values()):
                self._check(kinds, named_type(value.type), _INPUT, f"{type_.name}.{value.name}")
            for name in self._named(type_.interfaces):
                self._check(kinds, name, frozenset({TypeKind.INTERFACE}), type_.name)
            for name in self._named(type_.members):
                self._check(kinds, name, frozenset({TypeKind.OBJECT}), type_.name)

    def _check(
        self, kinds: dict[str, TypeKind], name: str, wanted: frozenset[TypeKind], where: str
    ) -> None:
        kind = kinds.get(name)
        if kind not in wanted:
            problem = "Unknown type" if kind is None else "Wrong kind of type"
            raise SupergraphError(
                f"The supergraph's API schema cannot be built: {problem}: '{name}' of {where}."
            )
        if name in BUILT_IN:
            self.built_in.add(name)

    def get(self, name: str) -> GraphQLNamedType | None:
        """Return a type by name, None for one that clients do not see."""
        known = self._made.get(name) or BUILT_IN.get(name)
        if known is not None or name not in self.visible:
            return known
        with self._making:
            known = self._made.get(name)
            if known is None:
                known = self._made[name] = self._make(self.visible[name])
        return known

    def implementing(self, name: str) -> tuple[list[str], list[str]]:
        """Return the names of object types and interfaces that implement an interface."""
        found: tuple[list[str], list[str]] = ([], [])
        for type_ in self.visible.values():
            if name in type_.interfaces:
                found[type_.kind is TypeKind.INTERFACE].append(type_.name)
        return found

    def input_values(self, values: Iterable[InputValue]) -> dict[str, GraphQLArgument]:
        """Return arguments as clients see them."""
        return {
            value.name: GraphQLArgument(
                self._ref(value.type),
                description=value.description,
                default=_default(value),
                deprecation_reason=_deprecation(value),
            )
            for value in self._shown(values)
        }

    def _make(self, type_: TypeDef) -> GraphQLNamedType:
        name, text = type_.name, type_.description
        match type_.kind:
            case TypeKind.SCALAR:
                given = _given(GraphQLSpecifiedByDirective, type_)
                url = given["url"] if given else None
                return GraphQLScalarType(name, description=text, specified_by_url=url)
            case TypeKind.OBJECT:
                return GraphQLObjectType(
                    name,
                    lambda: self._fields(type_),
                    lambda: self._all(type_.interfaces),
                    description=text,
                )
            case TypeKind.INTERFACE:
                return GraphQLInterfaceType(
                    name,
                    lambda: self._fields(type_),
                    lambda: self._all(type_.interfaces),
                    description=text,
                )
            case TypeKind.UNION:
                return GraphQLUnionType(name, lambda: self._all(type_.members), description=text)
            case TypeKind.ENUM:
                return GraphQLEnumType(name, _enum_values(type_), description=text)
            case TypeKind.INPUT:
                return GraphQLInputObjectType(
                    name,
                    lambda: self._input_fields(type_),
                    description=text,
                    is_one_of=_given(GraphQLOneOfDirective, type_) is not None,
                )

    def _fields(self, type_: TypeDef) -> dict[str, GraphQLField]:
        return {
            field.name: GraphQLField(
                self._ref(field.type),
                self.input_values(field.arguments),
                description=field.description,
                deprecation_reason=_deprecation(field),
            )
            for field in self._shown(type_.fields.values())
        }

    def _input_fields(self, type_: TypeDef) -> dict[str, GraphQLInputField]:
        return {
            value.name: GraphQLInputField(
                self._ref(value.type),
                description=value.description,
                default=_default(value),
                deprecation_reason=_deprecation(value),
            )
            for value in self._shown(type_.input_fields.values())
        }

    def _shown(self, members: Iterable[Any]) -> Iterable[Any]:
        hidden = self._hidden
        for member in members:
            if member.directives and is_inaccessible(member.directives):
                continue
            if not hidden or named_type(member.type) not in hidden:
                yield member

    def _named(self, names: Iterable[str]) -> list[str]:
        return [name for name in names if name not in self._hidden]

    def _all(self, names: Iterable[str]) -> list[Any]:
        return [self.get(name) for name in self._named(names)]

    def _ref(self, ref: TypeRef) -> Any:
        match ref:
            case Named(name):
                return self.get(name)
            case ListOf(of):
                return GraphQLList(self._ref(of))
            case NonNull(of):
                return GraphQLNonNull(self._ref(of))


def _given(directive: Any, of: TypeDef | Field | InputValue | EnumValue) -> dict[str, Any] | None:
    if not of.directives:
        return None
    # Of a node it looks at the directives alone.
    return get_directive_values(directive, cast(Any, of))


def _deprecation(of: Field | InputValue | EnumValue) -> str | None:
    given = _given(GraphQLDeprecatedDirective, of)
    return given["reason"] if given else None


def _default(value: InputValue) -> GraphQLDefaultInput | None:
    return None if value.default is None else GraphQLDefaultInput(literal=value.default)


def _enum_values(type_: TypeDef) -> dict[str, GraphQLEnumValue]:
    return {
        value.name: GraphQLEnumValue(
            value.name, description=value.description, deprecation_reason=_deprecation(value)
        )
        for value in type_.values.values()
        if not is_inaccessible(value.directives)
    }
