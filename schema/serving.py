"""Execute the hub's own subgraphs: in process for the gateway, over HTTP for other routers.

Each request gets its own loaders, and "today" in China once. Only errors with a code leave: what a
resolver raised unexpectedly is logged whole under an id, and the client sees that id.
"""

from __future__ import annotations

import logging
import uuid
from collections.abc import Callable, Mapping
from datetime import date
from typing import Any, Final

from graphql import GraphQLError
from opentelemetry import trace
from strawberry.exceptions import MissingQueryError
from strawberry.schema.exceptions import (
    CannotGetOperationTypeError,
    InvalidOperationTypeError,
)

from resolvers.batching import LOAD_BUDGET, LoadBudget, TooManyLoads
from resolvers.database.errors import DatabaseError
from resolvers.database.pool import Queries
from resolvers.loaders import Loaders
from resolvers.paging import PagingError
from resolvers.reference.cached_lists import CachedLists
from resolvers.values.dates import today_in_china
from schema import SUBGRAPHS
from schema.common.context import SubgraphContext
from schema.common.subgraph import SubgraphSchema

log = logging.getLogger("hub.subgraphs")

LONGEST_QUERY: Final = 200_000
"""Characters of a document; the gateway's own are far shorter, and parsing costs 2 µs each."""


MOST_LOADS: Final = 100_000
"""Values one request may ask of loaders: ten thousand entities with ten loaded fields each."""


class UnknownSubgraph(LookupError):
    """There is no subgraph of that name in this program."""


class SubgraphServer:
    """The subgraphs of this program over one database."""

    def __init__(
        self,
        queries: Queries,
        subgraphs: Mapping[str, SubgraphSchema] = SUBGRAPHS,
        today: Callable[[], date] = today_in_china,
    ) -> None:
        self._queries = queries
        self._subgraphs = subgraphs
        self._today = today
        self._lists = CachedLists()

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(self._subgraphs)

    def sdl(self, name: str) -> str:
        """Return a subgraph's schema text.

        Raises:
            UnknownSubgraph: there is none of that name.
        """
        return self._schema(name).sdl

    async def execute(
        self,
        name: str,
        query: str,
        variables: Mapping[str, Any] | None = None,
        operation_name: str | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> dict[str, Any]:
        """Return the GraphQL response as dicts and lists: `data`, and `errors` if there are any.

        As the specification has it, a request that could not be executed has no `data` at all.

        `headers` are those the gateway forwards. No field of today's subgraphs depends on them.

        Raises:
            UnknownSubgraph: there is none of that name.
        """
        schema = self._schema(name)
        with trace.get_tracer("hub.subgraphs").start_as_current_span(
            f"subgraph {name}", record_exception=False
        ) as span:
            response = await self._answer(schema, query, variables, operation_name)
            if span.is_recording():
                span.set_attribute("graphql.operation.name", operation_name or "")
                span.set_attribute("hub.subgraph.errors", len(response.get("errors", ())))
        return response

    async def _answer(
        self,
        schema: SubgraphSchema,
        query: str,
        variables: Mapping[str, Any] | None,
        operation_name: str | None,
    ) -> dict[str, Any]:
        if len(query) > LONGEST_QUERY:
            return _refusal("BAD_USER_INPUT", "The document is too long")
        context = SubgraphContext(
            Loaders(self._queries), self._today(), self._lists, operation_name
        )
        budget = LOAD_BUDGET.set(LoadBudget(MOST_LOADS))
        try:
            result = await schema.execute(
                query,
                variable_values=dict(variables) if variables else None,
                context_value=context,
                operation_name=operation_name,
            )
        except (MissingQueryError, CannotGetOperationTypeError, InvalidOperationTypeError):
            return _refusal("BAD_REQUEST", "The document has no such operation to execute")
        finally:
            LOAD_BUDGET.reset(budget)
        return _response(result)

    def _schema(self, name: str) -> SubgraphSchema:
        schema = self._subgraphs.get(name)
        if schema is None:
            raise UnknownSubgraph(f"no subgraph {name!r}; there are {', '.join(self._subgraphs)}")
        return schema


def _refusal(code: str, message: str) -> dict[str, Any]:
    return {"errors": [{"message": message, "extensions": {"code": code}}]}


def _response(result: Any) -> dict[str, Any]:
    """Return the response; without `data` when the request failed before execution began."""
    errors = _without_echoes(result.errors or [])
    response: dict[str, Any] = {}
    if result.data is not None or any(error.path is not None for error in errors):
        response["data"] = result.data
    if errors:
        response["errors"] = [format_error(error) for error in errors]
    return response


def _without_echoes(errors: list[GraphQLError]) -> list[GraphQLError]:
    """Return the errors, of "too many loads" only the first: every later load repeats it."""
    first = next((each for each in errors if isinstance(_cause(each), TooManyLoads)), None)
    if first is None:
        return errors
    return [each for each in errors if each is first or not isinstance(_cause(each), TooManyLoads)]


def format_error(error: GraphQLError) -> dict[str, Any]:
    """Return an error as the client may see it: message, place and code."""
    formatted: dict[str, Any] = dict(error.formatted)
    cause = _cause(error)
    extensions: dict[str, Any] = dict(error.extensions or {})
    if "code" in extensions:
        pass  # made for the client
    elif isinstance(cause, PagingError):
        formatted["message"] = cause.message
        extensions["code"] = cause.code
    elif isinstance(cause, TooManyLoads):
        formatted["message"] = (
            "查询涉及的数据过多，请减少嵌套或条数\n"
            "The query reaches too many objects; nest or list less"
        )
        extensions["code"] = cause.code
    elif isinstance(cause, DatabaseError):
        # The message names host and database: for the operator, not for clients.
        log.error("%s at %s", cause, _place(error))
        formatted["message"] = (
            "数据库暂时不可用，请稍后再试\nThe database cannot answer now; try again"
        )
        extensions["code"] = cause.code
    elif cause is None:
        # graphql-core's own words about the document, its variables or a broken non-null field
        extensions["code"] = _request_code(error)
    else:
        reference = uuid.uuid4().hex[:12]
        log.error("internal error %s at %s", reference, _place(error), exc_info=cause)
        formatted["message"] = f"内部错误，编号 {reference}\nInternal error, reference {reference}"
        extensions["code"] = "INTERNAL_SERVER_ERROR"
    formatted["extensions"] = extensions
    return formatted


def _cause(error: GraphQLError) -> Exception | None:
    """Return the exception behind an error, past graphql-core's wrappers."""
    cause: Exception | None = error.original_error
    while isinstance(cause, GraphQLError):
        cause = cause.original_error
    return cause


def _request_code(error: GraphQLError) -> str:
    if error.path is not None:
        return "NULL_FOR_NON_NULL"
    if error.message.startswith("Syntax Error"):
        return "GRAPHQL_PARSE_FAILED"
    return (
        "BAD_USER_INPUT" if error.message.startswith("Variable ") else "GRAPHQL_VALIDATION_FAILED"
    )


def _place(error: GraphQLError) -> str:
    return ".".join(str(part) for part in error.path) if error.path else "the operation"
