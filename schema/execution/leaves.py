"""Complete values of scalars and enums; any other class of value is left to graphql-core."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, time
from decimal import Decimal
from math import isfinite
from typing import Any, Final, TypeAlias
from uuid import UUID

from graphql import (
    GraphQLBoolean,
    GraphQLEnumType,
    GraphQLFloat,
    GraphQLID,
    GraphQLInt,
    GraphQLLeafType,
    GraphQLString,
    Undefined,
)
from strawberry.schema.schema_converter import CustomGraphQLEnumType

Plain: TypeAlias = Callable[[Any], Any]
"""Completes a value that needs no resolver; any exception means that graphql-core shall do it."""

_INTS: Final = range(-(2**31), 2**31)
_VALUES: Final = frozenset({str, int, float, bool, date, datetime, time, Decimal, UUID, dict, list})
"""Classes of values that custom scalars are asked to serialise; others may be promises."""


class Odd(Exception):
    """A value that plans do not cover; raised before anything was done with it."""


def leaf(type_: GraphQLLeafType) -> Plain:
    """Return what completes a value of a scalar or enum that is not null."""
    if isinstance(type_, CustomGraphQLEnumType):
        return _enum(type_)
    if isinstance(type_, GraphQLEnumType):
        return _custom(type_)
    return _BUILT_IN.get(type_) or _custom(type_)


def _enum(type_: CustomGraphQLEnumType) -> Plain:
    cls: Any = type_.wrapped_cls
    names: dict[str, str] = {
        member.name: name
        for member in cls
        for name, value in reversed(type_.values.items())
        if member.value == value.value
    }

    def complete(value: Any) -> str:
        if type(value) is not cls:
            raise Odd
        return names[value._name_]

    return complete


def _custom(type_: GraphQLLeafType) -> Plain:
    serialize = type_.coerce_output_value

    def complete(value: Any) -> Any:
        if type(value) not in _VALUES:
            raise Odd
        found = serialize(value)
        if found is None or found is Undefined:
            raise Odd
        return found

    return complete


def _text(value: Any) -> Any:
    if type(value) is not str:
        raise Odd
    return value


def _truth(value: Any) -> Any:
    if type(value) is not bool:
        raise Odd
    return value


def _int(value: Any) -> Any:
    if type(value) is not int or value not in _INTS:
        raise Odd
    return value


def _float(value: Any) -> Any:
    if type(value) is not float or not isfinite(value):
        raise Odd
    return value


_BUILT_IN: Final[dict[GraphQLLeafType, Plain]] = {
    GraphQLString: _text,
    GraphQLID: _text,
    GraphQLBoolean: _truth,
    GraphQLInt: _int,
    GraphQLFloat: _float,
}
