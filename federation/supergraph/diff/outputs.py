"""Objects, interfaces and unions: what clients get."""

from __future__ import annotations

from collections.abc import Iterator

from graphql import (
    GraphQLField,
    GraphQLInterfaceType,
    GraphQLObjectType,
    GraphQLUnionType,
)

from federation.supergraph.diff.change import Change, Severity
from federation.supergraph.diff.given import ARGUMENT, given_changes
from federation.supergraph.diff.texts import Deprecation, description_change
from federation.supergraph.diff.type_refs import is_narrower, is_wider

Composite = GraphQLObjectType | GraphQLInterfaceType

_DEPRECATION = Deprecation(
    "FIELD_DEPRECATED", "FIELD_DEPRECATION_REMOVED", "FIELD_DEPRECATED_REASON_CHANGE"
)


def composite_changes(old: Composite, new: Composite) -> Iterator[Change]:
    """Yield what changed in an object or interface type."""
    yield from _interface_changes(old, new)
    for name in old.fields.keys() | new.fields.keys():
        coordinate = f"{new.name}.{name}"
        if name not in new.fields:
            yield Change(
                "FIELD_REMOVED",
                coordinate,
                Severity.BREAKING,
                f'The field "{coordinate}" was removed; operations that select it become invalid.',
            )
        elif name not in old.fields:
            yield Change(
                "FIELD_ADDED",
                coordinate,
                Severity.SAFE,
                f'The field "{coordinate}" ({new.fields[name].type}) was added.',
            )
        else:
            yield from _field_changes(old.fields[name], new.fields[name], coordinate)


def _field_changes(old: GraphQLField, new: GraphQLField, coordinate: str) -> Iterator[Change]:
    if str(old.type) != str(new.type):
        text = f'The type of the field "{coordinate}" changed from {old.type} to {new.type}'
        if is_narrower(old.type, new.type):
            severity, effect = Severity.SAFE, "null is no longer answered."
        elif is_wider(old.type, new.type):
            severity, effect = Severity.BREAKING, "clients can get null where they could not."
        else:
            severity, effect = Severity.BREAKING, "clients may not understand what they get."
        yield Change("FIELD_CHANGED_TYPE", coordinate, severity, f"{text}; {effect}")
    yield from given_changes(old.args, new.args, f"{coordinate}({{}}:)", ARGUMENT)
    yield from description_change(
        old.description, new.description, coordinate, "FIELD_DESCRIPTION_CHANGE"
    )
    yield from _DEPRECATION.changes(old.deprecation_reason, new.deprecation_reason, coordinate)


def _interface_changes(old: Composite, new: Composite) -> Iterator[Change]:
    before = {interface.name for interface in old.interfaces}
    after = {interface.name for interface in new.interfaces}
    for name in before - after:
        yield Change(
            "TYPE_REMOVED_FROM_INTERFACE",
            new.name,
            Severity.BREAKING,
            f'"{new.name}" no longer implements the interface "{name}"; fragments that rely on it '
            "become invalid.",
        )
    for name in after - before:
        yield Change(
            "TYPE_ADDED_TO_INTERFACE",
            new.name,
            Severity.DANGEROUS,
            f'"{new.name}" implements the interface "{name}" now; clients that ask for the '
            "interface can get a type they do not know.",
        )


def union_changes(old: GraphQLUnionType, new: GraphQLUnionType) -> Iterator[Change]:
    """Yield what changed in a union."""
    before = {member.name for member in old.types}
    after = {member.name for member in new.types}
    for name in before - after:
        yield Change(
            "TYPE_REMOVED_FROM_UNION",
            new.name,
            Severity.BREAKING,
            f'The union "{new.name}" has lost its member "{name}"; fragments on it become invalid.',
        )
    for name in after - before:
        yield Change(
            "TYPE_ADDED_TO_UNION",
            new.name,
            Severity.DANGEROUS,
            f'The union "{new.name}" has "{name}" as a member now; clients can get a type they '
            "do not know.",
        )
