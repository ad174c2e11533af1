"""Pass: do not ask in a fragment for what is asked of all types anyway.

Clients (and the leaves of several paths) select `id` on the interface and again on a type of it.
The answer's order is decided by the response shape, so the call can be shorter.
"""

from __future__ import annotations

from federation.operation.model import Conditions
from federation.planning.fetch_graph import FetchGraph, FieldDraft, SelectionDraft


def drop_duplicates(graph: FetchGraph) -> None:
    """Drop such selections from every step."""
    for step in graph.steps:
        for one in (step, *step.members):
            _clean(one.selection, {})


def _clean(draft: SelectionDraft, outer: dict[str, FieldDraft]) -> None:
    for key, item in list(draft.fields.items()):
        if _is_repeated(item, outer.get(key)):
            del draft.fields[key]
        elif item.selection is not None:
            _clean(item.selection, {})
    known = {**outer, **draft.fields}
    for type_name, inner in list(draft.fragments.items()):
        _clean(inner, known)
        if inner.is_empty():
            del draft.fragments[type_name]


def _is_repeated(item: FieldDraft, known: FieldDraft | None) -> bool:
    return (
        known is not None
        and item.selection is None
        and known.selection is None
        and _covers(known.conditions, item.conditions)
        and (known.name, known.arguments) == (item.name, item.arguments)
    )


def _covers(known: Conditions, other: Conditions) -> bool:
    """Whether `known` hold whenever `other` do."""
    return not known or (
        bool(other) and all(any(set(one) <= set(literals) for one in known) for literals in other)
    )
