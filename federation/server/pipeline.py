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
from federation.execution.context import Answer, ExecutionContext
from federation.execution.deadlines import clock
from federation.execution.tracing import both
from federation.operation.variables import coerce_variables
from federation.plan.nodes import OperationKind
from federation.registry.snapshot import LiveSnapshot, Snapshot
from federation.registry.views import View
from federation.server.callers.expiry import Expiring
from federation.server.callers.identity import NOBODY, ClientIdentity, IdentityRules
from federation.server.contexts import Contexts
from federation.server.deadlines import Deadlines
from federation.server.deferral import DeferredParts
from federation.server.documents import Documents
from federation.server.errors import internal_error, request_error
from federation.server.exchange import Exchange
from federation.server.hooks.running import Hooks
from federation.server.known_requests import KnownRequests
from federation.server.limits import check_variables
from federation.server.listener.work import Work
from federation.server.observing.observed_parts import ObservedParts
from federation.server.observing.telemetry import OperationSpan, Tracing
from federation.server.operation_sharing import OperationSharing
from federation.server.outcomes import TIMED_OUT, check_method, refused, whole
from federation.server.plan_exposure import Exposure, asked_for, plan_extensions
from federation.server.preparation import Prepared, Refused
from federation.server.settings.engine import EngineSettings
from federation.server.shared_streams import Planned
from federation.server.stages import (
    CLIENT_GONE,
    Admission,
    DemandControl,
    Observer,
    StoredDocuments,
)
from federation.server.subgraphs.response_caching import tell_freshness
from federation.server.subgraphs.response_headers import ResponseHeaderPropagation
from federation.server.subscriptions import Subscriptions
from federation.server.trace_exposure import TraceLog, wants_trace
from federation.server.view_rules import ViewRules
from federation.server.wire.batching import refuse_in_batch
from federation.server.wire.cors import CorsRules
from federation.server.wire.request import (
    GraphQLRequest,
    HttpRequest,
    check_content_type,
    check_csrf,
    parse_request,
    refuse_missing_query,
)
from federation.server.wire.response import (
    HttpResponse,
    error_codes,
    negotiate,
    refusal,
    response,
)
from federation.server.wire.stream_formats import SOCKET, StreamFormat, acceptable
from federation.server.wire.streaming import Parts, StreamReply
from federation.server.wire.uploads import check_files


@dataclass(frozen=True, slots=True)
class Pipeline:
    """The stages with what they need; nothing here belongs to one request.

    `current` gives the pipeline of the configuration that is live now: a subscription outlives the
    one it was opened with. For `stored`, `admission`, `demand`, `observers` see `stages`. `known`
    is None where somebody may write into requests.
    """

    settings: EngineSettings
    live: LiveSnapshot
    views: ViewRules
    documents: Documents
    tracing: Tracing
    cors: CorsRules
    identities: IdentityRules
    csrf_headers: tuple[bytes, ...] | None
    subscriptions: Subscriptions
    sharing: OperationSharing
    deadlines: Deadlines
    contexts: Contexts
    current: Callable[[], Pipeline]
    stored: StoredDocuments | None = None
    admission: Admission | None = None
    demand: DemandControl | None = None
    observers: tuple[Observer, ...] = ()
    response_headers: ResponseHeaderPropagation | None = None
    trace_header: bytes | None = None
    work: Work = field(default_factory=lambda: Work(None))
    hooks: Hooks | None = None
    known: KnownRequests | None = None

    def answer(
        self, http: HttpRequest, request: GraphQLRequest | None = None
    ) -> Coroutine[Any, Any, HttpResponse | StreamReply]:
        """Return the reply to one HTTP request on the GraphQL path. Raises only cancellation.

        `request`: already read, when it came over a WebSocket; `http` is then its handshake.
        """
        exchange = Exchange.begin(http, request)
        if self.admission is None:
            return self._work(exchange)
        return self._admitted(self.admission, exchange)

    async def _admitted(
        self, admission: Admission, exchange: Exchange
    ) -> HttpResponse | StreamReply:
        reply: HttpResponse | StreamReply | None = None
        try:
            reply = await self._work(exchange)
        finally:
            admission.leave(exchange, reply)
        return reply

    def _work(self, exchange: Exchange) -> Coroutine[Any, Any, HttpResponse | StreamReply]:
        # Each coroutine less is one less to go through at each wait.
        return self._traced(exchange) if self.tracing.records else self._told(exchange, None)

    async def _traced(self, exchange: Exchange) -> HttpResponse | StreamReply:
        with self.tracing.operation(exchange.http) as span:
            exchange.trace_id, exchange.tracer = span.trace_id, span.fetches
            return await self._told(exchange, span)

    async def _told(
        self, exchange: Exchange, span: OperationSpan | None
    ) -> HttpResponse | StreamReply:
        """Return the reply; whoever wants to know is told of it. `span`: where it is traced."""
        for observer in self.observers:
            tracer = observer.started(exchange)
            exchange.tracer = tracer if exchange.tracer is None else both(exchange.tracer, tracer)
        reply: HttpResponse | StreamReply
        try:
            self._check(exchange)
            if self.identities.proves:
                self._accept(exchange, await self.identities.identify(exchange.http))
            else:
                self._accept(exchange, self.identities.unproved(exchange.http))
            if self.hooks is not None and self.hooks.request:
                await self.hooks.requested(exchange)
            reply = await self._answer(exchange, span)
        except RequestError as error:
            reply = refused(error, exchange.media_type)
        except TimeoutError:
            reply = refused(TIMED_OUT, exchange.media_type)
        except Exception as error:
            entry = internal_error(error, where="the request pipeline")
            reply = refusal([entry], exchange.media_type, 500)
        except asyncio.CancelledError:
            for observer in self.observers:
                observer.ended(exchange, CLIENT_GONE, 0)
            raise
        if span is not None:
            span.answered(reply.status, reply.codes)
        if self.hooks is not None and self.hooks.response:
            await self._tell_hooks(self.hooks, exchange, reply)
        if exchange.response_headers:
            reply.headers += exchange.response_headers
        if self.cors.enabled:
            reply.headers += self.cors.headers(exchange.http)
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

    def _check(self, exchange: Exchange) -> None:
        """Find out what may be answered; refuse what a foreign page may have sent."""
        http = exchange.http
        accept = http.header(b"accept")
        exchange.takes = takes = SOCKET if exchange.socket else acceptable(accept)
        if takes.single:
            exchange.media_type = negotiate(accept)
        if self.csrf_headers is not None and not exchange.socket:
            check_csrf(http, self.csrf_headers)

    def _accept(self, exchange: Exchange, client: ClientIdentity) -> None:
        """Let a caller in, and find out what is asked."""
        http = exchange.http
        exchange.client = client
        if client.told:
            exchange.response_headers += client.told
        if self.admission is not None:
            self.admission.enter(exchange)
        self.documents.authorization.admit(client)
        if exchange.request is None:
            known = None
            if self.known is not None and http.method == "POST":
                known = self.known.get(http.body)
            if known is None:
                exchange.request = parse_request(http, by_id=self.stored is not None)
            else:
                check_content_type(http.header(b"content-type"))
                exchange.known, exchange.request = known, known.request
        exchange.deadline = self.deadlines.deadline(None if exchange.socket else http)
        if http.batch_deadline is not None:
            exchange.deadline = min(exchange.deadline, http.batch_deadline)
        if self.settings.plugins.expose_trace and wants_trace(http):
            exchange.trace = TraceLog()
            exchange.tracer = both(exchange.tracer, exchange.trace)
            exchange.extensions["trace"] = exchange.trace.shown

    async def _answer(
        self, exchange: Exchange, span: OperationSpan | None
    ) -> HttpResponse | StreamReply:
        """Answer a well-formed request on the snapshot that is live now."""
        assert exchange.request is not None
        media_type, takes = exchange.media_type, exchange.takes
        snapshot = exchange.snapshot = self._snapshot()
        snapshot.requests += 1
        try:
            request = exchange.request
            if self.stored is not None and exchange.known is None and self.stored.concerns(request):
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
                    reply = refusal(found.errors, media_type, found.status, well_formed=True)
                    return whole(reply, takes)
                prepared = found
            exchange.prepared = prepared
            if exchange.trace is not None:
                exchange.trace.prepared()
            if request.register and self.stored is not None:
                self.stored.keep(request)
            if span is not None:
                span.named(prepared.operation.kind.value, prepared.operation.name)
            if exchange.http.batch_deadline is not None:
                refuse_in_batch(prepared.operation, defers=prepared.defers is not None)
            check_method(exchange.http, prepared, takes)
            try:
                if self.hooks is not None and self.hooks.operation:
                    await self.hooks.prepared(exchange)
                variables = self._variables(exchange, view, prepared)
                if exchange.http.files is not None:
                    check_files(exchange.http.files, prepared, variables, takes)
                if self.demand is not None:
                    self.demand.check(exchange, prepared, variables)
            except RequestError as error:
                return whole(refused(error, media_type, well_formed=True), takes)
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

    def _variables(self, exchange: Exchange, view: View, prepared: Prepared) -> Mapping[str, Any]:
        """Return the variables, checked and coerced. Raises `RequestError`."""
        known, request = exchange.known, exchange.request
        if known is not None and known.operation is prepared.operation:
            return known.variables
        assert request is not None
        if request.variables:
            check_variables(request.variables, self.settings.limits)
        variables = coerce_variables(view.schema.api_schema, prepared.operation, request.variables)
        judged = self.stored is not None and self.stored.concerns(request)
        if self.known is not None and not exchange.socket and not judged:
            self.known.keep(exchange, prepared, variables)
        return variables

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

        planned = self._planned(exchange, snapshot, prepared, variables)
        subscription = self.subscriptions.open(planned, replan)
        exchange.shared = subscription.joined
        parts: Parts = subscription
        if exchange.client.validity is not None:
            parts = Expiring(subscription, exchange.client.validity, subscription.end)
        return StreamReply(exchange.takes.subscription, parts)

    async def planned_again(self, exchange: Exchange, snapshot: Snapshot) -> Planned | None:
        """Return a running subscription planned on another snapshot, None when it is not valid
        there. Who asks is found out anew. Raises `FederationError`, `TimeoutError`.
        """
        assert exchange.request is not None
        client = await self.identities.identify(exchange.http)
        # No request waits for this one, so only planning's own time bounds it.
        end = clock() + self.settings.supergraph.query_planning.timeout
        again = replace(exchange, client=client, deadline=end, snapshot=snapshot)
        again.view = await self.views.view(snapshot, client, again.deadline)
        prepared = await self.documents.prepared(again, again.view)
        if isinstance(prepared, Refused):
            return None
        again.prepared = prepared
        schema = again.view.schema.api_schema
        variables = coerce_variables(schema, prepared.operation, exchange.request.variables)
        return self._planned(again, snapshot, prepared, variables)

    def _planned(
        self,
        exchange: Exchange,
        snapshot: Snapshot,
        prepared: Prepared,
        variables: Mapping[str, Any],
    ) -> Planned:
        """Return a subscription with what is compared to find out who asks for the same."""
        # What says who asks may be signed anew each time; the identity is compared instead.
        client = replace(exchange.client, headers=NOBODY.headers)
        return Planned(
            snapshot,
            prepared.compiled,
            self._context(exchange, snapshot, variables),
            self.identities.headers_for(client, exchange.http.headers),
            # Hooks on calls may look at more than the call.
            apart=self.hooks is not None and bool(self.hooks.fetch),
        )

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
        root_data = _NOTHING
        if prepared.introspection is not None:
            root_data = await self._introspect(_view(exchange), prepared, variables)
        exchange.shared = True

        def run() -> Coroutine[Any, Any, Answer]:
            exchange.shared = False
            context = self._context(exchange, snapshot, variables)
            context.deadline, context.extensions = exchange.deadline, exchange.extensions
            context.root_data = root_data
            return prepared.compiled.execute(context)

        answer = await self.sharing.execute(self.contexts.asked(exchange, snapshot, variables), run)
        if self.response_headers is not None:
            exchange.response_headers += self.response_headers.merged(answer.headers)
        if self.demand is not None:
            self.demand.settle(exchange, prepared, variables, answer)
        if answer.expired:
            errors = [request_error(TIMED_OUT), *map(dict, answer.errors)]
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
        return self.contexts.context(exchange, snapshot, variables)

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


def _view(exchange: Exchange) -> View:
    assert exchange.view is not None
    return exchange.view
