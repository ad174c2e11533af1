"""Compute `Usage`: which fields of a subgraph are external, provided, used, shareable.

Runs when a subgraph is parsed, and again whenever the upgrade from Federation 1 has changed it.
"""

from __future__ import annotations

from collections.abc import Iterator

from federation.composition.subgraph import field_sets
from federation.composition.subgraph.contexts import (
    contextual_arguments,
    providers,
    reference,
)
from federation.composition.subgraph.state import Applied, FieldState, SubgraphState, Usage
from federation.language import named_type
from federation.supergraph.model import TypeKind


def compute_usage(state: SubgraphState) -> None:
    """Fill `state.usage`."""
    usage = state.usage = Usage()
    _collect_external(state, usage)
    _collect_used(state, usage)
    _collect_used_by_contexts(state, usage)
    _collect_shareable(state, usage)


def field_directives(state: SubgraphState, name: str) -> Iterator[tuple[FieldState, Applied]]:
    """Yield each field that has a directive, with the application."""
    for type_ in state.types.values():
        for field in type_.fields.values():
            for applied in field.applied(name):
                yield field, applied


def _collect_external(state: SubgraphState, usage: Usage) -> None:
    for type_ in state.types.values():
        if type_.kind is not TypeKind.OBJECT:
            continue
        external_parts = {applied.part for applied in type_.applied("external")}
        for field in type_.fields.values():
            if field.has("external") or field.part in external_parts:
                usage.external.add(field.coordinate)
        for applied in type_.applied("key"):
            if not (type_.parts[applied.part] or type_.has("extends")):
                continue
            for target in field_sets.targets(state, type_.name, field_sets.parse(applied)):
                if target.field.has("external"):
                    usage.fake_external.add(target.field.coordinate)
    usage.external -= usage.fake_external


def _collect_used(state: SubgraphState, usage: Usage) -> None:
    for type_ in state.types.values():
        for applied in type_.applied("key"):
            for target in field_sets.targets(state, type_.name, field_sets.parse(applied)):
                usage.used.add(target.field.coordinate)
        if type_.kind is TypeKind.INTERFACE:
            for implementation in state.implementations(type_.name):
                for name in type_.fields.keys() & implementation.fields.keys():
                    usage.used.add(f"{implementation.name}.{name}")
    for field, applied in field_directives(state, "requires"):
        for target in field_sets.targets(state, field.parent, field_sets.parse(applied)):
            usage.used.add(target.field.coordinate)
    for field, applied in field_directives(state, "provides"):
        parent = named_type(field.type)
        for target in field_sets.targets(state, parent, field_sets.parse(applied)):
            usage.used.add(target.field.coordinate)
            if target.field.coordinate in usage.external:
                usage.provided.add(target.field.coordinate)


def _collect_used_by_contexts(state: SubgraphState, usage: Usage) -> None:
    for type_ in state.types.values():
        for field in type_.fields.values():
            for argument in contextual_arguments(field):
                found = reference(argument)
                for owner in providers(state, found.context) if found else ():
                    selection_set = found.parse() if found else None
                    for target in field_sets.targets(state, owner.name, selection_set):
                        usage.used.add(target.field.coordinate)


def _collect_shareable(state: SubgraphState, usage: Usage) -> None:
    for type_ in state.types.values():
        if type_.kind is not TypeKind.OBJECT:
            continue
        for applied in type_.applied("key"):
            for target in field_sets.targets(state, type_.name, field_sets.parse(applied)):
                usage.shareable.add(target.field.coordinate)
        shared_parts = {applied.part for applied in type_.applied("shareable")}
        for field in type_.fields.values():
            if field.has("shareable") or field.part in shared_parts:
                usage.shareable.add(field.coordinate)
    usage.shareable |= usage.provided
