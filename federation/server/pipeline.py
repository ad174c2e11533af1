"""One request, top to bottom.

`_answer` reads as the list of stages. What depends on the document alone is prepared once and kept
in the view; a request for a known document goes from parsing its body straight to execution.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import orjson

from federation.errors import RequestError
from federation.execution.context import ErrorPolicy, ExecutionContext
from federation.execution.propagation import Propagation
from federation.operation.variables import coerce_variables
from federation.plan.nodes import OperationKind
from federation.registry.snapshot import LiveSnapshot, Snapshot
from federation.registry.views import View
from federation.server.cors import CorsRules
from federation.server.deadlines import Deadlines
from federation.server.deferral import DeferredParts
from federation.server.documents import Documents
from federation.server.errors import internal_error, request_error
from federation.server.exchange import Exchange
from federation.server.identity import IdentityRules
from federation.server.operation_sharing import OperationSharing
from federation.server.plan_exposure import Exposure, asked_for, plan_extensions
from federation.server.preparation import Prepared, Refused
from federation.server.request import GraphQLRequest, HttpRequest, check_csrf, parse_request
from federation.server.response import HttpResponse, MediaType, negotiate, refusal, response
from federation.server.settings.engine import EngineSettings
from federation.server.stages import Admission, DemandControl, Observer, StoredDocuments
from federation.server.stream_formats import SOCKET, Acceptable, StreamFormat, acceptable
from federation.server.streaming import SinglePart, StreamReply
from federation.server.subscriptions import Planned, Subscriptions
from federation.server.telemetry import OperationSpan, Tracing
from federation.server.view_of import view_of


@dataclass(frozen=True, slots=True)
class Pipeline:
    """The stages with what they need; nothing here belongs to one request.

    `current` gives the pipeline of the configuration that is live now: a subscription outlives the
    one it was opened with. For `stored`, `admission`, `demand`, `observers` see `stages`.
    """

    settings: EngineSettings
    live: LiveSnapshot
    documents: Documents
    tracing: Tracing
    cors: CorsRules
    identities: IdentityRules
    csrf_headers: tuple[bytes, ...] | None
    error_policy: ErrorPolicy
    subscriptions: Subscriptions
    sharing: OperationSharing
    deadlines: Deadlines
    propagation: Propagation | None
    current: Callable[[], Pipeline]
    stored: StoredDocuments | None = None
    admission: Admission | None = None
    demand: DemandControl | None = None
    observers: tuple[Observer, ...] = ()

    async def answer(
        self, http: HttpRequest, request: GraphQLRequest | None = None
    ) -> HttpResponse | StreamReply:
        """Return the reply to one HTTP request on the GraphQL path. Raises only cancellation.

        `request`: already read, when it came over a WebSocket; `http` is then its handshake.
        """
        exchange = Exchange(http, socket=request is not None, request=request)
        for observer in self.observers:
            tracer = observer.started(exchange)
            exchange.tracer = tracer if tracer is not None else exchange.tracer
        with self.tracing.operation(http.headers) as span:
            if exchange.tracer is None:
                exchange.tracer = self.tracing.fetches
            reply: HttpResponse | StreamReply
            try:
                self._accept(exchange)
                reply = await self._answer(exchange, span)
            except RequestError as error:
                reply = _refuse(error, exchange.media_type)
            except TimeoutError:
                reply = _refuse(_TIMED_OUT, exchange.media_type)
            except Exception as error:
                entry = internal_error(error, where="the request pipeline")
                reply = refusal([entry], exchange.media_type, 500)
            span.answered(reply.status, reply.errors)
        if exchange.response_headers:
            reply.headers += exchange.response_headers
        if self.cors.enabled:
            reply.headers += self.cors.headers(http)
        for observer in self.observers:
            observer.ended(exchange, reply.status, reply.errors)
        return reply

    def _accept(self, exchange: Exchange) -> None:
        """Find out what may be answered, who asks, and what."""
        http = exchange.http
        accept = http.header(b"accept")
        exchange.takes = SOCKET if exchange.socket else acceptable(accept)
        if exchange.takes.single:
            exchange.media_type = negotiate(accept)
        if self.csrf_headers is not None and not exchange.socket:
            check_csrf(http, self.csrf_headers)
        exchange.client = self.identities.identify(http)
        if self.admission is not None:
            self.admission.enter(exchange)
        if exchange.request is None:
            exchange.request = parse_request(http)
        exchange.deadline = self.deadlines.deadline(None if exchange.socket else http)

    async def _answer(self, exchange: Exchange, span: OperationSpan) -> HttpResponse | StreamReply:
        """Answer a well-formed request on the snapshot that is live now."""
        assert exchange.request is not None
        media_type, takes = exchange.media_type, exchange.takes
        snapshot = exchange.snapshot = self._snapshot()
        snapshot.requests += 1
        try:
            if self.stored is not None:
                await self.stored.find(exchange, exchange.request)
            view = exchange.view = await view_of(snapshot, exchange.client, exchange.deadline)
            prepared = await self.documents.prepared(exchange, view)
            if isinstance(prepared, Refused):
                refused = refusal(prepared.errors, media_type, prepared.status, well_formed=True)
                return whole(refused, takes)
            exchange.prepared = prepared
            span.named(prepared.operation.kind.value, prepared.operation.name)
            check_method(exchange.http, prepared, takes)
            try:
                variables = coerce_variables(
                    view.schema.api_schema, prepared.operation, exchange.request.variables
                )
                if self.demand is not None:
                    self.demand.check(exchange, prepared, variables)
            except RequestError as error:
                return whole(_refuse(error, media_type, well_formed=True), takes)
            if self.admission is not None:
                self.admission.spend(exchange)
            if prepared.operation.kind is OperationKind.SUBSCRIPTION:
                return self._subscribe(exchange, snapshot, prepared, variables)
            if takes.defer and prepared.defers is not None:
                parts = await self._defer(exchange, snapshot, prepared, variables)
                if parts is not None:
                    return StreamReply(StreamFormat.DEFER, parts)
            return whole(await self._execute(exchange, snapshot, prepared, variables), takes)
        finally:
            snapshot.requests -= 1
            if snapshot.retired:
                await snapshot.close_if_idle()

    def _subscribe(
        self,
        exchange: Exchange,
        snapshot: Snapshot,
        prepared: Prepared,
        variables: Mapping[str, Any],
    ) -> StreamReply:
        """Return the stream of a subscription; it opens when the reply is run."""
        assert exchange.takes.subscription is not None

        async def replan(fresh: Snapshot) -> Planned | None:
            return await self.current().planned_again(exchange, fresh)

        context = self._context(exchange, snapshot, variables)
        planned = Planned(snapshot, prepared.compiled, context)
        return StreamReply(exchange.takes.subscription, self.subscriptions.open(planned, replan))

    async def planned_again(self, exchange: Exchange, snapshot: Snapshot) -> Planned | None:
        """Return a running subscription planned on another snapshot, None when it is not valid
        there. Who asks is found out anew. Raises `FederationError`, `TimeoutError`.
        """
        assert exchange.request is not None
        client = self.identities.identify(exchange.http)
        # No request waits for this one, so only planning's own time bounds it.
        end = asyncio.get_running_loop().time() + self.settings.supergraph.query_planning.timeout
        again = replace(exchange, client=client, deadline=end, snapshot=snapshot)
        again.view = await view_of(snapshot, client, again.deadline)
        prepared = await self.documents.prepared(again, again.view)
        if isinstance(prepared, Refused):
            return None
        again.prepared = prepared
        schema = again.view.schema.api_schema
        variables = coerce_variables(schema, prepared.operation, exchange.request.variables)
        context = self._context(again, snapshot, variables)
        return Planned(snapshot, prepared.compiled, context)

    async def _defer(
        self,
        exchange: Exchange,
        snapshot: Snapshot,
        prepared: Prepared,
        variables: Mapping[str, Any],
    ) -> DeferredParts | None:
        """Return the answer in parts, or None when these values defer nothing."""
        view = _view(exchange)
        made = await self.documents.in_parts(exchange, view, prepared, variables)
        if made.compiled is None:
            return None
        if self.settings.plugins.expose_query_plan:
            exposure = asked_for(exchange.http)
            if exposure is Exposure.DRY_RUN:
                return None  # nothing runs, so there is one answer
            if exposure is not None:
                exchange.extensions |= plan_extensions(exchange.http, made.compiled.shown_plan())
        context = self._context(exchange, snapshot, variables)
        context.deadline = exchange.deadline
        context.extensions = exchange.extensions
        context.root_data = await self._introspect(view, prepared, variables)
        return DeferredParts(snapshot, made.compiled, context)

    async def _execute(
        self,
        exchange: Exchange,
        snapshot: Snapshot,
        prepared: Prepared,
        variables: Mapping[str, Any],
    ) -> HttpResponse:
        media_type = exchange.media_type
        if self.settings.plugins.expose_query_plan:
            exposure = asked_for(exchange.http)
            if exposure is not None:
                exchange.extensions |= plan_extensions(exchange.http, prepared.plan)
            if exposure is Exposure.DRY_RUN:
                body = {"data": None, "extensions": exchange.extensions}
                return response(orjson.dumps(body), media_type)
        context = self._context(exchange, snapshot, variables)
        context.deadline = exchange.deadline
        context.extensions = exchange.extensions
        if prepared.introspection is not None:
            context.root_data = await self._introspect(_view(exchange), prepared, variables)
        answer = await self.sharing.execute(prepared, context)
        if self.demand is not None:
            self.demand.settle(exchange, prepared, answer)
        if answer.expired:
            errors = [request_error(_TIMED_OUT), *map(dict, answer.errors)]
            return refusal(errors, media_type, 504)
        return response(answer.body, media_type, errors=len(answer.errors))

    def _context(
        self, exchange: Exchange, snapshot: Snapshot, variables: Mapping[str, Any]
    ) -> ExecutionContext:
        """Return what executing needs; each event of a subscription has a deadline of its own."""
        client, http = exchange.client, exchange.http
        return ExecutionContext(
            variables=variables,
            transports=snapshot.transports,
            headers_for=self.identities.headers_for(client, http.headers),
            identity=client.key,
            errors=self.error_policy,
            tracer=exchange.tracer,
            propagation=self.propagation,
        )

    def _snapshot(self) -> Snapshot:
        snapshot = self.live.current
        if snapshot is None:
            raise RequestError(
                "no supergraph is loaded yet; try again shortly",
                code="NO_SUPERGRAPH_AVAILABLE",
                http_status=503,
            )
        return snapshot

    async def _introspect(
        self, view: View, prepared: Prepared, variables: Mapping[str, Any]
    ) -> Mapping[str, Any]:
        introspection = prepared.introspection
        if introspection is None:
            return _NOTHING
        if introspection.known is not None:
            return introspection.known
        return await asyncio.get_running_loop().run_in_executor(
            self.documents.cold, introspection.answer, view.schema.api_schema, variables
        )


_NOTHING: Mapping[str, Any] = {}

_TIMED_OUT = RequestError(
    "the request took too long; ask for less", code="GATEWAY_TIMEOUT", http_status=504
)


def _view(exchange: Exchange) -> View:
    assert exchange.view is not None
    return exchange.view


def check_method(http: HttpRequest, prepared: Prepared, takes: Acceptable) -> None:
    """Refuse what the method must not do, and streams that the client does not take."""
    kind = prepared.operation.kind
    if kind is OperationKind.SUBSCRIPTION:
        if takes.subscription is None:
            raise RequestError(
                "subscriptions are answered over WebSocket (sub-protocol graphql-transport-ws), or"
                " over HTTP with accept: text/event-stream or multipart/mixed;subscriptionSpec=1.0",
                code="SUBSCRIPTION_NOT_SUPPORTED",
            )
        return
    if http.method == "GET" and kind is not OperationKind.QUERY:
        raise RequestError(
            "a GET request can only query; send mutations with POST",
            code="MUTATION_FORBIDDEN",
            http_status=405,
        )


def whole(reply: HttpResponse, takes: Acceptable) -> HttpResponse | StreamReply:
    """Return a whole answer as the client takes it: as it is, or as a stream of one event."""
    if takes.single:
        return reply
    if takes.subscription is StreamFormat.SSE:
        return StreamReply(StreamFormat.SSE, SinglePart(reply.body))
    if takes.defer:
        return StreamReply(StreamFormat.DEFER, SinglePart(reply.body[:-1] + b',"hasNext":false}'))
    raise RequestError(
        "nothing acceptable: this operation has one answer; name application/json or"
        " application/graphql-response+json in 'accept' too",
        code="INVALID_ACCEPT_HEADER",
        http_status=406,
    )


def _refuse(
    error: RequestError, media_type: MediaType, *, well_formed: bool = False
) -> HttpResponse:
    extra = ((b"allow", b"GET, POST"),) if error.http_status == 405 else ()
    entry = request_error(error)
    return refusal([entry], media_type, error.http_status, *extra, well_formed=well_formed)
