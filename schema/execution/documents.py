"""What is known of a document once it was read: its operation, and the plans of its selections.

A gateway asks with the same texts for ever. So a text is parsed, validated and planned once, and a
request of it begins with its variables.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from inspect import isawaitable
from typing import Any, Final

from graphql import (
    DirectiveNode,
    DocumentNode,
    FragmentDefinitionNode,
    GraphQLError,
    GraphQLSchema,
    OperationDefinitionNode,
    OperationType,
    VariableNode,
    Visitor,
    default_type_resolver,
    parse,
    specified_rules,
    visit,
)
from graphql.execution.collect_fields import FragmentDetails, GroupedFieldSet, collect_fields
from graphql.execution.executor import default_field_resolver
from graphql.execution.values import VariableValues, get_variable_values
from strawberry.execution import optimized_is_awaitable
from strawberry.schema.schema import validate_document
from strawberry.types import ExecutionResult

from schema.execution.executor import CompiledExecutor, Plans

MOST_VARIANTS: Final = 32
"""Outcomes of `@skip` and `@include` whose plans are kept for one document."""


@dataclass(frozen=True, slots=True)
class Document:
    """A valid document of one query. `conditions`: the variables of its `@skip` and `@include`."""

    schema: GraphQLSchema
    operation: OperationDefinitionNode
    definitions: Mapping[str, FragmentDefinitionNode]
    fragments: Mapping[str, FragmentDetails]
    conditions: tuple[str, ...]
    variants: dict[tuple[object, ...], Plans] = field(default_factory=dict)

    def serves(self, operation_name: str | None) -> bool:
        """Whether a request that names this operation, or none, is for the query."""
        name = self.operation.name
        return operation_name is None or (name is not None and name.value == operation_name)

    async def execute(
        self, variables: Mapping[str, Any] | None, context: object
    ) -> ExecutionResult:
        """Return the result of a request, as Strawberry would."""
        values = get_variable_values(
            self.schema, self.operation.variable_definitions or (), dict(variables or {})
        )
        if isinstance(values, list):
            return ExecutionResult(data=None, errors=values)
        plans = self._plans(values)
        executor = CompiledExecutor(
            self.schema,
            self.definitions,
            self.fragments,
            None,
            context,
            self.operation,
            values,
            default_field_resolver,
            default_type_resolver,
            default_field_resolver,
            is_awaitable=optimized_is_awaitable,
            plans=plans,
        )
        root = self.schema.query_type
        assert root is not None  # the document is valid
        data: dict[str, Any] | None = None
        try:
            if plans.root is None:
                plans.root = self._root_fields(values)
            found = executor.execute_fields(root, None, None, plans.root, None)
            data = await found if isawaitable(found) else found
        except GraphQLError as error:
            executor.collected_errors.add(error, None)
        finally:
            executor.end()
        return ExecutionResult(data=data, errors=executor.collected_errors.errors or None)

    def _plans(self, values: VariableValues) -> Plans:
        key = tuple(values.coerced.get(name) for name in self.conditions)
        plans = self.variants.get(key)
        if plans is None:
            plans = Plans()
            if len(self.variants) < MOST_VARIANTS:
                self.variants[key] = plans
        return plans

    def _root_fields(self, values: VariableValues) -> GroupedFieldSet:
        assert self.schema.query_type is not None
        return collect_fields(
            self.schema, dict(self.fragments), values, self.schema.query_type, self.operation
        ).grouped_field_set


def read_document(schema: GraphQLSchema, text: str) -> Document | None:
    """Return what is known of a document; None unless it is valid and has one query alone."""
    try:
        document = parse(text)
    except GraphQLError:
        return None
    operations = [
        each for each in document.definitions if isinstance(each, OperationDefinitionNode)
    ]
    if len(operations) != 1 or operations[0].operation is not OperationType.QUERY:
        return None
    if validate_document(schema, document, tuple(specified_rules)):
        return None
    definitions = {
        each.name.value: each
        for each in document.definitions
        if isinstance(each, FragmentDefinitionNode)
    }
    if any(each.variable_definitions for each in definitions.values()):
        return None
    fragments = {name: FragmentDetails(each) for name, each in definitions.items()}
    return Document(schema, operations[0], definitions, fragments, _conditions(document))


class _Conditions(Visitor):
    def __init__(self) -> None:
        super().__init__()
        self.names: dict[str, None] = {}

    def enter_directive(self, node: DirectiveNode, *_: Any) -> None:
        if node.name.value in ("skip", "include"):
            for argument in node.arguments or ():
                if isinstance(argument.value, VariableNode):
                    self.names[argument.value.name.value] = None


def _conditions(document: DocumentNode) -> tuple[str, ...]:
    found = _Conditions()
    visit(document, found)
    return tuple(found.names)
