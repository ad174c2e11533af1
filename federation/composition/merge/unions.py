"""Merging unions: all members any subgraph has."""

from __future__ import annotations

from collections.abc import Sequence

from federation.composition.merge.context import MergeContext, Source, names, places


def merge_members(
    context: MergeContext, name: str, sources: Sequence[Source]
) -> tuple[tuple[str, ...], tuple[tuple[str, str], ...]]:
    """Return the members, and who has which as (subgraph, member)."""
    members = tuple(dict.fromkeys(m for _, type_ in sources for m in type_.members))
    for member in members:
        lacking = [(s, t) for s, t in sources if member not in t.members]
        if lacking:
            context.diagnostics.report(
                "INCONSISTENT_UNION_MEMBER",
                f'The union "{name}" lacks its member "{member}" in {names(lacking)}. Add it '
                "there, if that subgraph can answer it.",
                name,
                places(sources),
            )
    return members, tuple((s.name, m) for s, type_ in sources for m in type_.members)
