"""Tracing with an OTLP exporter. Imported only where one is configured.

W3C trace context comes in with the request (`traceparent`) and goes out with each fetch. A caller
that has decided to sample, or not to, is followed; otherwise the configured share is sampled.

Whether a trace is sampled is decided before anything of it is made (`Sampling`): most are not, and
then there is only an id, for the log and the answer.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from contextvars import ContextVar

from opentelemetry import trace
from opentelemetry.context import Context
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import SpanProcessor, TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.sdk.trace.id_generator import RandomIdGenerator
from opentelemetry.sdk.trace.sampling import ParentBased, TraceIdRatioBased
from opentelemetry.trace import SpanKind, StatusCode
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

from federation.errors import FederationError
from federation.execution.tracing import FetchTracer, OpenTelemetryFetches
from federation.server.observing.sampling import Decision, Sampling
from federation.server.observing.telemetry import OperationSpan
from federation.server.settings.telemetry import Otlp
from federation.server.settings.telemetry import Tracing as TracingSettings
from federation.server.wire.request import HttpRequest

RawHeaders = Sequence[tuple[bytes, bytes]]

_CONTEXT_HEADERS = (b"traceparent", b"tracestate")
_propagator = TraceContextTextMapPropagator()


# Whether what runs now is part of a trace that is not recorded.
_unsampled: ContextVar[bool] = ContextVar("unsampled", default=False)
# The id that the next trace gets: the one that was found to be sampled.
_drawn: ContextVar[int | None] = ContextVar("drawn", default=None)


class _Ids(RandomIdGenerator):
    def generate_trace_id(self) -> int:
        return _drawn.get() or super().generate_trace_id()


class OtlpTracing:
    """`Tracing` over the OpenTelemetry SDK. `processor` is for tests."""

    records = True

    def __init__(self, settings: TracingSettings, processor: SpanProcessor | None = None) -> None:
        common = settings.common
        share = TraceIdRatioBased(common.sampler)
        self._provider = TracerProvider(
            sampler=ParentBased(share) if common.parent_based_sampler else share,
            resource=Resource.create(common.attributes()),
            id_generator=_Ids(),
            shutdown_on_exit=False,
        )
        self._provider.add_span_processor(processor or _exporter(settings.otlp))
        self._follows = settings.propagation.trace_context
        self._sampling = Sampling(common.sampler, follows_parent=common.parent_based_sampler)
        self._tracer = self._provider.get_tracer("zhitong-hub")
        self._fetches = OpenTelemetryFetches(self._tracer)

    def operation(self, http: HttpRequest) -> AbstractContextManager[OperationSpan]:
        parent = http.header(b"traceparent") if self._follows else None
        decision = self._sampling.decide(parent)
        if not decision.sampled:
            return _Unsampled(decision.trace_id)
        return self._recorded(http.headers, decision)

    @contextmanager
    def _recorded(self, headers: RawHeaders, decision: Decision) -> Iterator[OperationSpan]:
        # Without a parent a new trace begins, whatever runs around this one.
        parent = _propagator.extract(_context_headers(headers)) if self._follows else Context()
        unsampled = _unsampled.set(False)
        drawn = _drawn.set(decision.drawn)
        try:
            with self._tracer.start_as_current_span(
                "GraphQL operation", context=parent, kind=SpanKind.SERVER
            ) as span:
                _drawn.reset(drawn)
                # Of a trace that is not recorded no fetch is either, so none need be told.
                yield _OperationSpan(span, self._fetches if span.is_recording() else None)
        finally:
            _unsampled.reset(unsampled)

    def stage(self, name: str) -> AbstractContextManager[object]:
        if _unsampled.get():
            return nullcontext()
        return self._tracer.start_as_current_span(name, record_exception=False)

    def close(self) -> None:
        """Send what is left; at most a few seconds, whatever the collector does."""
        self._provider.shutdown()


class _Unsampled:
    """`OperationSpan`, and its context manager, of a trace that is not recorded."""

    __slots__ = ("_token", "trace_id")
    fetches: FetchTracer | None = None

    def __init__(self, trace_id: str) -> None:
        self.trace_id: str | None = trace_id

    def __enter__(self) -> _Unsampled:
        self._token = _unsampled.set(True)
        return self

    def __exit__(self, *_: object) -> None:
        _unsampled.reset(self._token)

    def named(self, kind: str, name: str | None) -> None:
        """Nobody is told."""

    def answered(self, status: int, codes: tuple[str, ...]) -> None:
        """Nobody is told."""


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
