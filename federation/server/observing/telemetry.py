"""Spans of a request, by hand: operation → parse, validate, normalize, plan; fetches by execution.

Off unless an exporter is configured; then every call here is on a no-op. Operation text, variables
and answers never become attributes: only names, kinds, codes and counts (LANDSCAPE: cardinality
and secrets).
"""

from __future__ import annotations

from contextlib import AbstractContextManager
from types import TracebackType
from typing import Protocol

from federation.execution.tracing import FetchTracer
from federation.server.settings.telemetry import Tracing as TracingSettings
from federation.server.wire.request import HttpRequest


class OperationSpan(Protocol):
    """The span of one request, as long as it runs."""

    def named(self, kind: str, name: str | None) -> None:
        """The operation is known: `query`, `mutation` …, and its name."""

    @property
    def trace_id(self) -> str | None:
        """The trace's id as hexadecimal digits; None where nothing is traced."""
        ...

    @property
    def fetches(self) -> FetchTracer | None:
        """Who wants to be told of the operation's fetches."""
        ...

    def answered(self, status: int, codes: tuple[str, ...]) -> None:
        """The answer has this HTTP status and GraphQL errors with these codes."""


class Tracing(Protocol):
    """`records`: whether there is anything to be told of operations."""

    records: bool

    def operation(self, http: HttpRequest) -> AbstractContextManager[OperationSpan]: ...

    def stage(self, name: str) -> AbstractContextManager[object]: ...

    def close(self) -> None: ...


class NoTracing:
    """Records nothing. One object serves as span, context manager and tracer."""

    records = False
    fetches: FetchTracer | None = None
    trace_id: str | None = None

    def operation(self, http: HttpRequest) -> NoTracing:
        return self

    def stage(self, name: str) -> NoTracing:
        return self

    def close(self) -> None:
        pass

    def named(self, kind: str, name: str | None) -> None:
        pass

    def answered(self, status: int, codes: tuple[str, ...]) -> None:
        pass

    def __enter__(self) -> NoTracing:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        pass


def start_tracing(settings: TracingSettings) -> Tracing:
    """Return the tracing that the settings ask for.

    Raises `federation.errors.FederationError` when the exporter is not installed.
    """
    if not settings.otlp.enabled:
        return NoTracing()
    # Imported here: the SDK costs start-up time and memory that only those pay who export.
    from federation.server.observing.otlp import OtlpTracing

    return OtlpTracing(settings)
