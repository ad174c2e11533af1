"""One request, top to bottom.

`answer` reads as the list of stages. What depends on the document alone is prepared once and kept
in the snapshot; a request for a known document goes from parsing its body straight to execution.
"""

from __future__ import annotations

import asyncio
import contextvars
from collections.abc import Mapping
from concurrent.futures import Executor
from dataclasses import dataclass, replace
from typing import Any

import orjson

from federation.errors import RequestError
from federation.execution.context import ErrorPolicy, ExecutionContext
from federation.execution.propagation import Propagation
from federation.operation.variables import coerce_variables
from federation.plan.nodes import OperationKind
from federation.registry.document_cache import Key
from federation.registry.snapshot import LiveSnapshot, Snapshot
from federation.server.cors import CorsRules
from federation.server.deadlines import Deadlines
from federation.server.deferral import (
    DeferredParts,
    PreparedDeferral,
    deferral_key,
    prepare_deferral,
)
from federation.server.errors import internal_error, request_error
from federation.server.identity import IdentityRules
from federation.server.operation_sharing import OperationSharing
from federation.server.override_labels import NO_LABELS, OverrideLabelRules
from federation.server.plan_exposure import Exposure, asked_for, plan_extensions
from federation.server.preparation import Preparation, Prepared, Refused
from federation.server.request import GraphQLRequest, HttpRequest, check_csrf, parse_request
from federation.server.response import HttpResponse, MediaType, negotiate, refusal, response
from federation.server.settings.engine import EngineSettings
from federation.server.stream_formats import SOCKET, Acceptable, StreamFormat, acceptable
from federation.server.streaming import SinglePart, StreamReply
from federation.server.subscriptions import Planned, Subscriptions
from federation.server.telemetry import OperationSpan, Tracing


@dataclass(frozen=True, slots=True)
class Pipeline:
    """The stages with what they need; nothing here belongs to one request."""

    settings: EngineSettings
    live: LiveSnapshot
    preparation: Preparation
    cold: Executor
    tracing: Tracing
    cors: CorsRules
    identities: IdentityRules
    csrf_headers: tuple[bytes, ...] | None
    error_policy: ErrorPolicy
    labels: OverrideLabelRules
    subscriptions: Subscriptions
    sharing: OperationSharing
    deadlines: Deadlines
    propagation: Propagation | None

    async def answer(
        self, http: HttpRequest, request: GraphQLRequest | None = None
    ) -> HttpResponse | StreamReply:
        """Return the reply to one HTTP request on the GraphQL path. Raises only cancellation.

        `request`: already read, when it came over a WebSocket; `http` is then its handshake.
        """
        with self.tracing.operation(http.headers) as span:
            media_type = MediaType.JSON
            reply: HttpResponse | StreamReply
            try:
                accept = http.header(b"accept")
                takes = SOCKET if request is not None else acceptable(accept)
                if takes.single:
                    media_type = negotiate(accept)
                if request is None:
                    self._check_csrf(http)
                    request = parse_request(http)
                reply = await self._answer(http, request, media_type, takes, span)
            except RequestError as error:
                reply = _refuse(error, media_type)
            except TimeoutError:
                reply = _refuse(_TIMED_OUT, media_type)
            except Exception as error:
                entry = internal_error(error, where="the request pipeline")
                reply = refusal([entry], media_type, 500)
            span.answered(reply.status, reply.errors)
        if self.cors.enabled:
            reply.headers += self.cors.headers(http)
        return reply

    async def _answer(
        self,
        http: HttpRequest,
        request: GraphQLRequest,
        media_type: MediaType,
        takes: Acceptable,
        span: OperationSpan,
    ) -> HttpResponse | StreamReply:
        """Answer a well-formed request on the snapshot that is live now."""
        deadline = self.deadlines.deadline(None if takes is SOCKET else http)
        snapshot = self._snapshot()
        snapshot.requests += 1
        try:
            prepared = await self._prepared(snapshot, request, http, deadline)
            if isinstance(prepared, Refused):
                refused = refusal(prepared.errors, media_type, prepared.status, well_formed=True)
                return whole(refused, takes)
            span.named(prepared.operation.kind.value, prepared.operation.name)
            check_method(http, prepared, takes)
            try:
                variables = coerce_variables(
                    snapshot.schema.api_schema, prepared.operation, request.variables
                )
            except RequestError as error:
                return whole(_refuse(error, media_type, well_formed=True), takes)
            if prepared.operation.kind is OperationKind.SUBSCRIPTION:
                return self._subscribe(http, request, takes, snapshot, prepared, variables)
            if takes.defer and prepared.defers is not None:
                parts = await self._defer(http, request, snapshot, prepared, variables, deadline)
                if parts is not None:
                    return StreamReply(StreamFormat.DEFER, parts)
            return whole(
                await self._execute(http, media_type, snapshot, prepared, variables, deadline),
                takes,
            )
        finally:
            snapshot.requests -= 1
            if snapshot.retired:
                await snapshot.close_if_idle()

    def _subscribe(
        self,
        http: HttpRequest,
        request: GraphQLRequest,
        takes: Acceptable,
        snapshot: Snapshot,
        prepared: Prepared,
        variables: Mapping[str, Any],
    ) -> StreamReply:
        """Return the stream of a subscription; it opens when the reply is run."""
        assert takes.subscription is not None

        async def replan(fresh: Snapshot) -> Planned | None:
            again = await self._prepared(fresh, request, http)
            if isinstance(again, Refused):
                return None
            values = coerce_variables(fresh.schema.api_schema, again.operation, request.variables)
            return Planned(fresh, again.compiled, self._event_context(http, fresh, values))

        context = self._event_context(http, snapshot, variables)
        planned = Planned(snapshot, prepared.compiled, context)
        return StreamReply(takes.subscription, self.subscriptions.open(planned, replan))

    async def _defer(
        self,
        http: HttpRequest,
        request: GraphQLRequest,
        snapshot: Snapshot,
        prepared: Prepared,
        variables: Mapping[str, Any],
        deadline: float,
    ) -> DeferredParts | None:
        """Return the answer in parts, or None when these values defer nothing."""
        assert request.query is not None
        assert prepared.defers is not None
        labels = self.labels.active(prepared.labels, http) if prepared.labels else NO_LABELS
        values = {name: variables.get(name, True) is not False for name in prepared.defers}
        text, name = request.query, request.operation_name or None
        key = deferral_key((text, name, labels), prepared.defers, values)

        async def make() -> PreparedDeferral:
            return await asyncio.get_running_loop().run_in_executor(
                self.cold, prepare_deferral, snapshot.schema, text, name, labels, values
            )

        async with asyncio.timeout_at(self._planned_by(deadline)):
            made: PreparedDeferral = await snapshot.documents.fill(key, make)
        if made.compiled is None:
            return None
        extensions: dict[str, Any] = {}
        if self.settings.plugins.expose_query_plan:
            exposure = asked_for(http)
            if exposure is Exposure.DRY_RUN:
                return None  # nothing runs, so there is one answer
            if exposure is not None:
                extensions = plan_extensions(http, made.compiled.shown_plan())
        context = replace(
            self._event_context(http, snapshot, variables),
            deadline=deadline,
            extensions=extensions,
            root_data=await self._introspect(snapshot, prepared, variables),
        )
        return DeferredParts(snapshot, made.compiled, context)

    def _event_context(
        self, http: HttpRequest, snapshot: Snapshot, variables: Mapping[str, Any]
    ) -> ExecutionContext:
        """Return what answering each event needs; its deadline is its own."""
        identity = self.identities.identify(http)
        return ExecutionContext(
            variables=variables,
            transports=snapshot.transports,
            headers_for=self.identities.headers_for(identity, http.headers),
            identity=identity.key,
            errors=self.error_policy,
            tracer=self.tracing.fetches,
            propagation=self.propagation,
        )

    def _check_csrf(self, http: HttpRequest) -> None:
        if self.csrf_headers is not None:
            check_csrf(http, self.csrf_headers)

    def _snapshot(self) -> Snapshot:
        snapshot = self.live.current
        if snapshot is None:
            raise RequestError(
                "no supergraph is loaded yet; try again shortly",
                code="NO_SUPERGRAPH_AVAILABLE",
                http_status=503,
            )
        return snapshot

    async def _prepared(
        self,
        snapshot: Snapshot,
        request: GraphQLRequest,
        http: HttpRequest,
        deadline: float | None = None,
    ) -> Prepared | Refused:
        """Return what is known of the document under the override labels of this request."""
        assert request.query is not None
        key = (request.query, request.operation_name or None, NO_LABELS)
        known: Prepared | Refused | None = snapshot.documents.get(key)
        if known is None:
            known = await self._fill(snapshot, key, deadline)
        if isinstance(known, Prepared) and known.labels:
            labels = self.labels.active(known.labels, http)
            if labels:
                key = (key[0], key[1], labels)
                found = snapshot.documents.get(key)
                return found or await self._fill(snapshot, key, deadline)
        return known

    def _planned_by(self, deadline: float | None) -> float:
        """Return until when a document must be prepared."""
        loop = asyncio.get_running_loop()
        end = loop.time() + self.settings.supergraph.query_planning.timeout
        return end if deadline is None else min(end, deadline)

    async def _fill(
        self, snapshot: Snapshot, key: Key, deadline: float | None
    ) -> Prepared | Refused:
        """Prepare a document in a thread, once for all who ask for it."""
        planning = self.settings.supergraph.query_planning
        if snapshot.documents.filling >= planning.max_queued:
            raise RequestError(
                "too many new operations at once; try again shortly",
                code="REQUEST_CONCURRENCY_LIMITED",
                http_status=503,
            )

        async def make() -> Prepared | Refused:
            context = contextvars.copy_context()
            return await asyncio.get_running_loop().run_in_executor(
                self.cold, context.run, self.preparation.prepare, snapshot.schema, *key
            )

        async with asyncio.timeout_at(self._planned_by(deadline)):
            made: Prepared | Refused = await snapshot.documents.fill(key, make)
        return made

    async def _execute(
        self,
        http: HttpRequest,
        media_type: MediaType,
        snapshot: Snapshot,
        prepared: Prepared,
        variables: Mapping[str, Any],
        deadline: float,
    ) -> HttpResponse:
        extensions: dict[str, Any] = {}
        if self.settings.plugins.expose_query_plan:
            exposure = asked_for(http)
            if exposure is not None:
                extensions = plan_extensions(http, prepared.plan)
            if exposure is Exposure.DRY_RUN:
                return response(orjson.dumps({"data": None, "extensions": extensions}), media_type)
        identity = self.identities.identify(http)
        answer = await self.sharing.execute(
            prepared,
            ExecutionContext(
                variables=variables,
                transports=snapshot.transports,
                headers_for=self.identities.headers_for(identity, http.headers),
                identity=identity.key,
                deadline=deadline,
                root_data=await self._introspect(snapshot, prepared, variables),
                extensions=extensions,
                errors=self.error_policy,
                tracer=self.tracing.fetches,
                propagation=self.propagation,
            ),
        )
        if answer.expired:
            errors = [request_error(_TIMED_OUT), *map(dict, answer.errors)]
            return refusal(errors, media_type, 504)
        return response(answer.body, media_type, errors=len(answer.errors))

    async def _introspect(
        self, snapshot: Snapshot, prepared: Prepared, variables: Mapping[str, Any]
    ) -> Mapping[str, Any]:
        introspection = prepared.introspection
        if introspection is None:
            return _NOTHING
        if introspection.known is not None:
            return introspection.known
        return await asyncio.get_running_loop().run_in_executor(
            self.cold, introspection.answer, snapshot.schema.api_schema, variables
        )


_NOTHING: Mapping[str, Any] = {}

_TIMED_OUT = RequestError(
    "the request took too long; ask for less", code="GATEWAY_TIMEOUT", http_status=504
)


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
