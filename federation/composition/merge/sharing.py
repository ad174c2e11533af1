"""Who resolves a field, and whether they may share it: INVALID_FIELD_SHARING."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from federation.composition.merge.context import MergeContext, names, places
from federation.composition.merge.overrides import FieldSource, Overrides
from federation.composition.subgraph.state import SubgraphState


def check_sharing(
    context: MergeContext,
    parent: str,
    name: str,
    sources: Sequence[FieldSource],
    overrides: Overrides,
) -> None:
    """Report a field of an object type that several subgraphs resolve without `@shareable`."""
    resolving = [
        (state, field)
        for state, field in sources
        if not overrides.is_given_up(state.name) and _resolves(state, field.coordinate)
    ]
    having = {state.name for state, _ in sources}
    resolving += [
        (state, field)
        for state, field in _stand_ins(context, parent, name)
        if state.name not in having and _resolves(state, field.coordinate)
    ]
    # A progressive override counts its two places as one: only one of them answers a request.
    counted = len(resolving) - (1 if overrides.labels else 0)
    refusing = [(s, f) for s, f in resolving if f.coordinate not in s.usage.shareable]
    if counted > 1 and refusing:
        context.diagnostics.report(
            "INVALID_FIELD_SHARING",
            f'"{parent}.{name}" is resolved by {names(resolving)}, but {names(refusing)} '
            "did not agree to share it. Mark the field @shareable in all of them if they give "
            "the same answer; otherwise delete it in all but one, or let one @override it.",
            f"{parent}.{name}",
            places(resolving),
        )


def _resolves(state: SubgraphState, coordinate: str) -> bool:
    return coordinate not in state.usage.external or coordinate in state.usage.provided


def _stand_ins(context: MergeContext, parent: str, name: str) -> Iterator[FieldSource]:
    """Yield the field as `@interfaceObject` types resolve it for an implementation."""
    for interface in context.interfaces.get(parent, ()):
        for state, type_ in context.interface_object_sources(interface):
            if parent not in state.types and name in type_.fields:
                yield state, type_.fields[name]
