"""What kind a name is in the supergraph, and whether the subgraphs agree on it."""

from __future__ import annotations

from collections.abc import Sequence

from federation.composition.merge.context import ROOTS, MergeContext, Source, names, places
from federation.supergraph.model import TypeKind

# Prefixes of the types the supergraph itself defines.
_RESERVED = ("join__", "link__", "core__", "policy__", "requiresScopes__", "context__")


def resolve_kinds(context: MergeContext) -> None:
    """Fill `context.kinds`, and leave in `context.sources` only what is of that kind."""
    for name, sources in context.sources.items():
        if name.startswith(_RESERVED):
            context.diagnostics.report(
                "TYPE_DEFINITION_INVALID",
                f'The name "{name}" in {names(sources)} begins like those the supergraph defines '
                "for itself. Rename the type.",
                name,
                places(sources),
            )
        by_kind: dict[TypeKind, list[Source]] = {}
        for source in sources:
            by_kind.setdefault(_kind(source), []).append(source)
        if len(by_kind) > 1:
            listing = "; ".join(f"{names(s)}: {kind.value}" for kind, s in by_kind.items())
            context.diagnostics.report(
                "TYPE_KIND_MISMATCH",
                f'"{name}" is of different kinds ({listing}). Make it the same everywhere, or '
                "rename it in some of the subgraphs.",
                name,
                places(sources),
            )
        for kind, of_kind in by_kind.items():
            _check_base(context, name, of_kind)
            context.kinds.setdefault(name, kind)
        context.sources[name] = by_kind[context.kinds[name]]
        _check_interface_objects(context, name, context.sources[name])


def _kind(source: Source) -> TypeKind:
    return TypeKind.INTERFACE if source[1].is_interface_object else source[1].kind


def _check_base(context: MergeContext, name: str, sources: Sequence[Source]) -> None:
    if name in ROOTS or not all(type_.only_extensions for _, type_ in sources):
        return
    context.diagnostics.report(
        "EXTENSION_WITH_NO_BASE",
        f'"{name}" is extended in {names(sources)}, but no subgraph defines it. Remove the word '
        '"extend" in one of them, or add the subgraph that defines it.',
        name,
        places(sources),
    )


def _check_interface_objects(context: MergeContext, name: str, sources: Sequence[Source]) -> None:
    if all(type_.is_interface_object for _, type_ in sources):
        context.diagnostics.report(
            "INTERFACE_OBJECT_USAGE_ERROR",
            f'"{name}" is an @interfaceObject in {names(sources)}, but no subgraph defines it as '
            "an interface. Define the interface in at least one subgraph.",
            name,
            places(sources),
        )
