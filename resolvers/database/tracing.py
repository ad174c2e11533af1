"""One OpenTelemetry span per SQL statement, written by hand; nothing at all while tracing is off.

The span carries the statement's name, never its text or values: values are people's data.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext

from opentelemetry import trace

_OFF: AbstractContextManager[None] = nullcontext()


def sql_span(statement: str, rows_in: int | None = None) -> AbstractContextManager[object]:
    """Return a context manager around one statement; a shared empty one while tracing is off.

    `rows_in` is the number of keys or rows sent along, where the caller knows it.
    """
    provider = trace.get_tracer_provider()
    if isinstance(provider, trace.ProxyTracerProvider | trace.NoOpTracerProvider):
        return _OFF
    return _recorded(provider, statement, rows_in)


@contextmanager
def _recorded(
    provider: trace.TracerProvider, statement: str, rows_in: int | None
) -> Iterator[trace.Span]:
    tracer = provider.get_tracer("hub.database")
    with tracer.start_as_current_span(
        f"sql {statement}",
        kind=trace.SpanKind.CLIENT,
        record_exception=False,  # PostgreSQL's message may quote a value
        set_status_on_exception=False,
    ) as span:
        if span.is_recording():
            span.set_attribute("db.system.name", "postgresql")
            span.set_attribute("db.query.summary", statement)
            if rows_in is not None:
                span.set_attribute("db.operation.batch.size", rows_in)
        try:
            yield span
        except BaseException as error:
            span.set_status(trace.StatusCode.ERROR)
            span.set_attribute(
                "error.type", getattr(error, "sqlstate", None) or type(error).__name__
            )
            raise
