"""What is prepared of a document for demand control: how to estimate it, and to count answers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from federation.execution.steps import Step
from federation.operation.estimate_cost import CostEstimate, estimate_cost
from federation.operation.model import Operation
from federation.registry.schema import Schema
from federation.server.demand.actual_cost import ActualCost
from federation.server.demand.by_subgraph import SubgraphCosts, subgraph_costs
from federation.server.settings.demand_control import DemandControlSection


@dataclass(frozen=True, slots=True)
class DocumentCosts:
    """`subgraphs`, `actual`: None where the settings do not ask for them."""

    estimate: CostEstimate
    subgraphs: SubgraphCosts | None = None
    actual: ActualCost | None = None


def document_costs(
    schema: Schema, operation: Operation, steps: Sequence[Step], section: DemandControlSection
) -> DocumentCosts | None:
    """Return the costs of a planned operation; None when demand control is off."""
    if not section.enabled:
        return None
    strategy = section.strategy.static_estimated
    rules, demands = schema.costs, strategy.subgraph
    return DocumentCosts(
        estimate_cost(operation, rules, strategy.list_size),
        subgraph_costs(steps, operation, schema.supergraph, rules, strategy.list_size, demands)
        if demands.any
        else None,
        None if strategy.actual_cost_mode == "off" else ActualCost(operation, rules),
    )
