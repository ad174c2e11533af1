"""`__schema` and `__type`: answered by graphql-core on the API schema, beside the plan's fetches.

Of an operation only its introspection root fields are given to graphql-core; what they answer
goes to the executor as data it passes on untouched.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLSchema,
    InlineFragmentNode,
    OperationDefinitionNode,
    SelectionNode,
    SelectionSetNode,
    execute_sync,
)

_INTROSPECTION = ("__schema", "__type")

Fragments = Mapping[str, FragmentDefinitionNode]


@dataclass(slots=True)
class Introspection:
    """The introspection part of one operation.

    `constant`: no variable takes part, so one answer serves every request.
    """

    document: DocumentNode
    constant: bool
    _answer: dict[str, Any] | None = field(default=None, repr=False)

    @property
    def known(self) -> Mapping[str, Any] | None:
        """The answer, if it was computed before and is the same for every request."""
        return self._answer

    def answer(self, schema: GraphQLSchema, variables: Mapping[str, Any]) -> dict[str, Any]:
        """Return the root members; slow for a large schema. The caller must not change them."""
        result = execute_sync(schema, self.document, variable_values=dict(variables))
        if result.errors:
            raise RuntimeError(f"introspection failed: {result.errors[0]}")
        assert result.data is not None
        if self.constant:
            self._answer = result.data
        return result.data


def find_introspection(
    document: DocumentNode, operation: OperationDefinitionNode
) -> Introspection | None:
    """Return the introspection part of a valid operation, or None when it has none."""
    fragments = {
        node.name.value: node
        for node in document.definitions
        if isinstance(node, FragmentDefinitionNode)
    }
    selections = _introspection_of(operation.selection_set, fragments)
    if not selections:
        return None
    only = OperationDefinitionNode(
        operation=operation.operation,
        name=operation.name,
        variable_definitions=operation.variable_definitions,
        directives=(),
        selection_set=SelectionSetNode(selections=tuple(selections)),
    )
    definitions = (only, *fragments.values())
    return Introspection(
        DocumentNode(definitions=definitions), constant=not operation.variable_definitions
    )


def _introspection_of(selection_set: SelectionSetNode, fragments: Fragments) -> list[SelectionNode]:
    """Return the root selections with everything but introspection fields taken out.

    Fragments at the root are written out, with their own directives kept on an inline fragment.
    """
    kept: list[SelectionNode] = []
    for node in selection_set.selections:
        match node:
            case FieldNode():
                if node.name.value in _INTROSPECTION:
                    kept.append(node)
            case InlineFragmentNode() | FragmentSpreadNode():
                inner = (
                    node.selection_set
                    if isinstance(node, InlineFragmentNode)
                    else fragments[node.name.value].selection_set
                )
                selections = _introspection_of(inner, fragments)
                if selections:
                    kept.append(
                        InlineFragmentNode(
                            directives=node.directives,
                            selection_set=SelectionSetNode(selections=tuple(selections)),
                        )
                    )
    return kept
