"""Build one subgraph's executable schema and its SDL."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property, lru_cache, partial
from types import MappingProxyType
from typing import Any, Final

from graphql import (
    GraphQLArgument,
    GraphQLError,
    GraphQLInputField,
    GraphQLInputObjectType,
    GraphQLNamedType,
    GraphQLObjectType,
    Undefined,
    parse,
    print_ast,
)
from graphql.language import (
    DefinitionNode,
    DocumentNode,
    ObjectTypeDefinitionNode,
)
from strawberry.extensions import ParserCache, ValidationCache
from strawberry.federation import Schema
from strawberry.printer import print_schema
from strawberry.types import ExecutionResult
from strawberry.types.execution import ExecutionContext

from schema.common.entities import Entity, federated_query
from schema.common.operations import NamedOperation
from schema.common.scalars import schema_config
from schema.execution.documents import read_document
from schema.execution.executor import CompiledExecutor

FEDERATION_VERSION: Final = "2.9"
CACHED_DOCUMENTS = 500
_MACHINERY = frozenset({"_Any", "_Entity", "_Service", "_Total"})
_MACHINERY_FIELDS = frozenset({"_entities", "_service", "_totals"})


class SubgraphSchema(Schema):
    """A federation schema that resolves entities our way and keeps its SDL."""

    def __init__(
        self,
        query: type,
        entities: Sequence[Entity],
        types: Sequence[type] = (),
        *,
        mutation: type | None = None,
        subscription: type | None = None,
        totals: Mapping[str, str] = MappingProxyType({}),
    ) -> None:
        """`totals`: statements that count a topic's records, see `resolvers.topic_totals`."""
        super().__init__(
            query=federated_query(query, entities, lambda: self.sdl, totals),
            mutation=mutation,
            subscription=subscription,
            types=[*types, *(entity.type_ for entity in entities)],
            config=schema_config(),
            federation_version=FEDERATION_VERSION,
            execution_context_class=CompiledExecutor,
            extensions=[
                lambda: ParserCache(maxsize=CACHED_DOCUMENTS),
                lambda: ValidationCache(maxsize=CACHED_DOCUMENTS),
                NamedOperation,
            ],
        )

        _forget_null_defaults(self._schema.type_map.values())
        self._document = lru_cache(CACHED_DOCUMENTS)(partial(read_document, self._schema))

    async def execute(
        self,
        query: str | None,
        variable_values: dict[str, Any] | None = None,
        context_value: Any | None = None,
        root_value: Any | None = None,
        operation_name: str | None = None,
        *options: Any,
        **named: Any,
    ) -> ExecutionResult:
        """Return the result, of a query by the plans of its document; see Strawberry."""
        if query and root_value is None and not options and not named:
            document = self._document(query)
            if document is not None and document.serves(operation_name):
                return await document.execute(variable_values, context_value)
        return await super().execute(
            query,
            variable_values,
            context_value,
            root_value,
            operation_name,
            *options,
            **named,
        )

    @cached_property
    def sdl(self) -> str:
        """The schema text without the machinery (`_entities`, `_service`, `_Any`, …)."""
        return strip_machinery(print_schema(self))

    def process_errors(
        self, errors: list[GraphQLError], execution_context: ExecutionContext | None = None
    ) -> None:
        """Log nothing here: Strawberry would log every refusal with a trace.

        `schema.serving` logs what is unexpected and masks it.
        """


def _forget_null_defaults(types: Iterable[GraphQLNamedType]) -> None:
    """Make optional arguments optional without a default.

    Strawberry publishes the Python default None as the GraphQL default `null`, which says no more
    than that the argument may be left out.
    """
    for type_ in types:
        if isinstance(type_, GraphQLObjectType) and not type_.name.startswith("__"):
            inputs: Iterable[GraphQLArgument | GraphQLInputField] = (
                argument for field in type_.fields.values() for argument in field.args.values()
            )
        elif isinstance(type_, GraphQLInputObjectType):
            inputs = type_.fields.values()
        else:
            continue
        for each in inputs:
            if each.default_value is None:
                each.default_value = Undefined


def strip_machinery(sdl: str) -> str:
    """Return `sdl` without the fields and types that serve the gateway only."""
    document = parse(sdl, no_location=True)
    kept = tuple(
        _without_machinery_fields(definition)
        for definition in document.definitions
        if _name(definition) not in _MACHINERY
    )
    return print_ast(DocumentNode(definitions=kept)) + "\n"


def _without_machinery_fields(definition: DefinitionNode) -> DefinitionNode:
    if not isinstance(definition, ObjectTypeDefinitionNode) or definition.name.value != "Query":
        return definition
    fields = tuple(
        field for field in definition.fields or () if field.name.value not in _MACHINERY_FIELDS
    )
    return dataclasses.replace(definition, fields=fields)


def _name(definition: Any) -> str | None:
    name = getattr(definition, "name", None)
    return name.value if name is not None else None
