"""`__typename` where the client has it, in a call that answers the whole operation.

Fetches ask for `__typename` first. Where one call brings all there is, its answer may be the
client's as it comes, if the members stand in the client's order (GraphQL October 2021 §7.2.2);
and clients that add `__typename` to what people write add it last.
"""

from __future__ import annotations

from collections.abc import Sequence

from federation.operation.model import Field, Selection
from federation.planning.fetch_graph import FetchGraph, SelectionDraft

_NAME = "__typename"


def place_typenames(graphs: Sequence[FetchGraph], selections: tuple[Selection, ...]) -> None:
    """Move `__typename` in the one call of a plan; plans of more calls stay as they are."""
    steps = [step for graph in graphs for step in graph.steps]
    if len(steps) == 1 and not steps[0].members and not steps[0].is_entity:
        _place(steps[0].selection, selections)


def _place(draft: SelectionDraft, selections: tuple[Selection, ...]) -> None:
    wanted = {one.key: one for one in selections if isinstance(one, Field)}
    fields = draft.fields
    own, asked = fields.get(_NAME), wanted.get(_NAME)
    if own is not None and asked is not None and asked.name == _NAME:
        order = list(wanted)
        before = set(order[: order.index(_NAME)])
        rest = [key for key in fields if key != _NAME]
        place = max((at for at, key in enumerate(rest, 1) if key in before), default=0)
        drafts = [(key, fields[key]) for key in (*rest[:place], _NAME, *rest[place:])]
        fields.clear()
        fields.update(drafts)
    for key, field in fields.items():
        if field.selection is not None and key in wanted:
            _place(field.selection, wanted[key].selections)
