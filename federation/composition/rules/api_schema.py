"""The schema clients would see must be valid GraphQL.

Last, and only a net: what is told here no other rule has told better.
"""

from __future__ import annotations

from collections.abc import Sequence

from graphql import validate_schema

from federation.composition.result import Diagnostics
from federation.composition.subgraph.state import SubgraphState
from federation.errors import SupergraphError
from federation.supergraph.api_schema import build_api_schema
from federation.supergraph.model import Supergraph


def api_schema_rule(
    supergraph: Supergraph, states: Sequence[SubgraphState], diagnostics: Diagnostics
) -> None:
    if diagnostics.errors:
        return
    try:
        problems = [error.message for error in validate_schema(build_api_schema(supergraph))]
    except SupergraphError as error:
        problems = [error.message]
    for problem in problems:
        diagnostics.report(
            "INVALID_GRAPHQL",
            f"Merged, the subgraphs do not make a valid schema: {problem} Compare the "
            "subgraphs that define this.",
            None,
            [(state.name, None) for state in states],
        )
