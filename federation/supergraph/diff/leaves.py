"""Enums and scalars. What a change of an enum means depends on where it is used."""

from __future__ import annotations

from collections.abc import Iterator

from graphql import GraphQLEnumType, GraphQLScalarType

from federation.supergraph.diff.change import Change, Severity
from federation.supergraph.diff.texts import Deprecation, description_change

_DEPRECATION = Deprecation(
    "ENUM_DEPRECATED", "ENUM_DEPRECATION_REMOVED", "ENUM_DEPRECATED_REASON_CHANGE"
)


def enum_changes(
    old: GraphQLEnumType, new: GraphQLEnumType, *, is_input: bool, is_output: bool
) -> Iterator[Change]:
    """Yield what changed in an enum.

    `is_input`: operations written for the old schema can give its values. `is_output`: answers of
    the new schema can have them.
    """
    for name in old.values.keys() | new.values.keys():
        coordinate = f"{new.name}.{name}"
        if name not in new.values:
            if is_input:
                severity, effect = Severity.BREAKING, "operations that give it become invalid."
            else:
                severity, effect = Severity.DANGEROUS, "answers have another value instead."
            text = f'The value "{coordinate}" was removed; {effect}'
            yield Change("VALUE_REMOVED_FROM_ENUM", coordinate, severity, text)
        elif name not in old.values:
            if is_output:
                severity, effect = Severity.DANGEROUS, "; clients can get a value they do not know."
            else:
                severity, effect = Severity.SAFE, "; it can only be given, never be answered."
            text = f'The value "{coordinate}" was added{effect}'
            yield Change("VALUE_ADDED_TO_ENUM", coordinate, severity, text)
        else:
            before, after = old.values[name], new.values[name]
            yield from description_change(
                before.description, after.description, coordinate, "ENUM_VALUE_DESCRIPTION_CHANGE"
            )
            yield from _DEPRECATION.changes(
                before.deprecation_reason, after.deprecation_reason, coordinate
            )


def scalar_changes(old: GraphQLScalarType, new: GraphQLScalarType) -> Iterator[Change]:
    """Yield the change of a scalar's specification: its values may be written differently now."""
    if old.specified_by_url != new.specified_by_url:
        yield Change(
            "SCALAR_SPECIFICATION_CHANGE",
            new.name,
            Severity.DANGEROUS,
            f'The scalar "{new.name}" is specified by {new.specified_by_url or "nothing"} instead '
            f"of {old.specified_by_url or 'nothing'}; its values may be written differently.",
        )
