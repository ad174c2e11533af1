"""Subgraphs → supergraph, stage by stage. Each stage stops the next when it finds errors.

The order of the given subgraphs does not matter: they are worked on by name.
"""

from __future__ import annotations

from collections.abc import Sequence

from federation.composition.merge.merge import merge_subgraphs
from federation.composition.result import Composed, Diagnostics, Rejected, SubgraphSource
from federation.composition.rules import RULES as SUPERGRAPH_RULES
from federation.composition.rules.names import check_names
from federation.composition.satisfiability import satisfiability_rule
from federation.composition.subgraph.parse import parse_subgraph
from federation.composition.subgraph.rules import RULES as SUBGRAPH_RULES
from federation.composition.subgraph.upgrade import upgrade_subgraphs
from federation.supergraph.printer import print_supergraph


def compose(subgraphs: Sequence[SubgraphSource]) -> Composed | Rejected:
    """Return the supergraph with hints, or the errors that forbid it."""
    diagnostics = Diagnostics()
    sources = sorted(subgraphs, key=lambda source: source.name)

    check_names(sources, diagnostics)
    if diagnostics.errors:
        return diagnostics.rejected()

    states = [parse_subgraph(source, diagnostics) for source in sources]
    parsed = [state for state in states if state is not None]
    if diagnostics.errors:
        return diagnostics.rejected()

    upgrade_subgraphs(parsed, diagnostics)
    if diagnostics.errors:
        return diagnostics.rejected()

    for state in parsed:
        for rule in SUBGRAPH_RULES:
            rule(state, diagnostics)
    if diagnostics.errors:
        return diagnostics.rejected()

    supergraph = merge_subgraphs(parsed, diagnostics)
    if not diagnostics.errors:
        for supergraph_rule in SUPERGRAPH_RULES:
            supergraph_rule(supergraph, parsed, diagnostics)
    if not diagnostics.errors:
        satisfiability_rule(supergraph, parsed, diagnostics)
    if diagnostics.errors:
        return diagnostics.rejected()

    return Composed(print_supergraph(supergraph), supergraph, tuple(diagnostics.hints))
