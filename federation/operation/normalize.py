"""A parsed and validated document → `Operation`.

The order of passes, and why it is this one:

1. `select_operation` – nothing else of the document matters but its fragments.
2. `inline_fragments` – needs the schema (possible types); folds literal conditions.
3. `merge_selections` – needs selections of one place in one list.
4. `order_mutation` – needs selections as they were before merging.
5. `withhold_fields` – on demand: for a caller that the graph's access rules close something to;
   needs merged selections, since a rule holds for a field whichever fragment asked for it.
6. `lift_literals` – on demand (`Normalizer.lift`): for who keeps plans, not for who reads them.
"""

from __future__ import annotations

from graphql import (
    DocumentNode,
    FragmentDefinitionNode,
    OperationDefinitionNode,
    OperationType,
)

from federation.errors import RequestError
from federation.language import type_ref
from federation.operation.argument_needs import fields_needed_with_arguments
from federation.operation.model import Field, Operation, Variable
from federation.operation.passes.inline_fragments import InlineFragments
from federation.operation.passes.lift_literals import lift_literals
from federation.operation.passes.merge_selections import merge_selections
from federation.operation.passes.order_mutation import order_mutation
from federation.operation.passes.select_operation import select_operation
from federation.operation.possible_types import PossibleTypes
from federation.operation.values import print_value
from federation.plan.nodes import OperationKind
from federation.supergraph.model import Supergraph


class Normalizer:
    """Normalises documents for one supergraph; holds only what is derived from it."""

    def __init__(self, supergraph: Supergraph) -> None:
        self.supergraph = supergraph
        self._possible = PossibleTypes(supergraph)
        self._kept = fields_needed_with_arguments(supergraph)

    def lift(self, operation: Operation) -> Operation:
        """Return a normalised operation with variables for its literals, which it holds beside.

        Equal results (and fingerprints) mean: one plan serves both operations, each with its own
        `lifted` values; `coerce_variables` puts them among the client's.
        """
        return lift_literals(operation, self.supergraph, self._kept)

    def normalize(self, document: DocumentNode, operation_name: str | None = None) -> Operation:
        """Return the operation of `document` that is to be run.

        `document` must be valid for the API schema. Raises `RequestError` when the operation is
        not there or too large.
        """
        node = select_operation(document, operation_name)
        fragments = {
            d.name.value: d for d in document.definitions if isinstance(d, FragmentDefinitionNode)
        }
        kind, root = self._root(node)
        inlined = InlineFragments(self.supergraph, self._possible, fragments)
        raw = inlined.selections(node.selection_set, root)
        fields = [item for item in raw if isinstance(item, Field)]
        return Operation(
            kind=kind,
            name=node.name.value if node.name else None,
            root_type=root,
            variables=_variables(node),
            selections=merge_selections(raw),
            order=order_mutation(fields) if kind is OperationKind.MUTATION else (),
        )

    def _root(self, node: OperationDefinitionNode) -> tuple[OperationKind, str]:
        kind, root = {
            OperationType.QUERY: (OperationKind.QUERY, self.supergraph.query),
            OperationType.MUTATION: (OperationKind.MUTATION, self.supergraph.mutation),
            OperationType.SUBSCRIPTION: (
                OperationKind.SUBSCRIPTION,
                self.supergraph.subscription,
            ),
        }[node.operation]
        if root is None:
            raise RequestError(
                f"The graph has no {kind.value} type.", code="GRAPHQL_VALIDATION_FAILED"
            )
        return kind, root


def normalize(
    document: DocumentNode, supergraph: Supergraph, operation_name: str | None = None
) -> Operation:
    """Return the operation of `document`, normalised. See `Normalizer.normalize`."""
    return Normalizer(supergraph).normalize(document, operation_name)


def _variables(node: OperationDefinitionNode) -> tuple[Variable, ...]:
    return tuple(
        Variable(
            name=item.variable.name.value,
            type=type_ref(item.type),
            default=print_value(item.default_value) if item.default_value else None,
        )
        for item in node.variable_definitions or ()
    )
