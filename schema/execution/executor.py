"""graphql-core's executor, with compiled selections in place of its work per field."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Sequence
from dataclasses import dataclass
from typing import Any

from graphql import (
    GraphQLAbstractType,
    GraphQLError,
    GraphQLObjectType,
    GraphQLOutputType,
    OperationType,
)
from graphql.execution.collect_fields import CollectedFields, FieldDetailsList, GroupedFieldSet
from graphql.pyutils import AwaitableOrValue, Path
from strawberry.schema.config import StrawberryConfig
from strawberry.schema.schema import StrawberryGraphQLCoreExecutionContext

from schema.execution.compiling import compile_selection
from schema.execution.fields import ResolvedField
from schema.execution.leaves import Odd
from schema.execution.pending import Branch, Ordinary, Place, Run
from schema.execution.values import Selection


@dataclass(frozen=True, slots=True)
class Converting:
    """What Strawberry converts arguments with."""

    config: StrawberryConfig
    scalars: Any


class Plans:
    """The plans of one document under one outcome of its `@skip` and `@include`."""

    __slots__ = ("collected", "root", "selections")

    def __init__(self) -> None:
        self.selections: dict[tuple[GraphQLObjectType, int], tuple[Any, Selection | None]] = {}
        self.collected: dict[
            tuple[GraphQLObjectType, int], tuple[FieldDetailsList, CollectedFields]
        ] = {}
        self.root: GroupedFieldSet | None = None


class CompiledExecutor(StrawberryGraphQLCoreExecutionContext):
    """Executes one query. `plans`: those of its document, else they are made for this request."""

    def __init__(self, *args: Any, plans: Plans | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.use(plans if plans is not None else Plans())
        self.arguments: dict[ResolvedField, dict[str, Any]] = {}
        self.odd: set[ResolvedField] = set()
        self.unwanted: list[asyncio.Future[Any]] = []
        schema = self.schema._strawberry_schema  # type: ignore[attr-defined]
        self.converting = Converting(schema.config, schema.schema_converter.scalar_registry)
        middleware = self.middleware_manager
        self._compiles = (
            self.operation.operation is OperationType.QUERY
            and self.error_propagation
            and self.abort_signal is None
            and (middleware is None or not middleware.middlewares)
        )

    def use(self, plans: Plans) -> None:
        """Use these plans, and add to them."""
        self._plans = plans
        self._relevant_sub_fields = plans.collected

    def execute_fields(
        self,
        parent_type: GraphQLObjectType,
        source_value: Any,
        path: Path | None,
        grouped_field_set: GroupedFieldSet,
        position_context: Any,
    ) -> AwaitableOrValue[dict[str, Any]]:
        """See graphql-core."""
        selection = self._selection(parent_type, grouped_field_set) if self._compiles else None
        if selection is None:
            return super().execute_fields(
                parent_type, source_value, path, grouped_field_set, position_context
            )
        run = Run(self)
        try:
            results = selection.run(run, source_value, path, Place(None, None, "", False, path))
        except Exception:
            self.settle(run.fresh)
            raise
        return run.finished(results) if run.fresh else results

    def build_response(self, data: dict[str, Any] | None) -> Any:
        """See graphql-core."""
        self.end()
        return super().build_response(data)

    def end(self) -> None:
        """End what still runs though its value is not wanted: the request is over."""
        for task in self.unwanted:
            task.cancel()

    def selection(self, type_: GraphQLObjectType, details: FieldDetailsList) -> Selection:
        """Return the plan of what a field selects of its object type.

        Raises:
            Odd: it is none that plans cover.
        """
        try:
            collected = self.collect_subfields(type_, details)
        except GraphQLError:
            # a null for the condition of @skip; it is an error of the field that selects this
            raise Odd from None
        found = self._selection(type_, collected.grouped_field_set)
        if found is None:
            raise Odd
        return found

    def selection_of_class(
        self, type_: GraphQLAbstractType, field: str, details: FieldDetailsList, value: Any
    ) -> Selection:
        """Return the plan of what a field selects of the class of `value`.

        Raises:
            Odd: its class alone does not say which type it is.
        """
        definition = getattr(type(value), "__strawberry_definition__", None)
        if definition is None or definition.is_graphql_generic:
            raise Odd
        name = self.converting.config.name_converter.from_type(definition)
        object_type = self.schema.get_type(name)
        if (
            not isinstance(object_type, GraphQLObjectType)
            or object_type.is_type_of is not None
            or not self.schema.is_sub_type(type_, object_type)
            or not definition.is_implemented_by(value)
        ):
            raise Odd
        return self.selection(object_type, details)

    def settle(self, branches: Sequence[Branch]) -> None:
        """Let what graphql-core has begun for these branches end by itself."""
        begun = [branch.awaitable for branch in branches if isinstance(branch, Ordinary)]
        if begun:
            self.settle_in_background(begun)

    async def guarded(
        self,
        completed: Awaitable[Any],
        type_: GraphQLOutputType,
        details: FieldDetailsList,
        path: Path,
    ) -> Any:
        """Return a completed value, or null for an error where its field may be null."""
        try:
            return await completed
        except Exception as error:
            self.handle_field_error(error, type_, details, path)
            return None

    def _selection(self, type_: GraphQLObjectType, grouped: GroupedFieldSet) -> Selection | None:
        selections = self._plans.selections
        key = (type_, id(grouped))
        found = selections.get(key)
        if found is None:
            try:
                made: Selection | None = compile_selection(self, type_, grouped)
            except RecursionError:
                made = None
            # with what its id stands for, so that the id is not used again
            found = selections[key] = (grouped, made)
        return found[1]
