"""Pass: literals of arguments become variables, so that their values are no part of the plan.

Operations that differ in literals only are then the same operation, with the same fingerprint and
one plan; the values stand beside it (`Operation.lifted`). Runs last: `@skip` and `@include` have
been folded, and equal selections merged.

An argument is lifted whole, typed as declared. Where a variable of the client is inside, or
something that JSON cannot say, the rest of it is lifted member by member. What stays text:

- in custom scalars: enum-like names, fractions and integers that a float may not hold. A subgraph
  reads them from its document digit by digit, but perhaps a variable's value as a float;
- arguments of fields that some `@requires` or `@key` names with arguments: what a representation
  needs is found by comparing these.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import replace
from decimal import Decimal
from typing import Any

from graphql import (
    BooleanValueNode,
    EnumValueNode,
    FloatValueNode,
    IntValueNode,
    ListValueNode,
    NullValueNode,
    ObjectValueNode,
    StringValueNode,
    ValueNode,
    VariableNode,
    parse_value,
)

from federation.language import ListOf, NonNull, TypeRef
from federation.operation.model import (
    Argument,
    Field,
    Fragment,
    Operation,
    Selection,
    Variable,
)
from federation.operation.values import print_value
from federation.supergraph.model import Supergraph, TypeKind

# Beyond this many different values the others stay text: no reader is made to parse a list of
# variables longer than the operation itself.
MAX_LIFTED = 500
# Integers of up to 15 digits are exact in a 64-bit float.
_MAX_DIGITS = 15

Coordinate = tuple[str, str]


def lift_literals(
    operation: Operation, supergraph: Supergraph, kept: Collection[Coordinate] = ()
) -> Operation:
    """Return the operation with variables for its literals; `kept` fields stay as they are."""
    return _Lifting(operation, supergraph, kept).run()


class _NotLiftableError(Exception):
    """The value, or a part of it, has to stay in the text."""


class _Lifting:
    def __init__(
        self, operation: Operation, supergraph: Supergraph, kept: Collection[Coordinate]
    ) -> None:
        self._operation = operation
        self._types = supergraph.types
        self._kept = kept
        self._prefix = _free_prefix(variable.name for variable in operation.variables)
        self._variables: dict[tuple[str, str], Variable] = {}
        self._values: dict[str, Any] = {}

    def run(self) -> Operation:
        selections = self._selections(self._operation.selections)
        if not self._values:
            return self._operation
        return replace(
            self._operation,
            variables=(*self._operation.variables, *self._variables.values()),
            selections=selections,
            lifted=self._values,
        )

    def _selections(self, selections: tuple[Selection, ...]) -> tuple[Selection, ...]:
        return tuple(
            replace(item, selections=self._selections(item.selections))
            if isinstance(item, Fragment)
            else self._field(item)
            for item in selections
        )

    def _field(self, field: Field) -> Field:
        if field.name.startswith("__"):
            return field
        arguments = field.arguments
        if arguments and (field.parent, field.name) not in self._kept:
            declared = self._types[field.parent].fields[field.name].arguments
            types = {argument.name: argument.type for argument in declared}
            arguments = tuple(self._argument(one, types[one.name]) for one in arguments)
        if arguments == field.arguments and not field.selections:
            return field
        return replace(field, arguments=arguments, selections=self._selections(field.selections))

    def _argument(self, argument: Argument, ref: TypeRef) -> Argument:
        node = parse_value(argument.text, no_location=True)
        variables: list[str] = []
        text = self._text(node, ref, variables)
        return Argument(argument.name, text, tuple(variables))

    def _text(self, node: ValueNode, ref: TypeRef, variables: list[str]) -> str:
        """Return what to write for a value; names of all variables in it go to `variables`."""
        try:
            value = self._value(node, ref)
            name = self._lift(ref, print_value(node), value)
        except _NotLiftableError:
            return self._partly(node, ref, variables)
        if name not in variables:
            variables.append(name)
        return f"${name}"

    def _lift(self, ref: TypeRef, text: str, value: Any) -> str:
        key = (str(ref), text)
        known = self._variables.get(key)
        if known is None:
            if len(self._variables) >= MAX_LIFTED:
                raise _NotLiftableError
            known = Variable(f"{self._prefix}{len(self._variables)}", ref)
            self._variables[key] = known
            self._values[known.name] = value
        return known.name

    def _partly(self, node: ValueNode, ref: TypeRef, variables: list[str]) -> str:
        ref = ref.of if isinstance(ref, NonNull) else ref
        if isinstance(node, ListValueNode) and isinstance(ref, ListOf):
            items = (self._text(item, ref.of, variables) for item in node.values)
            return "[" + ", ".join(items) + "]"
        if isinstance(node, ObjectValueNode) and not isinstance(ref, ListOf):
            declared = self._types[ref.name].input_fields if ref.name in self._types else {}
            if declared:
                members = (
                    f"{f.name.value}: "
                    + self._text(f.value, declared[f.name.value].type, variables)
                    for f in node.fields
                )
                return "{" + ", ".join(members) + "}"
        return print_value(node, variables)

    # Values as variables carry them

    def _value(self, node: ValueNode, ref: TypeRef) -> Any:
        """Return a literal as JSON data of a type. Raises `_NotLiftableError`."""
        if isinstance(node, VariableNode):
            raise _NotLiftableError
        ref = ref.of if isinstance(ref, NonNull) else ref
        if isinstance(node, NullValueNode):
            return None
        if isinstance(ref, ListOf):
            if isinstance(node, ListValueNode):
                return [self._value(item, ref.of) for item in node.values]
            return [self._value(node, ref.of)]
        known = self._types.get(ref.name)
        if known is not None and known.kind is TypeKind.INPUT:
            if not isinstance(node, ObjectValueNode):
                raise _NotLiftableError
            return {
                f.name.value: self._value(f.value, known.input_fields[f.name.value].type)
                for f in node.fields
            }
        if known is not None and known.kind is TypeKind.ENUM and isinstance(node, EnumValueNode):
            return node.value
        return _built_in(node, ref.name) if ref.name in _BUILT_IN else _custom(node)


_BUILT_IN = frozenset({"Int", "Float", "String", "Boolean", "ID"})


def _built_in(node: ValueNode, type_name: str) -> Any:
    match node:
        case StringValueNode() | BooleanValueNode():
            return node.value
        case IntValueNode() if type_name == "ID":
            return node.value
        case IntValueNode() if len(node.value) <= _MAX_DIGITS:
            return int(node.value)
        case IntValueNode() | FloatValueNode():
            return _exact(node.value)
    raise _NotLiftableError


def _exact(text: str) -> float | Decimal:
    """Return a number that is written with the same value as `text`."""
    number, exact = float(text), Decimal(text)
    return number if Decimal(repr(number)) == exact else exact


def _custom(node: ValueNode) -> Any:
    match node:
        case StringValueNode() | BooleanValueNode():
            return node.value
        case NullValueNode():
            return None
        case IntValueNode() if len(node.value) <= _MAX_DIGITS:
            return int(node.value)
        case ListValueNode():
            return [_custom(item) for item in node.values]
        case ObjectValueNode():
            return {f.name.value: _custom(f.value) for f in node.fields}
    raise _NotLiftableError


def _free_prefix(names: Iterable[str]) -> str:
    """Return a prefix that no variable of the client begins with.

    >>> _free_prefix(["first", "_l3"])
    '__l'
    """
    prefix, taken = "_l", tuple(names)
    while any(name.startswith(prefix) for name in taken):
        prefix = "_" + prefix
    return prefix
