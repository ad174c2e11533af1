"""Merging type references: one type that all subgraphs' types fit.

Output types may widen (`String!` and `String` give `String`; an implementation and its interface
give the interface); input types may narrow (the strictest wins).
"""

from __future__ import annotations

from collections.abc import Sequence

from federation.composition.merge.context import MergeContext
from federation.language import ListOf, Named, NonNull, TypeRef


def is_subtype(context: MergeContext, lower: TypeRef, upper: TypeRef) -> bool:
    """Return whether each value of `lower` is a value of `upper` (or the types are equal)."""
    if lower == upper:
        return True
    if isinstance(lower, NonNull):
        if isinstance(upper, NonNull):
            return is_subtype(context, lower.of, upper.of)
        return is_subtype(context, lower.of, upper)
    if isinstance(lower, ListOf) and isinstance(upper, ListOf):
        return is_subtype(context, lower.of, upper.of)
    if isinstance(lower, Named) and isinstance(upper, Named):
        return lower.name in context.subtypes.get(upper.name, ())
    return False


def common_output_type(context: MergeContext, refs: Sequence[TypeRef]) -> TypeRef | None:
    """Return the widest of the types, if all others fit it."""
    for candidate in dict.fromkeys(refs):
        if all(is_subtype(context, ref, candidate) for ref in refs):
            return candidate
    return None


def common_input_type(context: MergeContext, refs: Sequence[TypeRef]) -> TypeRef | None:
    """Return the strictest of the types, if it fits all others."""
    for candidate in dict.fromkeys(refs):
        if all(is_subtype(context, candidate, ref) for ref in refs):
            return candidate
    return None
