"""Pass: two operations' selections → what the first selects and the second does not.

For fetching: what an earlier part of an answer brings need not be asked again for a later one. A
selection under conditions may be missing, so it takes nothing away.
"""

from __future__ import annotations

from dataclasses import replace

from federation.operation.model import Field, Fragment, Selection

Selections = tuple[Selection, ...]


def subtract_selections(wanted: Selections, known: Selections) -> Selections:
    """Return `wanted` without what `known` selects of the same objects.

    >>> a, b = Field("a", "a", "T"), Field("b", "b", "T")
    >>> subtract_selections((a, b), (a,)) == (b,)
    True
    """
    there: dict[object, list[Field]] = {}
    for one in known:
        if isinstance(one, Field) and not one.conditions:
            there.setdefault((one.key, one.name, one.arguments), []).append(one)
    left: list[Selection] = []
    for item in wanted:
        if isinstance(item, Fragment):
            inner = subtract_selections(item.selections, _of_type(known, item.type_name))
            if inner:
                left.append(replace(item, selections=inner))
            continue
        same = there.get((item.key, item.name, item.arguments))
        if not same:
            left.append(item)
        elif item.selections:
            below = tuple(inner for one in same for inner in one.selections)
            inner = subtract_selections(item.selections, below)
            if inner:
                left.append(replace(item, selections=inner))
    return tuple(left)


def _of_type(known: Selections, type_name: str) -> Selections:
    """Return what is selected of objects of one concrete type."""
    return tuple(
        inner
        for item in known
        for inner in (
            (item,)
            if isinstance(item, Field)
            else item.selections
            if item.type_name == type_name
            else ()
        )
    )
