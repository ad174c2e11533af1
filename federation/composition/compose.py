"""Subgraphs → supergraph, stage by stage. Each stage stops the next when it finds errors.

The order of the given subgraphs does not matter: they are worked on by name. What a stage makes of
one subgraph or one type can be `Kept` for the next composition (see `incremental`); the result is
the same with or without.
"""

from __future__ import annotations

from collections.abc import Sequence

from federation.composition.growing_heap import growing_heap
from federation.composition.kept import Kept
from federation.composition.merge.merge import merge_subgraphs
from federation.composition.result import Composed, Diagnostics, Rejected, SubgraphSource
from federation.composition.rules import RULES as SUPERGRAPH_RULES
from federation.composition.rules.names import check_names
from federation.composition.satisfiability import satisfiability_rule
from federation.composition.subgraph.upgrade import upgrade_subgraphs
from federation.supergraph.printer import print_supergraph


def compose(subgraphs: Sequence[SubgraphSource]) -> Composed | Rejected:
    """Return the supergraph with hints, or the errors that forbid it."""
    return compose_keeping(subgraphs, Kept())


def compose_keeping(subgraphs: Sequence[SubgraphSource], kept: Kept) -> Composed | Rejected:
    """Compose with what is kept of earlier compositions, and keep the new in its place."""
    with growing_heap():
        return _run_stages(subgraphs, kept)


def _run_stages(subgraphs: Sequence[SubgraphSource], kept: Kept) -> Composed | Rejected:
    diagnostics = Diagnostics()
    sources = sorted(subgraphs, key=lambda source: source.name)

    check_names(sources, diagnostics)
    if diagnostics.errors:
        return diagnostics.rejected()

    states = [kept.parsed(source, diagnostics) for source in sources]
    parsed = [state for state in states if state is not None]
    if diagnostics.errors:
        return diagnostics.rejected()

    upgrade_subgraphs(parsed, diagnostics)
    if diagnostics.errors:
        return diagnostics.rejected()

    for state in parsed:
        kept.check(state, diagnostics)
    if diagnostics.errors:
        return diagnostics.rejected()

    supergraph = merge_subgraphs(parsed, diagnostics, kept.merged)
    if not diagnostics.errors:
        for supergraph_rule in SUPERGRAPH_RULES:
            supergraph_rule(supergraph, parsed, diagnostics)
    if not diagnostics.errors:
        satisfiability_rule(supergraph, parsed, diagnostics)
    if diagnostics.errors:
        return diagnostics.rejected()

    return Composed(print_supergraph(supergraph), supergraph, tuple(diagnostics.hints))
