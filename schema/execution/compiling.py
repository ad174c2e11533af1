"""Makes the plans of a selection: of its fields, and of the values below them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from graphql import (
    GraphQLAbstractType,
    GraphQLLeafType,
    GraphQLList,
    GraphQLObjectType,
    GraphQLOutputType,
    is_abstract_type,
    is_leaf_type,
    is_list_type,
    is_non_null_type,
    is_object_type,
)
from graphql.execution.collect_fields import FieldDetailsList, GroupedFieldSet

from schema.execution.fields import (
    Attribute,
    AttributeAbove,
    FieldPlan,
    ResolvedField,
    Typename,
)
from schema.execution.leaves import Odd, Plain, leaf
from schema.execution.resolvers import attribute_of, resolver_of, strawberry_field
from schema.execution.values import (
    AbstractValue,
    ListValue,
    ObjectValue,
    OneObject,
    Selection,
    Value,
)

if TYPE_CHECKING:
    from schema.execution.executor import CompiledExecutor

_TYPENAME = "__typename"


def compile_selection(
    executor: CompiledExecutor, type_: GraphQLObjectType, grouped: GroupedFieldSet
) -> Selection:
    """Return the plan of the fields that are selected of an object type."""
    fields = [_field(executor, type_, name, details) for name, details in grouped.items()]
    return Selection(type_, fields, _plain_object(type_, fields))


def _field(
    executor: CompiledExecutor,
    parent: GraphQLObjectType,
    name: str,
    details: FieldDetailsList,
) -> FieldPlan:
    field_name = details[0].node.name.value
    if field_name == _TYPENAME:
        return Typename(name, parent, details)
    definition = executor.schema.get_field(parent, field_name)
    made_from = strawberry_field(definition) if definition is not None else None
    if definition is None or made_from is None:
        return FieldPlan(name, parent, details)
    config = executor.converting
    attribute = attribute_of(made_from, config.config)
    resolver = None if attribute is not None else resolver_of(made_from, config.config)
    if attribute is None and resolver is None:
        return FieldPlan(name, parent, details)
    what = f"{parent}.{field_name}"
    try:
        plain = _plain(executor, definition.type, details)
        value = None if plain is not None else _value(executor, definition.type, details, what)
    except Odd:
        return FieldPlan(name, parent, details)
    if resolver is not None:
        return ResolvedField(name, parent, details, definition, plain, value, resolver, config)
    assert attribute is not None
    if plain is not None:
        return Attribute(name, parent, details, attribute, plain)
    above = AttributeAbove(name, parent, details, definition, None, value)
    above.attribute = attribute
    return above


def _plain(
    executor: CompiledExecutor, type_: GraphQLOutputType, details: FieldDetailsList
) -> Plain | None:
    """Return what completes values of a type if nothing below has a resolver, else None."""
    if is_non_null_type(type_):
        return _plain_inner(executor, type_.of_type, details)
    inner = _plain_inner(executor, type_, details)
    if inner is None:
        return None

    def complete(value: Any) -> Any:
        return None if value is None else inner(value)

    return complete


def _plain_inner(executor: CompiledExecutor, type_: Any, details: FieldDetailsList) -> Plain | None:
    """Return the same for values that are not null."""
    if is_leaf_type(type_):
        found: GraphQLLeafType = type_
        return leaf(found)
    if is_list_type(type_):
        return _plain_list(executor, type_, details)
    if is_object_type(type_) and type_.is_type_of is None:
        return executor.selection(type_, details).plain
    return None


def _plain_list(
    executor: CompiledExecutor, type_: GraphQLList[Any], details: FieldDetailsList
) -> Plain | None:
    item = _plain(executor, type_.of_type, details)
    if item is None:
        return None

    def complete(value: Any) -> list[Any]:
        # An iterator could not be read again by graphql-core.
        if type(value) is not list and type(value) is not tuple:
            raise Odd
        return [item(each) for each in value]

    return complete


def _plain_object(type_: GraphQLObjectType, fields: list[FieldPlan]) -> Plain | None:
    """Return what completes an object whose fields all are attributes, else None."""
    if type_.is_type_of is not None:
        return None
    parts: list[tuple[str, str, Plain]] = []
    for field in fields:
        if isinstance(field, Attribute):
            parts.append((field.name, field.attribute, field.plain))
        elif isinstance(field, Typename):
            parts.append((field.name, "__class__", _always(type_.name)))
        else:
            return None

    def complete(value: Any) -> dict[str, Any]:
        if value is None or isinstance(value, Exception):
            raise Odd
        return {name: plain(getattr(value, attribute)) for name, attribute, plain in parts}

    return complete


def _always(text: str) -> Plain:
    return lambda _: text


def _value(
    executor: CompiledExecutor, type_: GraphQLOutputType, details: FieldDetailsList, what: str
) -> Value:
    """Return the plan of a value with resolvers below.

    Raises:
        Odd: there is none for this type.
    """
    null = None
    inner: Any = type_
    if is_non_null_type(type_):
        null = _null(what)
        inner = type_.of_type
    if is_list_type(inner):
        item = _object(executor, inner.of_type, details, what)
        return ListValue(item, inner.of_type, details, null)
    return OneObject(_object(executor, type_, details, what))


def _object(
    executor: CompiledExecutor, type_: GraphQLOutputType, details: FieldDetailsList, what: str
) -> ObjectValue:
    null = None
    inner: Any = type_
    if is_non_null_type(type_):
        null = _null(what)
        inner = type_.of_type
    if is_object_type(inner) and inner.is_type_of is None:
        return ObjectValue(executor.selection(inner, details), null)
    if is_abstract_type(inner):
        abstract: GraphQLAbstractType = inner
        return AbstractValue(abstract, what, details, null)
    raise Odd


def _null(what: str) -> str:
    """Return graphql-core's words for a null where there must be none."""
    return f"Cannot return null for non-nullable field {what}."
