"""Coercion of a request's variables (GraphQL October 2021 §6.1.2 CoerceVariableValues).

Values are checked, not converted: what the client sent goes to the subgraphs as it came, so that
integers over 64 bits and long decimals stay whole and custom scalars untouched. The
only change made is what the specification demands: a single value where a list is declared
becomes a list (§3.11). Defaults of input fields are the subgraph's business, which knows them.

A default holding a fraction is left to the subgraph, whose operation text carries it digit by
digit; as a Python float it could lose some.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from copy import deepcopy
from decimal import Decimal
from functools import lru_cache
from typing import Any

from graphql import (
    FloatValueNode,
    GraphQLEnumType,
    GraphQLInputObjectType,
    GraphQLSchema,
    ValueNode,
    Visitor,
    parse_const_value,
    value_from_ast_untyped,
    visit,
)

from federation.errors import RequestError
from federation.language import ListOf, NonNull, TypeRef, parse_type_ref
from federation.operation.model import Operation, Variable

CODE = "VALIDATION_INVALID_TYPE_VARIABLE"
# Deeper input is an attack on recursion, not data.
MAX_DEPTH = 200


def coerce_variables(
    schema: GraphQLSchema, operation: Operation, given: Mapping[str, Any]
) -> dict[str, Any]:
    """Return the values for the operation's variables. `schema` is the API schema.

    Raises `RequestError` (`VALIDATION_INVALID_TYPE_VARIABLE`) naming the variable and the place
    in it. Values of variables the operation does not define are ignored (§6.1.2).
    """
    values: dict[str, Any] = {}
    if not operation.variables:
        return values
    coercion = _Coercion(schema)
    for variable in operation.variables:
        if variable.name in operation.lifted:
            values[variable.name] = operation.lifted[variable.name]
        elif variable.name in given:
            where = f"${variable.name}"
            values[variable.name] = coercion.value(variable.type, given[variable.name], where, 0)
        elif variable.default is not None:
            _fill_default(variable, values, coercion)
        elif isinstance(variable.type, NonNull):
            raise _error(f"${variable.name}", f"of type {variable.type} must be given.")
    return values


def _fill_default(variable: Variable, values: dict[str, Any], coercion: _Coercion) -> None:
    assert variable.default is not None
    known = _default(variable.default)
    if known is not None:
        # What is given to one request must not be there for all.
        value = deepcopy(known[0]) if known[0].__class__ in (dict, list) else known[0]
        values[variable.name] = coercion.value(variable.type, value, f"${variable.name}", 0)


@lru_cache(maxsize=1024)
def _default(text: str) -> tuple[Any] | None:
    """Return the value written in `text`, None for what is left to the subgraph."""
    node = parse_const_value(text)
    return None if _has_fraction(node) else (value_from_ast_untyped(node),)


class _FractionFinder(Visitor):
    def __init__(self) -> None:
        super().__init__()
        self.found = False

    def enter_float_value(self, _node: FloatValueNode, *_args: Any) -> None:
        self.found = True


def _has_fraction(node: ValueNode) -> bool:
    finder = _FractionFinder()
    visit(node, finder)
    return finder.found


class _Coercion:
    def __init__(self, schema: GraphQLSchema) -> None:
        self._schema = schema

    def value(self, ref: TypeRef, value: Any, where: str, depth: int) -> Any:
        if depth > MAX_DEPTH:
            raise _error(where, f"is nested deeper than {MAX_DEPTH} levels.")
        if isinstance(ref, NonNull):
            if value is None:
                raise _error(where, f"of type {ref} must not be null.")
            ref = ref.of
        if value is None:
            return None
        if isinstance(ref, ListOf):
            if not isinstance(value, list):
                return [self.value(ref.of, value, where, depth + 1)]
            return [
                self.value(ref.of, item, f"{where}[{index}]", depth + 1)
                for index, item in enumerate(value)
            ]
        return self._named(ref.name, value, where, depth)

    def _named(self, name: str, value: Any, where: str, depth: int) -> Any:
        check = _BUILT_IN.get(name)
        if check is not None:
            if not check(value):
                raise _error(where, f"must be a value of type {name}.")
            return value
        known = self._schema.get_type(name)
        if isinstance(known, GraphQLEnumType):
            if not isinstance(value, str) or value not in known.values:
                raise _error(where, f"must be a value of the enum {name}.")
        elif isinstance(known, GraphQLInputObjectType):
            return self._input(known, value, where, depth)
        return value

    def _input(
        self, known: GraphQLInputObjectType, value: Any, where: str, depth: int
    ) -> dict[str, Any]:
        if not isinstance(value, dict):
            raise _error(where, f"must be an object of type {known.name}.")
        for name in value:
            if name not in known.fields:
                raise _error(where, f'has a field "{name}", which {known.name} does not have.')
        if known.is_one_of and (len(value) != 1 or None in value.values()):
            raise _error(where, f"must have exactly one field of {known.name}, and not null.")
        result: dict[str, Any] = {}
        for name, field in known.fields.items():
            inner = f"{where}.{name}"
            if name in value:
                ref = parse_type_ref(str(field.type))
                result[name] = self.value(ref, value[name], inner, depth + 1)
            elif isinstance(parse_type_ref(str(field.type)), NonNull) and _has_no_default(field):
                raise _error(inner, f"of type {field.type} must be given.")
        return result


def _has_no_default(field: Any) -> bool:
    return field.default is None


def _is_int(value: Any) -> bool:
    if isinstance(value, bool) or not isinstance(value, int | float | Decimal):
        return False
    return value == int(value) and -(2**31) <= value < 2**31 if _is_finite(value) else False


def _is_float(value: Any) -> bool:
    return (
        not isinstance(value, bool)
        and isinstance(value, int | float | Decimal)
        and _is_finite(value)
    )


def _is_finite(value: float | Decimal) -> bool:
    return value == value and abs(value) != float("inf")


_BUILT_IN: dict[str, Callable[[Any], bool]] = {
    "Int": _is_int,
    "Float": _is_float,
    "String": lambda value: isinstance(value, str),
    "Boolean": lambda value: isinstance(value, bool),
    # §3.5.5: input as string or integer.
    "ID": lambda value: isinstance(value, str | int) and not isinstance(value, bool),
}


def _error(where: str, problem: str) -> RequestError:
    return RequestError(f"Variable {where} {problem}", code=CODE)
