"""Execute the hub's own subgraphs: in process for the gateway, over HTTP for other routers.

Each request gets its own loaders, and "today" in China once. Only errors with a code leave: what a
resolver raised unexpectedly is logged whole under an id, and the client sees that id.
"""

from __future__ import annotations

import logging
import uuid
from collections.abc import AsyncGenerator, Callable, Mapping
from contextlib import aclosing
from datetime import UTC, date, datetime
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
from resolvers.database.observed import OBSERVED, Observation, depends_elsewhere
from resolvers.database.pool import Database, Queries
from resolvers.grants import GrantUse
from resolvers.hub.events import EventBus, SlowListener
from resolvers.identity import ANONYMOUS, Caller, service
from resolvers.live import LivePort, LiveReads
from resolvers.loaders import Loaders
from resolvers.paging import PagingError
from resolvers.peers import Peers, PeerUnavailable
from resolvers.reference.cached_lists import CachedLists
from resolvers.reporting.ingest_port import IngestPort
from resolvers.values.dates import today_in_china
from schema import SUBGRAPHS
from schema.cache_hints import CacheHints, Told
from schema.common.context import SubgraphContext
from schema.common.errors import CodedError
from schema.common.provenance import READ, provenance, reading
from schema.common.subgraph import SubgraphSchema
from schema.identity import HEADER, IdentityKey

log = logging.getLogger("hub.subgraphs")

LONGEST_QUERY: Final = 200_000
"""Characters of a document; the gateway's own are far shorter, and parsing costs 2 µs each."""


MOST_LOADS: Final = 100_000
"""Values one request may ask of loaders: ten thousand entities with ten loaded fields each."""


class UnknownSubgraph(LookupError):
    """There is no subgraph of that name in this program."""


class SubgraphServer:
    """The subgraphs of this program over one database.

    `identity` verifies who asks; without it every request is the anonymous public. `events` feeds
    subscriptions. `peers` answers what subgraphs ask of each other, by default this server itself.
    Mutations need a `Database`; any other `queries` can only be read from. `ingest` takes files in
    and rolls batches back; without it those two mutations are refused. `live` asks live sources for
    what is stale, and knows where batches come from; without it only stored rows are shown.
    `cache_hints`: answers then say for how long they hold (attribute `headers`).
    """

    def __init__(
        self,
        queries: Queries,
        subgraphs: Mapping[str, SubgraphSchema] = SUBGRAPHS,
        today: Callable[[], date] = today_in_china,
        *,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
        identity: IdentityKey | None = None,
        events: EventBus | None = None,
        peers: Peers | None = None,
        ingest: IngestPort | None = None,
        live: LivePort | None = None,
        cache_hints: CacheHints | None = None,
    ) -> None:
        self._queries = queries
        self._subgraphs = subgraphs
        self._today = today
        self._now = now
        self._lists = CachedLists()
        self._identity = identity
        self._events = events
        self._ingest = ingest
        self._live = live
        self._cache_hints = cache_hints
        self.local_peers = LocalPeers(self)
        self.peers: Peers = _NotedPeers(peers if peers is not None else self.local_peers)

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

        `headers` are those the gateway forwards; one of them may state the caller.

        Raises:
            UnknownSubgraph: there is none of that name.
        """
        self._schema(name)
        with trace.get_tracer("hub.subgraphs").start_as_current_span(
            f"subgraph {name}", record_exception=False
        ) as span:
            try:
                caller = self._caller(headers)
            except CodedError as error:
                return {"errors": [format_error(error)]}
            response = await self.answer(name, caller, query, variables, operation_name, headers)
            if span.is_recording():
                span.set_attribute("graphql.operation.name", operation_name or "")
                span.set_attribute("hub.subgraph.errors", len(response.get("errors", ())))
        return response

    async def answer(
        self,
        name: str,
        caller: Caller,
        query: str,
        variables: Mapping[str, Any] | None = None,
        operation_name: str | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> dict[str, Any]:
        """Return the GraphQL response for a caller who is known already."""
        schema = self._schema(name)
        if len(query) > LONGEST_QUERY:
            return _refusal("BAD_USER_INPUT", "The document is too long")
        context = self._context(name, caller, operation_name, headers or {})
        budget = LoadBudget(MOST_LOADS)
        outer = LOAD_BUDGET.set(budget)
        # Always set, so that what a peer asks for is not taken for what the asking request read.
        seen = Observation() if self._cache_hints is not None else None
        outer_seen = OBSERVED.set(seen)
        outer_read = READ.set(context.read)
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
            READ.reset(outer_read)
            LOAD_BUDGET.reset(outer)
            OBSERVED.reset(outer_seen)
            budget.stop()
        await _note_use_of_grants(context)
        response = await self._told(context, _response(result))
        if self._cache_hints is None or seen is None:
            return response
        return Told(response, self._cache_hints.headers(context, seen, response))

    async def subscribe(
        self,
        name: str,
        query: str,
        variables: Mapping[str, Any] | None = None,
        operation_name: str | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> AsyncGenerator[dict[str, Any], None]:
        """Yield one GraphQL response per event; a refused subscription yields its errors and ends.

        Raises:
            UnknownSubgraph: there is none of that name.
        """
        schema = self._schema(name)
        if len(query) > LONGEST_QUERY:
            yield _refusal("BAD_USER_INPUT", "The document is too long")
            return
        try:
            caller = self._caller(headers)
        except CodedError as error:
            yield {"errors": [format_error(error)]}
            return
        context = self._context(name, caller, operation_name, headers or {})
        READ.set(context.read)
        source = await schema.subscribe(
            query,
            variable_values=dict(variables) if variables else None,
            context_value=context,
            operation_name=operation_name,
        )
        if not hasattr(source, "__aiter__"):
            yield _response(source)
            return
        async with aclosing(source) as results:
            async for result in results:
                await _note_use_of_grants(context)
                yield await self._told(context, _response(result))

    def believes(self, headers: Mapping[str, str]) -> bool:
        """Whether what the headers state of the caller holds; if they state nothing, it does."""
        try:
            self._caller(headers)
        except CodedError:
            return False
        return True

    def _caller(self, headers: Mapping[str, str] | None) -> Caller:
        stated = (headers or {}).get(HEADER)
        if self._identity is None:
            return ANONYMOUS
        return self._identity.verify(stated)

    def _context(
        self, name: str, caller: Caller, operation_name: str | None, headers: Mapping[str, str]
    ) -> SubgraphContext:
        span = trace.get_current_span().get_span_context()
        return SubgraphContext(
            Loaders(self._queries, self._live_reads()),
            self._today(),
            self._lists,
            operation_name,
            caller,
            name,
            self._now(),
            headers.get("x-request-id"),
            f"{span.trace_id:032x}" if span.is_valid else None,
            self._queries if isinstance(self._queries, Database) else None,
            self._events,
            self.peers,
            ingest=self._ingest,
            read=reading(self._live, headers),
            renew=self._renew,
        )

    def _live_reads(self) -> LiveReads | None:
        return LiveReads(self._live) if self._live is not None and self._live.feeds else None

    async def _told(self, context: SubgraphContext, response: dict[str, Any]) -> dict[str, Any]:
        """Return the response, with what is to be told of where its entities come from."""
        notes = context.loaders.live.notes if context.loaders.live is not None else ()
        if not notes and (context.read is None or not context.read.groups):
            return response
        try:
            entries = await provenance(self._live, notes, context.read, datetime.now(UTC))
        except DatabaseError as error:
            log.error("the provenance of an answer is not told: %s", error)
            return response
        return {**response, "extensions": {"provenance": entries}}

    def _renew(self, context: SubgraphContext) -> None:
        """Make the loaders, the grants and the day of a subscription anew."""
        context.loaders = Loaders(self._queries, self._live_reads())
        if context.read is not None:
            context.read.groups.clear()
        context.grants = GrantUse()
        context.today = self._today()
        context.now = self._now()
        LOAD_BUDGET.set(LoadBudget(MOST_LOADS))

    def _schema(self, name: str) -> SubgraphSchema:
        schema = self._subgraphs.get(name)
        if schema is None:
            raise UnknownSubgraph(f"no subgraph {name!r}; there are {', '.join(self._subgraphs)}")
        return schema


async def _note_use_of_grants(context: SubgraphContext) -> None:
    """Note which grants on conditional data served. The answer is right also when that fails."""
    if context.database is not None:
        try:
            await context.grants.note(context.database, context.now)
        except DatabaseError as error:
            log.error("the use of grants by %s was not noted: %s", context.asks.center, error)


class _NotedPeers:
    """`Peers` who note that an answer depends on another subgraph's."""

    def __init__(self, peers: Peers) -> None:
        self._peers = peers

    async def ask(
        self, subgraph: str, query: str, variables: Mapping[str, Any] | None = None
    ) -> Mapping[str, Any]:
        """See `Peers.ask`."""
        depends_elsewhere(f"an answer of {subgraph}")
        return await self._peers.ask(subgraph, query, variables)


class LocalPeers:
    """`Peers` over the subgraphs of this process."""

    def __init__(self, server: SubgraphServer) -> None:
        self._server = server

    async def ask(
        self, subgraph: str, query: str, variables: Mapping[str, Any] | None = None
    ) -> Mapping[str, Any]:
        """See `Peers.ask`."""
        try:
            response = await self._server.answer(subgraph, service("peer"), query, variables)
        except UnknownSubgraph as error:
            raise PeerUnavailable(subgraph, str(error)) from None
        if response.get("errors") or response.get("data") is None:
            first = (response.get("errors") or [{"message": "no data"}])[0]
            raise PeerUnavailable(subgraph, str(first["message"]))
        data: Mapping[str, Any] = response["data"]
        return data


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
    elif isinstance(cause, PeerUnavailable):
        log.error("%s at %s", cause, _place(error))
        formatted["message"] = (
            "所需的其他平台数据暂时无法取得，请稍后再试\n"
            "Data of another platform cannot be had now; try again later"
        )
        extensions["code"] = cause.code
    elif isinstance(cause, SlowListener):
        formatted["message"] = (
            "订阅方处理过慢，请重新查询并订阅\n"
            "Too slow for this subscription; query and subscribe anew"
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
        "BAD_USER_INPUT"
        if error.message.startswith(("Variable ", "Too many errors processing variables"))
        else "GRAPHQL_VALIDATION_FAILED"
    )


def _place(error: GraphQLError) -> str:
    return ".".join(str(part) for part in error.path) if error.path else "the operation"
