"""Merged types of an earlier composition, to be taken again where nothing they depend on changed.

A merged type follows from its sources – the states of the subgraphs that define it, compared by
identity, since a kept subgraph keeps its state – and from the rest of the `MergeContext`: names of
subgraphs, composed directives, which types are below which. All of that is compared whole; when
it differs, everything is merged anew. Of the kinds only those are compared that can matter to
other types: of abstract types and of those below them. What merging reported is kept with the
type and told again.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass, fields
from typing import Any

from federation.composition.merge.context import MergeContext, Source
from federation.composition.result import Diagnostics
from federation.supergraph.model import TypeDef, TypeKind

_ABSTRACT = (TypeKind.INTERFACE, TypeKind.UNION)
_COMPARED_OTHERWISE = frozenset({"states", "diagnostics", "sources", "kinds"})


@dataclass(frozen=True, slots=True)
class _Merged:
    sources: tuple[Source, ...]
    uses: Hashable
    type: TypeDef
    findings: Diagnostics


class MergeMemo:
    """What one merge keeps for the next. Types that are gone are forgotten."""

    def __init__(self) -> None:
        self._surroundings: object = None
        self._known: dict[str, _Merged] = {}
        self._used: dict[str, _Merged] = {}

    def begin(self, context: MergeContext) -> None:
        """Start a merge; `context` is complete but for the types."""
        surroundings = _surroundings(context)
        self._known = self._used if surroundings == self._surroundings else {}
        self._used = {}
        self._surroundings = surroundings

    def end(self) -> None:
        """Finish a merge: forget what was not used again."""
        self._known = {}

    def merged(
        self,
        context: MergeContext,
        name: str,
        sources: Sequence[Source],
        merge: Callable[[], TypeDef],
        uses: Hashable = None,
    ) -> TypeDef:
        """Return the type as merged before, or as `merge` makes it.

        `uses` is what else the merging of this type depends on.
        """
        known = self._known.get(name)
        if known is None or known.uses != uses or not _same(known.sources, sources):
            outer, context.diagnostics = context.diagnostics, Diagnostics()
            try:
                known = _Merged(tuple(sources), uses, merge(), context.diagnostics)
            finally:
                context.diagnostics = outer
        self._used[name] = known
        context.diagnostics.include(known.findings)
        return known.type


def _same(known: Sequence[Source], sources: Sequence[Source]) -> bool:
    return len(known) == len(sources) and all(
        old[0] is new[0] and old[1] is new[1] for old, new in zip(known, sources, strict=True)
    )


def _surroundings(context: MergeContext) -> dict[str, Any]:
    """Return what any merged type may depend on, copied: the context is changed later."""
    below = {name for names in context.subtypes.values() for name in names}
    found: dict[str, Any] = {
        item.name: _copied(getattr(context, item.name))
        for item in fields(context)
        if item.name not in _COMPARED_OTHERWISE
    }
    found["names"] = [state.name for state in context.states]
    found["kinds"] = {
        name: kind for name, kind in context.kinds.items() if kind in _ABSTRACT or name in below
    }
    # Stand-ins for an interface have a say in all of its implementations.
    found["stand_ins"] = [
        (_Identity(state), _Identity(type_))
        for name in sorted(context.interface_objects)
        for state, type_ in context.interface_object_sources(name)
    ]
    return found


def _copied(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _copied(item) for key, item in value.items()}
    return type(value)(value) if isinstance(value, list | set) else value


class _Identity:
    """Equal only for the very same object, which it keeps alive meanwhile."""

    def __init__(self, value: object) -> None:
        self.value = value

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Identity) and other.value is self.value

    __hash__ = None  # type: ignore[assignment]
