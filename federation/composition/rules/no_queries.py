"""Some subgraph must have a query."""

from __future__ import annotations

from collections.abc import Sequence

from federation.composition.result import Diagnostics
from federation.composition.subgraph.state import SubgraphState
from federation.supergraph.model import Supergraph


def no_queries_rule(
    supergraph: Supergraph, states: Sequence[SubgraphState], diagnostics: Diagnostics
) -> None:
    query = supergraph.types.get(supergraph.query)
    if query is None or not query.fields:
        diagnostics.report(
            "NO_QUERIES",
            "No subgraph has a query, so there would be nothing to ask. Add a field to type Query "
            "in at least one subgraph.",
            supergraph.query,
            [(state.name, None) for state in states],
        )
