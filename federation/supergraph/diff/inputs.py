"""Input types: what clients give as one object."""

from __future__ import annotations

from collections.abc import Iterator

from graphql import GraphQLInputObjectType

from federation.supergraph.diff.change import Change, Severity
from federation.supergraph.diff.given import INPUT_FIELD, given_changes


def input_changes(old: GraphQLInputObjectType, new: GraphQLInputObjectType) -> Iterator[Change]:
    """Yield what changed in an input type."""
    if new.is_one_of and not old.is_one_of:
        yield Change(
            "INPUT_OBJECT_ONE_OF_ADDED",
            new.name,
            Severity.BREAKING,
            f'"{new.name}" is @oneOf now; operations that give none or several of its fields '
            "become invalid.",
        )
    elif old.is_one_of and not new.is_one_of:
        yield Change(
            "INPUT_OBJECT_ONE_OF_REMOVED",
            new.name,
            Severity.SAFE,
            f'"{new.name}" is no longer @oneOf; giving one field stays possible.',
        )
    yield from given_changes(old.fields, new.fields, f"{new.name}.{{}}", INPUT_FIELD)
