"""Merging object and interface types: their fields from all subgraphs, checked and hinted."""

from __future__ import annotations

from collections.abc import Sequence

from federation.composition.merge.context import ROOTS, MergeContext, Source, names, places
from federation.composition.merge.fields import merge_field
from federation.composition.merge.overrides import FieldSource, resolve_overrides
from federation.composition.merge.runtime_types import check_runtime_types
from federation.composition.merge.sharing import check_sharing
from federation.composition.subgraph.state import SubgraphState, TypeState
from federation.supergraph.model import Field


def merge_object_fields(
    context: MergeContext, name: str, sources: Sequence[Source]
) -> dict[str, Field]:
    """Return the fields of an object type."""
    is_entity = _hint_inconsistent_entity(context, name, sources)
    merged = {}
    for field_name, having in _fields(sources).items():
        if not is_entity and name not in ROOTS:
            _hint_missing(context, sources, field_name, "OBJECT")
        overrides = resolve_overrides(context, having)
        if name == "Subscription":
            _check_subscription(context, having)
        merged[field_name] = merge_field(context, sources, having, overrides)
        check_sharing(context, name, field_name, having, overrides)
        check_runtime_types(context, having, overrides)
    return merged


def merge_interface_fields(
    context: MergeContext, name: str, sources: Sequence[Source]
) -> dict[str, Field]:
    """Return the fields of an interface, from interfaces and `@interfaceObject` types."""
    has_key = _check_keys(context, name, sources)
    _check_interface_objects(context, name, sources)
    merged = {}
    for field_name, having in _fields(sources).items():
        if not has_key:
            _hint_missing(context, sources, field_name, "INTERFACE")
        overrides = resolve_overrides(context, having)
        merged[field_name] = merge_field(context, sources, having, overrides)
    return merged


def _fields(sources: Sequence[Source]) -> dict[str, list[FieldSource]]:
    found: dict[str, list[FieldSource]] = {}
    for state, type_ in sources:
        for field in type_.fields.values():
            found.setdefault(field.name, []).append((state, field))
    return found


def _hint_inconsistent_entity(context: MergeContext, name: str, sources: Sequence[Source]) -> bool:
    entities = [(s, t) for s, t in sources if t.has("key")]
    others = [(s, t) for s, t in sources if not t.has("key")]
    if entities and others:
        context.diagnostics.report(
            "INCONSISTENT_ENTITY",
            f'"{name}" has a @key in {names(entities)} but not in {names(others)}. Add the key '
            "there, so that the graph can move to that subgraph.",
            name,
            places(sources),
        )
    return bool(entities)


def _hint_missing(
    context: MergeContext, sources: Sequence[Source], field_name: str, what: str
) -> None:
    lacking = [
        (state, type_)
        for state, type_ in sources
        if field_name not in type_.fields and not _all_external(state, type_)
    ]
    if lacking:
        coordinate = f"{sources[0][1].name}.{field_name}"
        context.diagnostics.report(
            f"INCONSISTENT_{what}_VALUE_TYPE_FIELD",
            f'"{coordinate}" is missing in {names(lacking)}. Add it there, if that subgraph can '
            "resolve it.",
            coordinate,
            places(sources),
        )


def _all_external(state: SubgraphState, type_: TypeState) -> bool:
    return all(field.coordinate in state.usage.external for field in type_.fields.values())


def _check_subscription(context: MergeContext, sources: Sequence[FieldSource]) -> None:
    sharing = [(s, f) for s, f in sources if f.coordinate in s.usage.shareable]
    if sharing:
        coordinate = sharing[0][1].coordinate
        context.diagnostics.report(
            "INVALID_FIELD_SHARING",
            f'"{coordinate}" is a root field of Subscription and @shareable in {names(sharing)}. '
            "An event stream comes from one subgraph: remove @shareable and keep one of them.",
            coordinate,
            places(sharing),
        )


def _check_keys(context: MergeContext, name: str, sources: Sequence[Source]) -> bool:
    """Return whether the interface has a resolvable key; check who must know all types below."""
    wanted = context.possible_types(name)
    has_key = False
    for state, type_ in sources:
        keys = type_.applied("key")
        resolvable = any(applied.arguments.get("resolvable", True) for applied in keys)
        if type_.is_interface_object or not resolvable:
            continue
        has_key = True
        missing = sorted(wanted - state.possible_types(name))
        if missing:
            context.diagnostics.report(
                "INTERFACE_KEY_MISSING_IMPLEMENTATION_TYPE",
                f'Subgraph "{state.name}" gives the interface "{name}" a @key, so it must define '
                f"every type that implements it; {', '.join(missing)} is missing. Add it, or "
                "make the key resolvable: false.",
                name,
                [(state.name, type_.node)],
            )
    return has_key


def _check_interface_objects(context: MergeContext, name: str, sources: Sequence[Source]) -> None:
    for state, type_ in sources:
        if not type_.is_interface_object:
            continue
        known = sorted(context.possible_types(name) & state.types.keys())
        if known:
            context.diagnostics.report(
                "INTERFACE_OBJECT_USAGE_ERROR",
                f'Subgraph "{state.name}" stands in for the interface "{name}" by '
                f"@interfaceObject and also defines {', '.join(known)}, which implements it. "
                "Do one or the other.",
                name,
                [(state.name, type_.node)],
            )
