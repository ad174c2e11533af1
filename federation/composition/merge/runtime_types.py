"""A shared field of an interface or union type: its subgraphs must be able to answer the same.

Any of them may be asked. Where no object type is known to all of them, no answer could be right
everywhere (SHAREABLE_HAS_MISMATCHED_RUNTIME_TYPES); where they know different ones, the answer
may depend on who was asked (a hint).
"""

from __future__ import annotations

from collections.abc import Sequence

from federation.composition.merge.context import MergeContext, names, places
from federation.composition.merge.overrides import FieldSource, Overrides
from federation.language import named_type
from federation.supergraph.model import TypeKind

_ABSTRACT = (TypeKind.INTERFACE, TypeKind.UNION)


def check_runtime_types(
    context: MergeContext, sources: Sequence[FieldSource], overrides: Overrides
) -> None:
    """Report a field whose subgraphs do not know the same types to answer with."""
    resolving = [
        (state, field)
        for state, field in sources
        if not overrides.is_given_up(state.name) and field.coordinate not in state.usage.external
    ]
    if len(resolving) < 2 or context.kinds.get(named_type(resolving[0][1].type)) not in _ABSTRACT:
        return
    possible = [state.possible_types(named_type(field.type)) for state, field in resolving]
    if any(s.types[named_type(f.type)].is_interface_object for s, f in resolving):
        return
    common = set.intersection(*possible)
    if len({frozenset(types) for types in possible}) == 1:
        return
    coordinate = resolving[0][1].coordinate
    listing = "; ".join(
        f"{state.name}: {', '.join(sorted(types)) or 'none'}"
        for (state, _), types in zip(resolving, possible, strict=True)
    )
    if not common:
        context.diagnostics.report(
            "SHAREABLE_HAS_MISMATCHED_RUNTIME_TYPES",
            f'"{coordinate}" is shared by {names(resolving)}, but they have no object type in '
            f"common to answer with ({listing}). Shared fields must give the same answer: define "
            "the same types in all of them, or let one of them resolve the field.",
            coordinate,
            places(resolving),
        )
    else:
        context.diagnostics.report(
            "INCONSISTENT_RUNTIME_TYPES_FOR_SHAREABLE_RETURN",
            f'"{coordinate}" is shared by subgraphs that can answer with different types '
            f"({listing}). Shared fields must give the same answer: define the same types in all "
            "of them.",
            coordinate,
            places(resolving),
        )
