"""Fetch step → the text its subgraph is sent, and the shape of the answer.

The text is compact: it is built once per plan and sent with every request.
"""

from __future__ import annotations

from collections.abc import Iterable

from federation.operation.model import Conditions, Literals, Operation
from federation.plan.nodes import (
    OperationKind,
    Selected,
    SelectedField,
    SelectedFragment,
)
from federation.planning.fetch_graph import FetchStep, FieldDraft, Guard, SelectionDraft
from federation.query_graph.model import QueryGraph


class OperationText:
    """Writes the steps of one operation."""

    def __init__(self, graph: QueryGraph, operation: Operation) -> None:
        self._graph = graph
        self._definitions = {v.name: v for v in operation.variables}

    def selection_text(self, step: FetchStep) -> tuple[str, set[str]]:
        """Return the step's selection set and the client's variables it uses."""
        used: set[str] = set()
        return self._selection(step.selection, step.guard, used), used

    def in_order(self, used: set[str]) -> tuple[str, ...]:
        """Return variables in the order the client defined them."""
        return tuple(name for name in self._definitions if name in used)

    def defines(self, variable: str) -> bool:
        """Whether the client's operation has a variable of this name."""
        return variable in self._definitions

    def free_prefix(self, prefix: str) -> str:
        """Return a prefix that no variable of the client begins with."""
        while any(name.startswith(prefix) for name in self._definitions):
            prefix = "_" + prefix
        return prefix

    def document(
        self,
        kind: OperationKind,
        name: str | None,
        variables: Iterable[str],
        extra: Iterable[str],
        body: str,
    ) -> str:
        """Return the operation around `body`; `extra` are further variable definitions."""
        defined = [*extra, *self.definitions(variables)]
        head = kind.value if name is None else f"{kind.value} {name}"
        if defined:
            return f"{head}({','.join(defined)}){body}"
        return body if head == "query" else head + body

    def definitions(self, variables: Iterable[str]) -> list[str]:
        """Return the definitions of variables of the client's."""
        defined = []
        for variable in variables:
            known = self._definitions[variable]
            text = f"${known.name}:{known.type}"
            defined.append(text if known.default is None else f"{text}={known.default}")
        return defined

    def shape(self, draft: SelectionDraft) -> tuple[Selected, ...]:
        """Return the shape of the answer to a selection."""
        found: list[Selected] = [
            SelectedField(item.key, item.name, self.shape(item.selection) if item.selection else ())
            for item in draft.fields.values()
        ]
        for type_name, inner in draft.fragments.items():
            possible = self._graph.possible.of(type_name)
            types = possible if type_name in possible else (*possible, type_name)
            found.append(SelectedFragment(types, self.shape(inner)))
        return tuple(found)

    def _selection(self, draft: SelectionDraft, guard: Guard, used: set[str]) -> str:
        parts = [self._field(item, guard, used) for item in draft.fields.values()]
        for type_name, inner in draft.fragments.items():
            if not inner.is_empty():
                parts.append(f"...on {type_name}{self._selection(inner, guard, used)}")
        return "{" + " ".join(parts) + "}" if parts else "{__typename}"

    def _field(self, item: FieldDraft, guard: Guard, used: set[str]) -> str:
        text = item.name if item.key == item.name else f"{item.key}:{item.name}"
        if item.arguments:
            text += "(" + ",".join(f"{a.name}:{a.text}" for a in item.arguments) + ")"
            for argument in item.arguments:
                used.update(argument.variables)
        written = []
        for literals in _alternatives(item.conditions, guard):
            below = ""
            if item.selection:
                below = self._selection(item.selection, guard.union(literals), used)
            written.append(_conditional(text, below, literals, used))
        return " ".join(written)


def _alternatives(conditions: Conditions, guard: Guard) -> list[Literals]:
    """Return the alternatives under which a field is wanted, without what holds here anyway."""
    if not conditions:
        return [()]
    left = [tuple(one for one in literals if one not in guard) for literals in conditions]
    return [()] if () in left else left


def _conditional(head: str, below: str, literals: Literals, used: set[str]) -> str:
    """Write a field under conditions that must all hold.

    Neither directive may be repeated at one place, so each further one gets a fragment around it.
    """
    seen: set[bool] = set()
    around: list[str] = []
    for name, wanted in literals:
        used.add(name)
        directive = f"@{'include' if wanted else 'skip'}(if:${name})"
        if wanted in seen:
            around.append(directive)
            continue
        seen.add(wanted)
        head += directive
    text = head + below
    for directive in around:
        text = f"...{directive}{{{text}}}"
    return text
