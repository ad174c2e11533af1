"""Two schemas → all changes. One file per sort of element does the comparing; see `_TYPES`.

A type that is new or gone is one change; its members are not told one by one. Everything else is
told at the smallest element it is about.
"""

from __future__ import annotations

from collections.abc import Iterator

from graphql import (
    GraphQLEnumType,
    GraphQLInputObjectType,
    GraphQLInterfaceType,
    GraphQLNamedType,
    GraphQLObjectType,
    GraphQLScalarType,
    GraphQLSchema,
    GraphQLUnionType,
    get_named_type,
    is_introspection_type,
    is_specified_scalar_type,
)

from federation.supergraph.api_schema import build_api_schema
from federation.supergraph.diff.change import Change, Severity, in_order
from federation.supergraph.diff.directives import directive_changes
from federation.supergraph.diff.inputs import input_changes
from federation.supergraph.diff.leaves import enum_changes, scalar_changes
from federation.supergraph.diff.outputs import composite_changes, union_changes
from federation.supergraph.diff.texts import description_change
from federation.supergraph.model import Supergraph


def diff(old: GraphQLSchema | Supergraph, new: GraphQLSchema | Supergraph) -> tuple[Change, ...]:
    """Return what changed for clients, worst first, then by coordinate.

    Supergraphs are compared by their API schemas: who serves a field is not a client's business.
    Raises `SupergraphError` when a supergraph has no valid API schema.
    """
    before, after = _api_schema(old), _api_schema(new)
    return in_order(
        [
            *_schema_changes(before, after),
            *_type_changes(before, after),
            *directive_changes(before, after),
        ]
    )


def _api_schema(schema: GraphQLSchema | Supergraph) -> GraphQLSchema:
    return build_api_schema(schema) if isinstance(schema, Supergraph) else schema


def _schema_changes(old: GraphQLSchema, new: GraphQLSchema) -> Iterator[Change]:
    for operation in ("query", "mutation", "subscription"):
        before, after = _root_name(old, operation), _root_name(new, operation)
        if before == after:
            continue
        severity = Severity.BREAKING if before else Severity.SAFE
        yield Change(
            f"SCHEMA_{operation.upper()}_TYPE_CHANGED",
            "schema",
            severity,
            f"The {operation} root changed from {before or 'none'} to {after or 'none'}.",
        )
    yield from description_change(
        old.description, new.description, "schema", "SCHEMA_DESCRIPTION_CHANGE"
    )


def _root_name(schema: GraphQLSchema, operation: str) -> str | None:
    root: GraphQLObjectType | None = getattr(schema, f"{operation}_type")
    return root.name if root else None


def _type_changes(old: GraphQLSchema, new: GraphQLSchema) -> Iterator[Change]:
    before, after = _own_types(old), _own_types(new)
    inputs, outputs = used_types(old)[0], used_types(new)[1]
    for name in before.keys() | after.keys():
        if name not in after:
            yield Change(
                "TYPE_REMOVED",
                name,
                Severity.BREAKING,
                f'The {kind_name(before[name])} "{name}" was removed; operations that name it '
                "become invalid.",
            )
        elif name not in before:
            text = f'The {kind_name(after[name])} "{name}" was added.'
            yield Change("TYPE_ADDED", name, Severity.SAFE, text)
        elif type(before[name]) is not type(after[name]):
            yield Change(
                "TYPE_CHANGED_KIND",
                name,
                Severity.BREAKING,
                f'"{name}" changed from {kind_name(before[name])} to {kind_name(after[name])}.',
            )
        else:
            yield from description_change(
                before[name].description, after[name].description, name, "TYPE_DESCRIPTION_CHANGE"
            )
            yield from _same_kind(
                before[name], after[name], is_input=name in inputs, is_output=name in outputs
            )


def _same_kind(
    old: GraphQLNamedType, new: GraphQLNamedType, *, is_input: bool, is_output: bool
) -> Iterator[Change]:
    match old, new:
        case (GraphQLObjectType() | GraphQLInterfaceType(), _):
            assert isinstance(new, GraphQLObjectType | GraphQLInterfaceType)
            return composite_changes(old, new)
        case (GraphQLUnionType(), GraphQLUnionType()):
            return union_changes(old, new)
        case (GraphQLEnumType(), GraphQLEnumType()):
            return enum_changes(old, new, is_input=is_input, is_output=is_output)
        case (GraphQLInputObjectType(), GraphQLInputObjectType()):
            return input_changes(old, new)
        case (GraphQLScalarType(), GraphQLScalarType()):
            return scalar_changes(old, new)
    raise TypeError(f"not two types of one kind: {old!r}, {new!r}")


def _own_types(schema: GraphQLSchema) -> dict[str, GraphQLNamedType]:
    return {
        name: type_
        for name, type_ in schema.type_map.items()
        if not is_introspection_type(type_) and not is_specified_scalar_type(type_)
    }


def used_types(schema: GraphQLSchema) -> tuple[set[str], set[str]]:
    """Return the names of types that clients can give, and of those they can get."""
    inputs: set[str] = set()
    outputs: set[str] = set()
    for directive in schema.directives:
        inputs.update(get_named_type(a.type).name for a in directive.args.values())
    for type_ in _own_types(schema).values():
        if isinstance(type_, GraphQLObjectType | GraphQLInterfaceType):
            for field in type_.fields.values():
                outputs.add(get_named_type(field.type).name)
                inputs.update(get_named_type(a.type).name for a in field.args.values())
        elif isinstance(type_, GraphQLInputObjectType):
            inputs.update(get_named_type(f.type).name for f in type_.fields.values())
    return inputs, outputs


_KIND_NAMES: dict[type[GraphQLNamedType], str] = {
    GraphQLObjectType: "object type",
    GraphQLInterfaceType: "interface",
    GraphQLUnionType: "union",
    GraphQLEnumType: "enum",
    GraphQLInputObjectType: "input type",
    GraphQLScalarType: "scalar",
}


def kind_name(type_: GraphQLNamedType) -> str:
    """Return what messages call the kind of a type."""
    return _KIND_NAMES[type(type_)]
