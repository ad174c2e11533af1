"""Plan → a function that estimates what each subgraph is asked for, by the graph's cost rules.

A call at the root costs what it selects; an entity call costs that for each object it may be asked
for: as many as there are at its paths in the answer, by the estimate of the operation. Calls of one
subgraph add up. All conditions are taken as met, so an estimate is never too low for them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from graphql import FieldNode, InlineFragmentNode, OperationDefinitionNode, SelectionSetNode, parse

from federation.execution.steps import Step
from federation.language import response_key
from federation.operation.cost_rules import MUTATION_COST, CostRules
from federation.operation.estimate_cost import CostWriter, Term
from federation.operation.model import Operation
from federation.operation.passes.inline_fragments import InlineFragments
from federation.operation.passes.merge_selections import merge_selections
from federation.plan.nodes import OperationKind, Path, PathKey
from federation.server.settings.demand_control import SubgraphDemands
from federation.supergraph.model import Supergraph

# Variables, whether slicing arguments must be as they should → cost by subgraph.
SubgraphCosts = Callable[[Mapping[str, Any], bool], Mapping[str, int]]


def subgraph_costs(
    steps: Sequence[Step],
    operation: Operation,
    supergraph: Supergraph,
    rules: CostRules,
    list_size: int,
    demands: SubgraphDemands,
) -> SubgraphCosts:
    """Return the estimate for the steps of `operation`'s plan."""
    places: dict[tuple[str, ...], Term] = {}
    writer = CostWriter(rules, list_size, places)
    writer.selections(operation.selections, None)
    writer.places = None
    fragments = InlineFragments(supergraph, rules.possible, {})
    totals: dict[str, list[Term]] = {}
    for step in steps:
        writer.list_size = demands.list_size_of(step.subgraph, list_size)
        cost = _step(step, writer, fragments, places, operation.root_type)
        totals.setdefault(step.subgraph, []).append(cost)
    members = (f"{name!r}: {writer.add(terms)}" for name, terms in totals.items())
    _, function = writer.function(f"{{{', '.join(list(members))}}}")
    return function


def _step(
    step: Step,
    writer: CostWriter,
    fragments: InlineFragments,
    places: Mapping[tuple[str, ...], Term],
    root: str,
) -> Term:
    (node,) = (
        definition
        for definition in parse(step.operation, no_location=True).definitions
        if isinstance(definition, OperationDefinitionNode)
    )
    base = MUTATION_COST if step.kind is OperationKind.MUTATION else 0
    batches = {batch.alias: batch.paths for batch in step.entities if batch.alias}
    if not batches:
        selections = merge_selections(fragments.selections(node.selection_set, root))
        return writer.add([base, writer.selections(selections, None)])
    terms: list[Term] = []
    for field in node.selection_set.selections:
        if isinstance(field, FieldNode) and field.selection_set is not None:
            paths = batches.get(response_key(field), ())
            count = writer.add(_objects(path, places, writer.list_size) for path in paths)
            terms.append(writer.times(count, _entity(field.selection_set, writer, fragments)))
    return writer.add(terms)


def _entity(node: SelectionSetNode, writer: CostWriter, fragments: InlineFragments) -> Term:
    """Return the cost of one entity: of the dearest type that is asked for."""
    costs: list[Term] = []
    for item in node.selections:
        if isinstance(item, InlineFragmentNode) and item.type_condition is not None:
            name = item.type_condition.name.value
            selections = merge_selections(fragments.selections(item.selection_set, name))
            own = writer.rules.of_type(name)
            costs.append(writer.add([own, writer.selections(selections, None)]))
    return writer.dearest(costs)


def _objects(path: Path, places: Mapping[tuple[str, ...], Term], list_size: int) -> Term:
    """Return how many objects there may be at a path of the data."""
    keys = _keys(path)
    found = places.get(keys)
    if found is not None:
        return found
    # A place the client did not ask for: each list on the way as large as lists are assumed.
    size = 1
    for element in path:
        if not isinstance(element, PathKey):
            size *= list_size
    return size


def _keys(path: Iterable[Any]) -> tuple[str, ...]:
    return tuple(element.key for element in path if isinstance(element, PathKey))
