"""Directives that operations may use. Those of the schema's own text are nobody's but its authors'.

A directive is known here by its executable locations; without one it does not exist for clients.
"""

from __future__ import annotations

from collections.abc import Iterator

from graphql import (
    DirectiveLocation,
    GraphQLDirective,
    GraphQLSchema,
    is_specified_directive,
)

from federation.supergraph.diff.change import Change, Severity
from federation.supergraph.diff.given import DIRECTIVE_ARGUMENT, given_changes
from federation.supergraph.diff.texts import description_change

_EXECUTABLE = frozenset(
    {
        DirectiveLocation.QUERY,
        DirectiveLocation.MUTATION,
        DirectiveLocation.SUBSCRIPTION,
        DirectiveLocation.FIELD,
        DirectiveLocation.FRAGMENT_DEFINITION,
        DirectiveLocation.FRAGMENT_SPREAD,
        DirectiveLocation.INLINE_FRAGMENT,
        DirectiveLocation.VARIABLE_DEFINITION,
    }
)


def directive_changes(old: GraphQLSchema, new: GraphQLSchema) -> Iterator[Change]:
    """Yield what changed among the directives of operations."""
    before, after = _executable(old), _executable(new)
    for name in before.keys() | after.keys():
        coordinate = f"@{name}"
        if name not in after:
            yield Change(
                "DIRECTIVE_REMOVED",
                coordinate,
                Severity.BREAKING,
                f"{coordinate} was removed; operations that use it become invalid.",
            )
        elif name not in before:
            yield Change("DIRECTIVE_ADDED", coordinate, Severity.SAFE, f"{coordinate} was added.")
        else:
            yield from _changed(before[name], after[name], coordinate)


def _executable(schema: GraphQLSchema) -> dict[str, GraphQLDirective]:
    return {
        directive.name: directive
        for directive in schema.directives
        if _EXECUTABLE & set(directive.locations) and not is_specified_directive(directive)
    }


def _changed(old: GraphQLDirective, new: GraphQLDirective, coordinate: str) -> Iterator[Change]:
    before, after = _EXECUTABLE & set(old.locations), _EXECUTABLE & set(new.locations)
    for location in before - after:
        yield Change(
            "DIRECTIVE_LOCATION_REMOVED",
            coordinate,
            Severity.BREAKING,
            f"{coordinate} may no longer stand at {location.name}; operations that have it there "
            "become invalid.",
        )
    for location in after - before:
        text = f"{coordinate} may stand at {location.name} now."
        yield Change("DIRECTIVE_LOCATION_ADDED", coordinate, Severity.SAFE, text)
    if old.is_repeatable and not new.is_repeatable:
        yield Change(
            "DIRECTIVE_REPEATABLE_REMOVED",
            coordinate,
            Severity.BREAKING,
            f"{coordinate} may no longer be repeated; operations that do become invalid.",
        )
    elif new.is_repeatable and not old.is_repeatable:
        text = f"{coordinate} may be repeated now."
        yield Change("DIRECTIVE_REPEATABLE_ADDED", coordinate, Severity.SAFE, text)
    yield from given_changes(old.args, new.args, f"{coordinate}({{}}:)", DIRECTIVE_ARGUMENT)
    yield from description_change(
        old.description, new.description, coordinate, "DIRECTIVE_DESCRIPTION_CHANGE"
    )
