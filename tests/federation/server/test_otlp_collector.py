"""Spans as a collector gets them: OTLP over HTTP, read back with the protocol's own messages."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.trace.v1.trace_pb2 import Span, Status

from federation.config.load import parse_config
from federation.server.settings.engine import EngineSettings
from tests.federation.server.harness import engine

TRACE = "0af7651916cd43dd8448eb211c80319c"


@dataclass
class Collector:
    """A stand-in for an OpenTelemetry collector on a free port of this machine."""

    status: int = 200
    requests: list[ExportTraceServiceRequest] = field(default_factory=list)
    headers: list[Any] = field(default_factory=list)
    port: int = 0

    async def __aenter__(self) -> Collector:
        app = web.Application()
        app.router.add_post("/v1/traces", self._take)
        self._runner = web.AppRunner(app)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", 0)
        await site.start()
        self.port = site._server.sockets[0].getsockname()[1]  # type: ignore[union-attr]
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._runner.cleanup()

    async def _take(self, request: web.Request) -> web.Response:
        assert request.content_type == "application/x-protobuf"
        self.requests.append(ExportTraceServiceRequest.FromString(await request.read()))
        self.headers.append(request.headers)
        return web.Response(status=self.status)

    def spans(self) -> dict[str, Span]:
        return {
            span.name: span
            for request in self.requests
            for resource in request.resource_spans
            for scope in resource.scope_spans
            for span in scope.spans
        }

    def settings(self, more: str = "", common: str = "{}") -> EngineSettings:
        otlp = (
            f"{{enabled: true, endpoint: 'http://127.0.0.1:{self.port}/v1/traces',"
            " http: {headers: {x-token: t0ken}}, batch_processor: {scheduled_delay: 100ms}}"
        )
        tracing = f"{{common: {common}, otlp: {otlp}{more}}}"
        return parse_config(f"telemetry: {{exporters: {{tracing: {tracing}}}}}", EngineSettings)


def attributes(span: Any) -> dict[str, Any]:
    return {one.key: getattr(one.value, one.value.WhichOneof("value")) for one in span.attributes}


async def test_a_collector_gets_the_tree_of_a_request() -> None:
    async with Collector() as collector:
        resource = "{deployment.environment: test}"
        common = f"{{service_name: hub, service_namespace: cnipa, resource: {resource}}}"
        settings = collector.settings(", response_trace_id: {enabled: true}", common)
        async with engine(settings) as client:
            headers = {"traceparent": f"00-{TRACE}-b7ad6b7169203331-01", "tracestate": "v=1"}
            reply = await client.post("query Greet { hello secret }", headers=headers)
            assert reply.headers["apollo-trace-id"] == TRACE
            (sent,) = client.subgraph.headers
            assert sent["tracestate"] == "v=1"
        spans = collector.spans()
        (first, *_) = collector.requests
    process = attributes(first.resource_spans[0].resource)
    assert process["service.name"] == "hub"
    assert process["service.namespace"] == "cnipa"
    assert process["deployment.environment"] == "test"
    assert collector.headers[0]["x-token"] == "t0ken"
    operation = spans["query Greet"]
    assert operation.kind == Span.SPAN_KIND_SERVER
    assert operation.parent_span_id.hex() == "b7ad6b7169203331"
    assert attributes(operation)["graphql.errors"] == 1
    assert attributes(operation)["error.type"] == "DOWNSTREAM_SERVICE_ERROR"
    fetch = spans["fetch demo"]
    assert fetch.kind == Span.SPAN_KIND_CLIENT
    assert fetch.parent_span_id == operation.span_id
    assert attributes(fetch)["http.response.status_code"] == 200
    assert {span.trace_id.hex() for span in spans.values()} == {TRACE}
    assert sent["traceparent"].split("-")[2] == fetch.span_id.hex()


async def test_a_caller_can_be_followed_or_not() -> None:
    headers = {"traceparent": f"00-{TRACE}-b7ad6b7169203331-00"}
    async with Collector() as collector:
        async with engine(collector.settings()) as client:
            await client.post("{ hello }", headers=headers)
        assert not collector.spans()
        common = "{parent_based_sampler: false}"
        async with engine(collector.settings(common=common)) as client:
            await client.post("{ hello }", headers=headers)
        assert collector.spans()["query"].trace_id.hex() == TRACE
        collector.requests.clear()
        no_parent = ", propagation: {trace_context: false}"
        async with engine(collector.settings(no_parent)) as client:
            await client.post("{ hello }", headers=headers)
        operation = collector.spans()["query"]
        assert operation.trace_id.hex() != TRACE
        assert not operation.parent_span_id


async def test_failures_are_marked() -> None:
    async with Collector() as collector:
        async with engine(collector.settings()) as client:
            parts = [
                client.post("{ slow(milliseconds: 5000) }", headers={"x-request-timeout-ms": "50"})
            ]
            (reply,) = await asyncio.gather(*parts)
            assert reply.status == 504
        spans = collector.spans()
    assert spans["query"].status.code == Status.STATUS_CODE_ERROR
    assert attributes(spans["query"])["error.type"] == "GATEWAY_TIMEOUT"
    assert spans["fetch demo"].status.code == Status.STATUS_CODE_ERROR
    assert attributes(spans["fetch demo"])["error.type"] == "GATEWAY_TIMEOUT"


async def test_a_collector_that_refuses_hurts_no_request() -> None:
    async with Collector(status=503) as collector, engine(collector.settings()) as client:
        for _ in range(20):
            assert (await client.post("{ hello }")).status == 200
            await asyncio.sleep(0.01)
        await asyncio.sleep(0.2)
        assert collector.requests
