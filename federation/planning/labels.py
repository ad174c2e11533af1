"""Which progressive-override labels can change the plan of an operation.

A label stands on a field that one subgraph takes over from another while the label is active
(`@override(from:, label:)`). Plans depend on the labels active for a request, but only on those
of fields the operation touches: selected ones, and ones that field sets may lead through. For
these the set is not computed exactly; a label too many costs a second plan, one too few a wrong
answer.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from federation.operation.model import Fragment, Operation, Selection
from federation.operation.possible_types import PossibleTypes
from federation.supergraph.model import Supergraph

_WORD = re.compile(r"\w+")


class OverrideLabels:
    """Finds the labels of operations; built once per supergraph."""

    def __init__(self, supergraph: Supergraph, possible: PossibleTypes) -> None:
        self._possible = possible
        self._labels: dict[tuple[str, str], set[str]] = {}
        for name, type_def in supergraph.types.items():
            for field in type_def.fields.values():
                labels = {join.override_label for join in field.joins if join.override_label}
                if labels:
                    self._labels[name, field.name] = labels
        self._always = frozenset(self._needed(supergraph)) if self._labels else frozenset()

    def of(self, operation: Operation) -> tuple[str, ...]:
        """Return the labels that the operation's plan may depend on, sorted."""
        if not self._labels:
            return ()
        found = set(self._always)
        for parent, name in _fields(operation.selections):
            for type_name in (parent, *self._possible.of(parent)):
                found.update(self._labels.get((type_name, name), ()))
        return tuple(sorted(found))

    def _needed(self, supergraph: Supergraph) -> Iterator[str]:
        words: set[str] = set()
        for type_def in supergraph.types.values():
            for key in type_def.joins:
                words.update(_WORD.findall(key.key or ""))
            for field in type_def.fields.values():
                for join in field.joins:
                    words.update(_WORD.findall(join.requires or ""))
                    for argument in join.context_arguments:
                        words.update(_WORD.findall(argument.selection))
        for (_, name), labels in self._labels.items():
            if name in words:
                yield from labels


def _fields(selections: tuple[Selection, ...]) -> Iterator[tuple[str, str]]:
    for item in selections:
        if not isinstance(item, Fragment):
            yield item.parent, item.name
        yield from _fields(item.selections)
