"""Tracing with an OTLP exporter. Imported only where one is configured.

W3C trace context comes in with the request (`traceparent`) and goes out with each fetch. A caller
that has decided to sample, or not to, is followed; otherwise the configured share is sampled.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager

from opentelemetry import trace
from opentelemetry.context import Context
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import SpanProcessor, TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.sdk.trace.sampling import ParentBased, TraceIdRatioBased
from opentelemetry.trace import SpanKind, StatusCode
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

from federation.errors import FederationError
from federation.execution.tracing import FetchTracer, OpenTelemetryFetches
from federation.server.observing.telemetry import OperationSpan, RawHeaders
from federation.server.settings.telemetry import Otlp
from federation.server.settings.telemetry import Tracing as TracingSettings

_CONTEXT_HEADERS = (b"traceparent", b"tracestate")
_propagator = TraceContextTextMapPropagator()


class OtlpTracing:
    """`Tracing` over the OpenTelemetry SDK. `processor` is for tests."""

    def __init__(self, settings: TracingSettings, processor: SpanProcessor | None = None) -> None:
        common = settings.common
        share = TraceIdRatioBased(common.sampler)
        self._provider = TracerProvider(
            sampler=ParentBased(share) if common.parent_based_sampler else share,
            resource=Resource.create(common.attributes()),
            shutdown_on_exit=False,
        )
        self._provider.add_span_processor(processor or _exporter(settings.otlp))
        self._follows = settings.propagation.trace_context
        self._tracer = self._provider.get_tracer("zhitong-hub")
        self._fetches = OpenTelemetryFetches(self._tracer)

    @contextmanager
    def operation(self, headers: RawHeaders) -> Iterator[OperationSpan]:
        # Without a parent a new trace begins, whatever runs around this one.
        parent = _propagator.extract(_context_headers(headers)) if self._follows else Context()
        with self._tracer.start_as_current_span(
            "GraphQL operation", context=parent, kind=SpanKind.SERVER
        ) as span:
            # Of a trace that is not recorded no fetch is either, so none need be told.
            yield _OperationSpan(span, self._fetches if span.is_recording() else None)

    def stage(self, name: str) -> AbstractContextManager[object]:
        return self._tracer.start_as_current_span(name, record_exception=False)

    def close(self) -> None:
        """Send what is left; at most a few seconds, whatever the collector does."""
        self._provider.shutdown()


class _OperationSpan:
    def __init__(self, span: trace.Span, fetches: FetchTracer | None) -> None:
        self._span = span
        self.fetches = fetches
        self.trace_id: str | None = format(span.get_span_context().trace_id, "032x")

    def named(self, kind: str, name: str | None) -> None:
        self._span.set_attribute("graphql.operation.type", kind)
        if name:
            self._span.set_attribute("graphql.operation.name", name)
            self._span.update_name(f"{kind} {name}")
        else:
            self._span.update_name(kind)

    def answered(self, status: int, codes: tuple[str, ...]) -> None:
        self._span.set_attribute("http.response.status_code", status)
        if codes:
            self._span.set_attribute("graphql.errors", len(codes))
            first = next(filter(None, codes), None)
            if first is not None:
                self._span.set_attribute("error.type", first)
        if status >= 500:
            self._span.set_status(StatusCode.ERROR)


def _context_headers(headers: RawHeaders) -> Mapping[str, str]:
    return {
        name.decode("latin-1"): value.decode("latin-1")
        for name, value in headers
        if name in _CONTEXT_HEADERS
    }


def _exporter(settings: Otlp) -> SpanProcessor:
    try:
        from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
    except ImportError:
        raise FederationError(
            "telemetry.exporters.tracing.otlp is enabled, but the exporter is not installed;"
            " install it with: pip install 'zhitong-hub[otel]'",
            code="INVALID_CONFIGURATION",
        ) from None
    batch = settings.batch_processor
    return BatchSpanProcessor(
        OTLPSpanExporter(
            endpoint=settings.endpoint, timeout=settings.timeout, headers=settings.http.headers
        ),
        max_queue_size=batch.max_queue_size,
        schedule_delay_millis=batch.scheduled_delay * 1000,
        max_export_batch_size=batch.max_export_batch_size,
    )
