"""One request, top to bottom.

`_answer` reads as the list of stages. What depends on the document alone is prepared once and kept
in the view; a request for a known document goes from parsing its body straight to execution.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import orjson

from federation.errors import RequestError
from federation.execution.context import ErrorPolicy, ExecutionContext
from federation.execution.propagation import Propagation
from federation.execution.tracing import both
from federation.execution.transports.files import with_files
from federation.operation.variables import coerce_variables
from federation.plan.nodes import OperationKind
from federation.registry.snapshot import LiveSnapshot, Snapshot
from federation.registry.views import View
from federation.server.callers.expiry import Expiring
from federation.server.callers.identity import IdentityRules
from federation.server.deadlines import Deadlines
from federation.server.deferral import DeferredParts
from federation.server.demand.demand_control import without_asking
from federation.server.documents import Documents
from federation.server.errors import internal_error, request_error
from federation.server.exchange import Exchange
from federation.server.hooks.running import Hooks
from federation.server.limits import check_variables
from federation.server.listener.work import Work
from federation.server.observing.observed_parts import ObservedParts
from federation.server.observing.telemetry import OperationSpan, Tracing
from federation.server.operation_sharing import OperationSharing
from federation.server.plan_exposure import Exposure, asked_for, plan_extensions
from federation.server.preparation import Prepared, Refused
from federation.server.settings.engine import EngineSettings
from federation.server.stages import (
    CLIENT_GONE,
    Admission,
    DemandControl,
    Observer,
    StoredDocuments,
)
from federation.server.subgraphs.response_caching import tell_freshness
from federation.server.subgraphs.response_headers import ResponseHeaderPropagation
from federation.server.subscriptions import Planned, Subscriptions
from federation.server.trace_exposure import TraceLog, wants_trace
from federation.server.view_rules import ViewRules
from federation.server.wire.batching import refuse_in_batch
from federation.server.wire.cors import CorsRules
from federation.server.wire.request import (
    GraphQLRequest,
    HttpRequest,
    check_csrf,
    parse_request,
    refuse_missing_query,
)
from federation.server.wire.response import (
    HttpResponse,
    MediaType,
    error_codes,
    negotiate,
    refusal,
    response,
)
from federation.server.wire.stream_formats import SOCKET, Acceptable, StreamFormat, acceptable
from federation.server.wire.streaming import Parts, SinglePart, StreamReply
from federation.server.wire.uploads import check_files


@dataclass(frozen=True, slots=True)
class Pipeline:
    """The stages with what they need; nothing here belongs to one request.

    `current` gives the pipeline of the configuration that is live now: a subscription outlives the
    one it was opened with. For `stored`, `admission`, `demand`, `observers` see `stages`.
    """

    settings: EngineSettings
    live: LiveSnapshot
    views: ViewRules
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
    response_headers: ResponseHeaderPropagation | None = None
    trace_header: bytes | None = None
    work: Work = field(default_factory=lambda: Work(None))
    hooks: Hooks | None = None

    def answer(
        self, http: HttpRequest, request: GraphQLRequest | None = None
    ) -> Coroutine[Any, Any, HttpResponse | StreamReply]:
        """Return the reply to one HTTP request on the GraphQL path. Raises only cancellation.

        `request`: already read, when it came over a WebSocket; `http` is then its handshake.
        """
        exchange = Exchange.begin(http, request)
        if self.admission is None:
            return self._observed(exchange)
        return self._admitted(self.admission, exchange)

    async def _admitted(
        self, admission: Admission, exchange: Exchange
    ) -> HttpResponse | StreamReply:
        reply: HttpResponse | StreamReply | None = None
        try:
            reply = await self._observed(exchange)
        finally:
            admission.leave(exchange, reply)
        return reply

    async def _observed(self, exchange: Exchange) -> HttpResponse | StreamReply:
        http = exchange.http
        with self.tracing.operation(http.headers) as span:
            exchange.trace_id, exchange.tracer = span.trace_id, span.fetches
            for observer in self.observers:
                tracer = observer.started(exchange)
                exchange.tracer = (
                    tracer if exchange.tracer is None else both(exchange.tracer, tracer)
                )
            reply: HttpResponse | StreamReply
            try:
                await self._accept(exchange)
                reply = await self._answer(exchange, span)
            except RequestError as error:
                reply = _refuse(error, exchange.media_type)
            except TimeoutError:
                reply = _refuse(_TIMED_OUT, exchange.media_type)
            except Exception as error:
                entry = internal_error(error, where="the request pipeline")
                reply = refusal([entry], exchange.media_type, 500)
            except asyncio.CancelledError:
                for observer in self.observers:
                    observer.ended(exchange, CLIENT_GONE, 0)
                raise
            span.answered(reply.status, reply.codes)
        if self.hooks is not None and self.hooks.response:
            await self._tell_hooks(self.hooks, exchange, reply)
        if exchange.response_headers:
            reply.headers += exchange.response_headers
        if self.cors.enabled:
            reply.headers += self.cors.headers(http)
        if self.trace_header is not None and exchange.trace_id is not None:
            reply.headers.append((self.trace_header, exchange.trace_id.encode()))
        if self.observers:
            self._tell(exchange, reply)
        return reply

    async def _tell_hooks(
        self, hooks: Hooks, exchange: Exchange, reply: HttpResponse | StreamReply
    ) -> None:
        try:
            await hooks.answered(exchange, reply)
        except asyncio.CancelledError:
            if isinstance(reply, StreamReply):
                await reply.parts.close()
            for observer in self.observers:
                observer.ended(exchange, CLIENT_GONE, 0)
            raise

    def _tell(self, exchange: Exchange, reply: HttpResponse | StreamReply) -> None:
        """Tell the observers of an answer; of a stream when it ends."""
        exchange.codes = reply.codes
        if isinstance(reply, StreamReply):
            exchange.streamed = reply.format
            reply.parts = ObservedParts(reply.parts, exchange, self.observers)
            return
        exchange.bytes_out = len(reply.body)
        for observer in self.observers:
            observer.ended(exchange, reply.status, reply.errors)

    async def _accept(self, exchange: Exchange) -> None:
        """Find out what may be answered, who asks, and what."""
        http = exchange.http
        accept = http.header(b"accept")
        exchange.takes = SOCKET if exchange.socket else acceptable(accept)
        if exchange.takes.single:
            exchange.media_type = negotiate(accept)
        if self.csrf_headers is not None and not exchange.socket:
            check_csrf(http, self.csrf_headers)
        identities = self.identities
        if identities.proves:
            client = await identities.identify(http)
        else:
            client = identities.unproved(http)
        exchange.client = client
        if client.told:
            exchange.response_headers += client.told
        if self.admission is not None:
            self.admission.enter(exchange)
        self.documents.authorization.admit(client)
        if exchange.request is None:
            exchange.request = parse_request(http, by_id=self.stored is not None)
        exchange.deadline = self.deadlines.deadline(None if exchange.socket else http)
        if http.batch_deadline is not None:
            exchange.deadline = min(exchange.deadline, http.batch_deadline)
        if self.settings.plugins.expose_trace and wants_trace(http):
            exchange.trace = TraceLog()
            exchange.tracer = both(exchange.tracer, exchange.trace)
            exchange.extensions["trace"] = exchange.trace.shown
        if self.hooks is not None and self.hooks.request:
            await self.hooks.requested(exchange)

    async def _answer(self, exchange: Exchange, span: OperationSpan) -> HttpResponse | StreamReply:
        """Answer a well-formed request on the snapshot that is live now."""
        assert exchange.request is not None
        media_type, takes = exchange.media_type, exchange.takes
        snapshot = exchange.snapshot = self._snapshot()
        snapshot.requests += 1
        try:
            request = exchange.request
            if self.stored is not None and self.stored.concerns(request):
                await self.stored.find(exchange, request)
            if request.query is None:
                refuse_missing_query(request)
            if self.views.sees_all(exchange.client):
                view = snapshot.views.whole
            else:
                view = await self.views.view(snapshot, exchange.client, exchange.deadline)
            exchange.view = view
            prepared = self.documents.known(exchange, view)
            if prepared is None:
                found = await self.documents.prepared(exchange, view)
                if isinstance(found, Refused):
                    refused = refusal(found.errors, media_type, found.status, well_formed=True)
                    return whole(refused, takes)
                prepared = found
            exchange.prepared = prepared
            if exchange.trace is not None:
                exchange.trace.prepared()
            if request.register and self.stored is not None:
                self.stored.keep(request)
            if exchange.trace_id is not None:
                span.named(prepared.operation.kind.value, prepared.operation.name)
            if exchange.http.batch_deadline is not None:
                refuse_in_batch(prepared.operation, defers=prepared.defers is not None)
            check_method(exchange.http, prepared, takes)
            try:
                if self.hooks is not None and self.hooks.operation:
                    await self.hooks.prepared(exchange)
                if request.variables:
                    check_variables(request.variables, self.settings.limits)
                variables = coerce_variables(
                    view.schema.api_schema, prepared.operation, request.variables
                )
                if exchange.http.files is not None:
                    check_files(exchange.http.files, prepared, variables, takes)
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
        subscription = self.subscriptions.open(planned, replan)
        parts: Parts = subscription
        if exchange.client.validity is not None:
            parts = Expiring(subscription, exchange.client.validity, subscription.live.end)
        return StreamReply(exchange.takes.subscription, parts)

    async def planned_again(self, exchange: Exchange, snapshot: Snapshot) -> Planned | None:
        """Return a running subscription planned on another snapshot, None when it is not valid
        there. Who asks is found out anew. Raises `FederationError`, `TimeoutError`.
        """
        assert exchange.request is not None
        client = await self.identities.identify(exchange.http)
        # No request waits for this one, so only planning's own time bounds it.
        end = asyncio.get_running_loop().time() + self.settings.supergraph.query_planning.timeout
        again = replace(exchange, client=client, deadline=end, snapshot=snapshot)
        again.view = await self.views.view(snapshot, client, again.deadline)
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
        if exchange.trace is not None:
            context.last_extensions = {"trace": exchange.trace.shown}
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
        exchange.shared = not context.ran
        if self.response_headers is not None:
            exchange.response_headers += self.response_headers.merged(answer.headers)
        if self.demand is not None:
            self.demand.settle(exchange, prepared, variables, answer)
        if answer.expired:
            errors = [request_error(_TIMED_OUT), *map(dict, answer.errors)]
            return refusal(errors, media_type, 504)
        reply = response(answer.body, media_type, errors=len(answer.errors))
        if answer.errors:
            reply.codes = error_codes(answer.errors)
        if answer.freshness is not None:
            tell_freshness(exchange, reply, answer.freshness, self.settings.response_cache)
        return reply

    def _context(
        self, exchange: Exchange, snapshot: Snapshot, variables: Mapping[str, Any]
    ) -> ExecutionContext:
        """Return what executing needs; each event of a subscription has a deadline of its own."""
        client, http, prepared = exchange.client, exchange.http, exchange.prepared
        context = ExecutionContext(
            variables=variables,
            transports=snapshot.transports
            if http.files is None
            else with_files(snapshot.transports, http.files),
            headers=_NO_HEADERS,
            headers_for=self.identities.headers_for(client, http.headers),
            identity=client.key,
            root_data=_NOTHING,
            extensions=_NOTHING,
            errors=self.error_policy,
            tracer=exchange.tracer,
            propagation=self.propagation,
            keep_headers=self.response_headers is not None,
        )
        if prepared is not None and prepared.withheld:
            self.documents.authorization.tell(exchange, prepared.withheld, context)
        if exchange.closed_subgraphs:
            context.transports = without_asking(context.transports, exchange.closed_subgraphs)
        return context

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
_NO_HEADERS: Mapping[str, str] = {}

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
        stream = StreamReply(StreamFormat.SSE, SinglePart(reply.body))
        stream.errors, stream.codes = reply.errors, reply.codes
        return stream
    if takes.defer:
        part = SinglePart(reply.body[:-1] + b',"hasNext":false}')
        stream = StreamReply(StreamFormat.DEFER, part)
        stream.errors, stream.codes = reply.errors, reply.codes
        return stream
    raise RequestError(
        "nothing acceptable: this operation has one answer; name application/json or"
        " application/graphql-response+json in 'accept' too",
        code="INVALID_ACCEPT_HEADER",
        http_status=406,
    )


# What RFC 9110 §15.5 wants said with these.
_SAID_WITH: Mapping[int, tuple[tuple[bytes, bytes], ...]] = {
    401: ((b"www-authenticate", b"Bearer"),),
    405: ((b"allow", b"GET, POST"),),
}


def _refuse(
    error: RequestError, media_type: MediaType, *, well_formed: bool = False
) -> HttpResponse:
    extra = _SAID_WITH.get(error.http_status, ())
    if error.retry_after is not None:
        extra = (*extra, (b"retry-after", b"%d" % error.retry_after))
    entry = request_error(error)
    return refusal([entry], media_type, error.http_status, *extra, well_formed=well_formed)
