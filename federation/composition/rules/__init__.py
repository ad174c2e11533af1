"""Rules about the merged supergraph, in the order their findings are told.

A rule reads the supergraph, and the subgraphs only to tell where something is written.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from federation.composition.result import Diagnostics
from federation.composition.rules.access import access_rule
from federation.composition.rules.api_schema import api_schema_rule
from federation.composition.rules.composed_locations import composed_locations_rule
from federation.composition.rules.contexts import contexts_rule
from federation.composition.rules.inaccessible import inaccessible_rule
from federation.composition.rules.interface_fields import interface_fields_rule
from federation.composition.rules.no_queries import no_queries_rule
from federation.composition.subgraph.state import SubgraphState
from federation.supergraph.model import Supergraph

SupergraphRule = Callable[[Supergraph, Sequence[SubgraphState], Diagnostics], None]

RULES: tuple[SupergraphRule, ...] = (
    no_queries_rule,
    interface_fields_rule,
    inaccessible_rule,
    access_rule,
    contexts_rule,
    composed_locations_rule,
    api_schema_rule,
)
