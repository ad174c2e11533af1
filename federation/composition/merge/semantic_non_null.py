"""`@semanticNonNull`: null only with an error, as long as every subgraph that resolves it says so.

A level is a depth of list: `[0]` is the field itself, 1 the items. A subgraph whose type is
non-null at a level promises more than the directive does, so it agrees.
Source: nullability specification v0.4.
"""

from __future__ import annotations

from collections.abc import Sequence

from graphql import ConstDirectiveNode

from federation.composition.subgraph.state import FieldState, SubgraphState
from federation.language import ListOf, NonNull, TypeRef, parse_directive


def merge_semantic_non_null(
    merged: TypeRef, sources: Sequence[tuple[SubgraphState, FieldState]]
) -> tuple[ConstDirectiveNode, ...]:
    """Return the directive for a merged field, or nothing."""
    if not any(field.has("semanticNonNull") for _, field in sources):
        return ()
    strict = _strict_levels(merged)
    levels = sorted(
        level
        for level in range(_depth(merged) + 1)
        if level not in strict and all(_promises(field, level) for _, field in sources)
    )
    if not levels:
        return ()
    shown = "" if levels == [0] else f"(levels: [{', '.join(map(str, levels))}])"
    return (parse_directive(f"@semanticNonNull{shown}"),)


def _promises(field: FieldState, level: int) -> bool:
    if level in _strict_levels(field.type):
        return True
    levels = field.argument("semanticNonNull", "levels")
    if levels is None:
        levels = [0]
    return field.has("semanticNonNull") and level in (
        levels if isinstance(levels, list) else [levels]
    )


def _strict_levels(ref: TypeRef) -> set[int]:
    found, level = set(), 0
    while True:
        if isinstance(ref, NonNull):
            found.add(level)
            ref = ref.of
        if not isinstance(ref, ListOf):
            return found
        ref, level = ref.of, level + 1


def _depth(ref: TypeRef) -> int:
    inner = ref.of if isinstance(ref, NonNull) else ref
    return 1 + _depth(inner.of) if isinstance(inner, ListOf) else 0
