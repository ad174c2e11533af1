"""Tracing with an OTLP exporter. Imported only where one is configured.

W3C trace context comes in with the request (`traceparent`) and goes out with each fetch. A caller
that has decided to sample, or not to, is followed; otherwise the configured share is sampled.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager

from opentelemetry import trace
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import SpanProcessor, TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.sdk.trace.sampling import ParentBased, TraceIdRatioBased
from opentelemetry.trace import SpanKind, StatusCode
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

from federation.errors import FederationError
from federation.execution.tracing import FetchTracer, OpenTelemetryFetches
from federation.server.settings.telemetry import Tracing as TracingSettings
from federation.server.telemetry import OperationSpan, RawHeaders

_CONTEXT_HEADERS = (b"traceparent", b"tracestate")
_propagator = TraceContextTextMapPropagator()


class OtlpTracing:
    """`Tracing` over the OpenTelemetry SDK. `processor` is for tests."""

    def __init__(self, settings: TracingSettings, processor: SpanProcessor | None = None) -> None:
        self._provider = TracerProvider(
            sampler=ParentBased(TraceIdRatioBased(settings.common.sampler)),
            resource=Resource.create({"service.name": settings.common.service_name}),
            shutdown_on_exit=False,
        )
        self._provider.add_span_processor(processor or _exporter(settings.otlp.endpoint))
        self._tracer = self._provider.get_tracer("zhitong-hub")
        self.fetches: FetchTracer | None = OpenTelemetryFetches(self._tracer)

    @contextmanager
    def operation(self, headers: RawHeaders) -> Iterator[OperationSpan]:
        parent = _propagator.extract(_context_headers(headers))
        with self._tracer.start_as_current_span(
            "GraphQL operation", context=parent, kind=SpanKind.SERVER
        ) as span:
            yield _OperationSpan(span)

    def stage(self, name: str) -> AbstractContextManager[object]:
        return self._tracer.start_as_current_span(name, record_exception=False)

    def close(self) -> None:
        """Send what is left; at most a few seconds, whatever the collector does."""
        self._provider.shutdown()


class _OperationSpan:
    def __init__(self, span: trace.Span) -> None:
        self._span = span

    def named(self, kind: str, name: str | None) -> None:
        self._span.set_attribute("graphql.operation.type", kind)
        if name:
            self._span.set_attribute("graphql.operation.name", name)
            self._span.update_name(f"{kind} {name}")
        else:
            self._span.update_name(kind)

    def answered(self, status: int, errors: int) -> None:
        self._span.set_attribute("http.response.status_code", status)
        if errors:
            self._span.set_attribute("graphql.errors", errors)
        if status >= 500:
            self._span.set_status(StatusCode.ERROR)


def _context_headers(headers: RawHeaders) -> Mapping[str, str]:
    return {
        name.decode("latin-1"): value.decode("latin-1")
        for name, value in headers
        if name in _CONTEXT_HEADERS
    }


def _exporter(endpoint: str) -> SpanProcessor:
    try:
        from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
    except ImportError:
        raise FederationError(
            "telemetry.exporters.tracing.otlp is enabled, but the exporter is not installed;"
            " install it with: pip install 'zhitong-hub[otel]'",
            code="INVALID_CONFIGURATION",
        ) from None
    return BatchSpanProcessor(OTLPSpanExporter(endpoint=endpoint, timeout=5))
