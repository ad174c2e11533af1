"""What validation asks of a schema again and again, found out once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from graphql import (
    GraphQLArgument,
    GraphQLField,
    GraphQLIncludeDirective,
    GraphQLInterfaceType,
    GraphQLNamedType,
    GraphQLObjectType,
    GraphQLSchema,
    GraphQLSkipDirective,
    get_named_type,
    is_composite_type,
    is_leaf_type,
    is_list_type,
    is_non_null_type,
    is_required_argument,
)
from graphql.utilities import do_types_overlap


@dataclass(frozen=True, slots=True)
class FieldFacts:
    """`inner`: the type without lists and non-null. `required`: arguments that must be given.

    `shape`: what must be equal for two fields under one response key (§5.3.2,
    SameResponseShape): lists and non-null, and the name of a leaf's type.
    """

    inner: GraphQLNamedType
    is_leaf: bool
    arguments: Mapping[str, GraphQLArgument]
    required: frozenset[str]
    shape: str


class SchemaFacts:
    """For threads: what two of them find out together is the same."""

    def __init__(self, schema: GraphQLSchema) -> None:
        self.schema = schema
        self._fields: dict[str, Mapping[str, FieldFacts]] = {}
        self._overlaps: dict[tuple[str, str], bool] = {}
        self.conditions_are_standard = (
            schema.get_directive("skip") is GraphQLSkipDirective
            and schema.get_directive("include") is GraphQLIncludeDirective
        )

    def fields(self, parent: GraphQLNamedType) -> Mapping[str, FieldFacts]:
        """Return the fields of a type but the meta fields; none for a union."""
        known = self._fields.get(parent.name)
        if known is None:
            known = self._fields[parent.name] = (
                {name: _facts(field) for name, field in parent.fields.items()}
                if isinstance(parent, GraphQLObjectType | GraphQLInterfaceType)
                else {}
            )
        return known

    def condition(self, name: str) -> GraphQLNamedType | None:
        """Return the type that a fragment may name, or None."""
        found = self.schema.type_map.get(name)
        return found if is_composite_type(found) else None

    def may_meet(self, one: GraphQLNamedType, two: GraphQLNamedType) -> bool:
        """Whether an object can be of both types (§5.5.2.3)."""
        key = (one.name, two.name)
        known = self._overlaps.get(key)
        if known is None:
            assert is_composite_type(one)
            assert is_composite_type(two)
            known = self._overlaps[key] = do_types_overlap(self.schema, one, two)
        return known


def _facts(field: GraphQLField) -> FieldFacts:
    inner = get_named_type(field.type)
    return FieldFacts(
        inner=inner,
        is_leaf=is_leaf_type(inner),
        arguments=field.args,
        required=frozenset(
            name for name, argument in field.args.items() if is_required_argument(argument)
        ),
        shape=_shape(field.type),
    )


def _shape(kind: object) -> str:
    if is_non_null_type(kind):
        return f"{_shape(kind.of_type)}!"
    if is_list_type(kind):
        return f"[{_shape(kind.of_type)}]"
    return str(kind) if is_leaf_type(kind) else "{}"
