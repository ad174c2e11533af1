"""Random queries over the composed graph, with arguments that fit the small world.

The same query for the same seed. Depth and number of fields are bounded; a field whose arguments
cannot be filled is left out.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from random import Random
from typing import Any

from graphql import (
    GraphQLEnumType,
    GraphQLField,
    GraphQLInputObjectType,
    GraphQLInputType,
    GraphQLInterfaceType,
    GraphQLList,
    GraphQLNamedType,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLSchema,
    GraphQLUnionType,
    get_named_type,
    is_leaf_type,
    is_required_argument,
)

_DEPTH = 5
_FIELDS = 5


class RandomQueries:
    """`pools`: values by the name of a scalar, or of an argument where that is more telling."""

    def __init__(self, schema: GraphQLSchema, pools: Mapping[str, Sequence[Any]]) -> None:
        assert schema.query_type is not None
        self._query = schema.query_type
        self._schema = schema
        self._pools = pools

    def make(self, seed: int) -> str:
        """Return a query of some root fields."""
        random = Random(seed)
        names = random.sample(sorted(self._query.fields), 4)
        fields = [
            self._field(f"r{n}", self._query.fields[name], name, random, 0)
            for n, name in enumerate(names)
        ]
        found = [each for each in fields if each is not None]
        return "{ %s }" % " ".join(found or ["__typename"])

    def selection(self, type_: str, seed: int) -> str:
        """Return a selection of some fields of an object type."""
        found = self._selection(self._schema.type_map[type_], Random(seed), 1)
        return found or "{ __typename }"

    def _field(
        self, alias: str, field: GraphQLField, name: str, random: Random, depth: int
    ) -> str | None:
        arguments = []
        for key, argument in field.args.items():
            if not is_required_argument(argument) and random.random() < 0.6:
                continue
            value = self._value(key, argument.type, random)
            if value is not None:
                arguments.append(f"{key}: {value}")
            elif is_required_argument(argument):
                return None
        given = f"({', '.join(arguments)})" if arguments else ""
        shown = f"{alias}: {name}{given}" if alias else f"{name}{given}"
        type_ = get_named_type(field.type)
        if is_leaf_type(type_):
            return shown
        inner = self._selection(type_, random, depth + 1)
        return None if inner is None else f"{shown} {inner}"

    def _selection(self, type_: GraphQLNamedType, random: Random, depth: int) -> str | None:
        if isinstance(type_, GraphQLUnionType | GraphQLInterfaceType):
            parts = []
            for each in self._schema.get_possible_types(type_):
                inner = self._selection(each, random, depth)
                if inner is not None:
                    parts.append(f"... on {each.name} {inner}")
            # One type's fields may not merge with another's of the same name.
            return "{ __typename %s }" % " ".join(parts[:1])
        assert isinstance(type_, GraphQLObjectType)
        names = sorted(type_.fields)
        random.shuffle(names)
        found = []
        for name in names:
            field = type_.fields[name]
            if depth >= _DEPTH and not is_leaf_type(get_named_type(field.type)):
                continue
            made = self._field("", field, name, random, depth)
            if made is not None:
                found.append(made)
            if len(found) == _FIELDS:
                break
        return "{ %s }" % " ".join(found) if found else None

    def _value(self, name: str, type_: GraphQLInputType, random: Random) -> str | None:
        if isinstance(type_, GraphQLNonNull):
            type_ = type_.of_type
        if isinstance(type_, GraphQLList):
            inner = self._value(name, type_.of_type, random)
            return None if inner is None else f"[{inner}]"
        if isinstance(type_, GraphQLEnumType):
            return random.choice(sorted(type_.values))
        if isinstance(type_, GraphQLInputObjectType):
            if any(isinstance(each.type, GraphQLNonNull) for each in type_.fields.values()):
                return None
            key = random.choice(sorted(type_.fields))
            inner = self._value(key, type_.fields[key].type, random)
            return None if inner is None else "{%s: %s}" % (key, inner)
        pool = self._pools.get(name) or self._pools.get(get_named_type(type_).name)
        return None if not pool else random.choice(pool)
