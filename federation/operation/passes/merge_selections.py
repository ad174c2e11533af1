"""Pass: merge selections of the same response key (GraphQL §6.3.2, §6.4.3 MergeSelectionSets).

Runs after fragments are dissolved, since merging looks at the members of one list. Order of
first appearance is kept: it is the order of the answer. Where two occurrences of one object
field are under different conditions, each one's condition moves down to its own selections.
"""

from __future__ import annotations

from dataclasses import replace

from federation.operation.model import Conditions, Field, Fragment, Selection, both, either


def merge_selections(selections: tuple[Selection, ...]) -> tuple[Selection, ...]:
    """Return the same selections without duplicates, at every level.

    >>> a, b = Field("a", "a", "T"), Field("b", "b", "T")
    >>> merge_selections((a, b, a)) == (a, b)
    True
    """
    if len(selections) == 1:
        only = selections[0]
        if isinstance(only, Field):
            return (_merged_field([only]),)
    fields: dict[str, list[Field]] = {}
    fragments: dict[str, list[Selection]] = {}
    order: list[tuple[bool, str]] = []
    for selection in selections:
        if isinstance(selection, Field):
            if selection.key not in fields:
                order.append((True, selection.key))
            fields.setdefault(selection.key, []).append(selection)
        else:
            if selection.type_name not in fragments:
                order.append((False, selection.type_name))
            fragments.setdefault(selection.type_name, []).extend(selection.selections)
    merged = {key: _merged_field(found) for key, found in fields.items()}
    result: list[Selection] = []
    for is_field, name in order:
        if is_field:
            result.append(merged[name])
            continue
        inner = tuple(_flat(fragments[name]))
        result.append(Fragment(name, merge_selections(inner)))
    return tuple(result)


def _flat(selections: list[Selection]) -> list[Selection]:
    """A fragment inside a fragment on the same object type is no further condition."""
    found: list[Selection] = []
    for selection in selections:
        if isinstance(selection, Fragment):
            found.extend(_flat(list(selection.selections)))
        else:
            found.append(selection)
    return found


def _merged_field(found: list[Field]) -> Field:
    first = found[0]
    conditions: Conditions = first.conditions
    if all(other.conditions == conditions for other in found):
        inner = [child for field in found for child in field.selections]
    else:
        inner = []
        for field in found:
            inner.extend(_under(field.selections, field.conditions))
            conditions = either(conditions, field.conditions)
    if len(found) == 1 and not inner:
        return first
    return replace(first, conditions=conditions, selections=merge_selections(tuple(inner)))


def _under(selections: tuple[Selection, ...], conditions: Conditions) -> list[Selection]:
    if not conditions:
        return list(selections)
    result: list[Selection] = []
    for selection in selections:
        if isinstance(selection, Fragment):
            inner = tuple(_under(selection.selections, conditions))
            if inner:
                result.append(Fragment(selection.type_name, inner))
            continue
        merged = both(selection.conditions, conditions)
        if merged is not None:
            result.append(replace(selection, conditions=merged))
    return result
