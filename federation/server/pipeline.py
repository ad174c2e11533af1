"""One request, top to bottom.

`answer` reads as the list of stages. What depends on the document alone is prepared once and kept
in the snapshot; a request for a known document goes from parsing its body straight to execution.
"""

from __future__ import annotations

import asyncio
import contextvars
from collections.abc import Mapping
from concurrent.futures import Executor
from dataclasses import dataclass
from typing import Any

import orjson

from federation.errors import RequestError
from federation.execution.context import ErrorPolicy, ExecutionContext
from federation.operation.variables import coerce_variables
from federation.plan.nodes import OperationKind
from federation.registry.snapshot import LiveSnapshot, Snapshot
from federation.server.cors import CorsRules
from federation.server.errors import internal_error, request_error
from federation.server.headers import HeaderPropagation
from federation.server.plan_exposure import Exposure, asked_for, plan_extensions
from federation.server.preparation import Preparation, Prepared, Refused
from federation.server.request import GraphQLRequest, HttpRequest, check_csrf, parse_request
from federation.server.response import HttpResponse, MediaType, negotiate, refusal, response
from federation.server.settings import EngineSettings
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
    headers: HeaderPropagation
    csrf_headers: tuple[bytes, ...] | None
    error_policy: ErrorPolicy

    async def answer(self, http: HttpRequest) -> HttpResponse:
        """Return the reply to one HTTP request on the GraphQL path. Raises only cancellation."""
        with self.tracing.operation(http.headers) as span:
            media_type = MediaType.JSON
            try:
                media_type = negotiate(http.header(b"accept"))
                self._check_csrf(http)
                request = parse_request(http)
                reply = await self._answer(http, request, media_type, span)
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
        span: OperationSpan,
    ) -> HttpResponse:
        """Answer a well-formed request on the snapshot that is live now."""
        deadline = asyncio.get_running_loop().time() + self.settings.traffic_shaping.router.timeout
        snapshot = self._snapshot()
        snapshot.requests += 1
        try:
            prepared = await self._prepared(snapshot, request)
            if isinstance(prepared, Refused):
                return refusal(prepared.errors, media_type, prepared.status, well_formed=True)
            span.named(prepared.operation.kind.value, prepared.operation.name)
            check_method(http, prepared)
            try:
                variables = coerce_variables(
                    snapshot.schema.api_schema, prepared.operation, request.variables
                )
            except RequestError as error:
                return _refuse(error, media_type, well_formed=True)
            return await self._execute(http, media_type, snapshot, prepared, variables, deadline)
        finally:
            snapshot.requests -= 1
            if snapshot.retired:
                await snapshot.close_if_idle()

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

    async def _prepared(self, snapshot: Snapshot, request: GraphQLRequest) -> Prepared | Refused:
        """Return what is known of the document, prepared in a thread if it is new."""
        assert request.query is not None
        key = (request.query, request.operation_name or None)
        known: Prepared | Refused | None = snapshot.documents.get(key)
        if known is not None:
            return known
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

        async with asyncio.timeout(planning.timeout):
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
        rules = self.headers
        answer = await prepared.compiled.execute(
            ExecutionContext(
                variables=variables,
                transports=snapshot.transports,
                headers_for=None
                if rules.empty
                else lambda name: rules.headers_for(name, http.headers),
                deadline=deadline,
                root_data=await self._introspect(snapshot, prepared, variables),
                extensions=extensions,
                errors=self.error_policy,
                tracer=self.tracing.fetches,
            )
        )
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


def check_method(http: HttpRequest, prepared: Prepared) -> None:
    """Refuse what the method must not do, and operations that need a stream."""
    kind = prepared.operation.kind
    if kind is OperationKind.SUBSCRIPTION:
        raise RequestError(
            "subscriptions are not answered over this protocol",
            code="SUBSCRIPTION_NOT_SUPPORTED",
        )
    if http.method == "GET" and kind is not OperationKind.QUERY:
        raise RequestError(
            "a GET request can only query; send mutations with POST",
            code="MUTATION_FORBIDDEN",
            http_status=405,
        )


def _refuse(
    error: RequestError, media_type: MediaType, *, well_formed: bool = False
) -> HttpResponse:
    extra = ((b"allow", b"GET, POST"),) if error.http_status == 405 else ()
    entry = request_error(error)
    return refusal([entry], media_type, error.http_status, *extra, well_formed=well_formed)
