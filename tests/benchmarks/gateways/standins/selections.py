"""Answer an operation from plain values: enough of GraphQL for what gateways ask of a stand-in.

A value of an object type is a dict with `__typename`; a field that takes arguments is a function of
them. The answer has the fields in the order asked, under their aliases, and `__typename` where it
is asked. What a stand-in does not know (directives, a field asked twice with selections) is refused
rather than answered wrongly. No validation: the schema is the gateway's affair.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

import orjson
from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    InlineFragmentNode,
    OperationDefinitionNode,
    OperationType,
    SelectionSetNode,
    parse,
    value_from_ast_untyped,
)

Value: TypeAlias = Any


@dataclass(frozen=True, slots=True)
class Asked:
    """A field: its response key, its arguments as literals and variables, and what is below it."""

    key: str
    name: str
    arguments: tuple[tuple[str, Any], ...]
    below: tuple[Asked | Condition, ...]


@dataclass(frozen=True, slots=True)
class Condition:
    """What is asked of objects of one type, of all where `on` is None."""

    on: str | None
    below: tuple[Asked | Condition, ...]


@dataclass(frozen=True, slots=True)
class Operation:
    """One operation. `defaults`: values of variables that a request may leave out."""

    kind: OperationType
    asked: tuple[Asked | Condition, ...]
    defaults: Mapping[str, Any]

    def answer(self, root: Mapping[str, Value], variables: Mapping[str, Any] | None) -> Value:
        """Return the data of the answer."""
        return _object(root, self.asked, {**self.defaults, **(variables or {})})


class Operations:
    """Operations by their text, each parsed once."""

    def __init__(self) -> None:
        self._known: dict[tuple[str, str | None], Operation] = {}

    def read(self, body: bytes) -> tuple[Operation, dict[str, Any]]:
        """Return what a request body asks for, and its variables."""
        request = orjson.loads(body)
        key = request["query"], request.get("operationName")
        operation = self._known.get(key)
        if operation is None:
            operation = self._known[key] = read_operation(*key)
        return operation, request.get("variables") or {}


def read_operation(text: str, name: str | None = None) -> Operation:
    """Return the operation of that name, or the only one. Raises `ValueError` where none is."""
    document = parse(text, no_location=True)
    found = [
        node
        for node in document.definitions
        if isinstance(node, OperationDefinitionNode)
        and (name is None or (node.name is not None and node.name.value == name))
    ]
    if len(found) != 1:
        raise ValueError(f"{len(found)} operations named {name}")
    [operation] = found
    defaults = {
        each.variable.name.value: value_from_ast_untyped(each.default_value)
        for each in operation.variable_definitions or ()
        if each.default_value is not None
    }
    asked = _selections(operation.selection_set, _fragments(document))
    return Operation(operation.operation, asked, defaults)


def _fragments(document: DocumentNode) -> dict[str, FragmentDefinitionNode]:
    return {
        node.name.value: node
        for node in document.definitions
        if isinstance(node, FragmentDefinitionNode)
    }


def _selections(
    found: SelectionSetNode | None, fragments: Mapping[str, FragmentDefinitionNode]
) -> tuple[Asked | Condition, ...]:
    asked: list[Asked | Condition] = []
    for node in found.selections if found is not None else ():
        if node.directives:
            raise ValueError("a stand-in knows no directives")
        if isinstance(node, FieldNode):
            key = (node.alias or node.name).value
            arguments = tuple((each.name.value, each.value) for each in node.arguments or ())
            below = _selections(node.selection_set, fragments)
            asked.append(Asked(key, node.name.value, arguments, below))
        elif isinstance(node, FragmentSpreadNode):
            fragment = fragments[node.name.value]
            below = _selections(fragment.selection_set, fragments)
            asked.append(Condition(fragment.type_condition.name.value, below))
        else:
            assert isinstance(node, InlineFragmentNode)
            on = None if node.type_condition is None else node.type_condition.name.value
            asked.append(Condition(on, _selections(node.selection_set, fragments)))
    return tuple(asked)


def _object(
    value: Mapping[str, Value],
    asked: tuple[Asked | Condition, ...],
    variables: dict[str, Any],
    out: dict[str, Any] | None = None,
) -> dict[str, Any]:
    out = {} if out is None else out
    for one in asked:
        if isinstance(one, Condition):
            if one.on is None or one.on == value["__typename"]:
                _object(value, one.below, variables, out)
            continue
        found = value[one.name]
        if callable(found):
            found = found(
                **{name: value_from_ast_untyped(node, variables) for name, node in one.arguments}
            )
        if one.key in out and one.below:
            raise ValueError(f"{one.key} is asked twice")
        out[one.key] = _completed(found, one.below, variables)
    return out


def _completed(
    value: Value, below: tuple[Asked | Condition, ...], variables: dict[str, Any]
) -> Value:
    if isinstance(value, list | tuple):
        return [_completed(each, below, variables) for each in value]
    if value is None or not below:
        return value
    return _object(value, below, variables)
