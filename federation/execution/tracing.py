"""Who is told of fetches, by hand. Nothing is done when no tracer is given.

`OpenTelemetryFetches` opens client spans in the current trace; when the trace is not recorded,
starting one costs a few hundred nanoseconds and no header is sent. `FetchLog` notes what became of
the fetches of one request; `both` tells two.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from time import perf_counter
from typing import Protocol

from msgspec import Struct, field
from opentelemetry import propagate, trace
from opentelemetry.trace import SpanKind, StatusCode

from federation.errors import SubgraphError
from federation.execution.transport import SubgraphResponse

NO_HEADERS: Mapping[str, str] = {}


class FetchSpan(Protocol):
    """One running fetch. `headers` are sent with it (trace context)."""

    @property
    def headers(self) -> Mapping[str, str]: ...

    def end(self, error: SubgraphError | None, response: SubgraphResponse | None) -> None:
        """The fetch is over: failed as a whole, answered, or (neither) cancelled."""


class FetchTracer(Protocol):
    """Told when a fetch starts. `representations` is 0 for root fetches."""

    def start(
        self, subgraph: str, operation_name: str | None, representations: int
    ) -> FetchSpan | None: ...


def both(first: FetchTracer | None, second: FetchTracer | None) -> FetchTracer | None:
    """Return who tells both; None when nobody wants to be told."""
    if first is None or second is None:
        return first or second
    return CompositeTracer(first, second)


class CompositeTracer:
    """Tells two tracers. Headers of the second win."""

    __slots__ = ("_first", "_second")

    def __init__(self, first: FetchTracer, second: FetchTracer) -> None:
        self._first = first
        self._second = second

    def start(
        self, subgraph: str, operation_name: str | None, representations: int
    ) -> FetchSpan | None:
        first = self._first.start(subgraph, operation_name, representations)
        second = self._second.start(subgraph, operation_name, representations)
        if first is None or second is None:
            return first or second
        return _CompositeSpan(first, second)


class _CompositeSpan:
    __slots__ = ("_first", "_second", "headers")

    def __init__(self, first: FetchSpan, second: FetchSpan) -> None:
        self._first = first
        self._second = second
        self.headers: Mapping[str, str] = {**first.headers, **second.headers}

    def end(self, error: SubgraphError | None, response: SubgraphResponse | None) -> None:
        self._first.end(error, response)
        self._second.end(error, response)


CANCELLED = "CANCELLED"


# Structs, here and below: several are made per request, each in a third of a dataclass's time.
class Fetched(Struct, eq=False):
    """A fetch of a `FetchLog`, and what became of it.

    `started`: seconds since the log was opened; `duration`: seconds. `status`: of HTTP, None where
    there was none. `errors`: GraphQL errors in the answer. `code`: why there was no answer,
    `CANCELLED` when nobody waited for it any more. `shared`: the answer was got for several.
    `log`: until it is over.
    """

    log: FetchLog | None
    subgraph: str
    operation_name: str | None
    representations: int
    started: float
    duration: float = 0.0
    status: int | None = None
    errors: int = 0
    code: str | None = None
    shared: bool = False

    headers = NO_HEADERS

    def end(self, error: SubgraphError | None, response: SubgraphResponse | None) -> None:
        """See `FetchSpan.end`."""
        log = self.log
        if log is None:
            return
        # The log holds this one; each holding the other would be left to the collector.
        self.log = None
        now = perf_counter() - log.opened
        self.duration = now - self.started
        log.running -= 1
        if not log.running:
            log.waited += now - log.since
        if response is not None:
            self.status = response.status
            if response.errors:
                self.errors = len(response.errors)
            if response.shared:
                self.shared = True
        elif error is not None:
            self.status, self.code = error.status, error.code
        else:
            self.code = CANCELLED
        if log.told is not None:
            log.told([self])
        elif len(log.fetched) < log.limit:
            log.fetched.append(self)


class FetchLog(Struct, eq=False):
    """`FetchTracer` that notes the fetches of one request, up to `limit`, in order of their ends.

    `count` is of all, noted or not; `taken`: calls, seconds and failures by subgraph, of those that
    were taken out. `told` gets those that end after the request did. `waited`: seconds in which at
    least one was under way (now since `since`); what a request took beside them is our own work.
    """

    limit: int = 100
    since: float = 0.0
    running: int = 0
    count: int = 0
    waited: float = 0.0
    fetched: list[Fetched] = field(default_factory=list)
    taken: dict[str, tuple[int, float, int]] = field(default_factory=dict)
    told: Callable[[list[Fetched]], None] | None = None
    opened: float = field(default_factory=perf_counter)

    def take(self) -> list[Fetched]:
        """Return what is noted and begin anew, as long streams must; sums of it stay."""
        fetched, self.fetched = self.fetched, []
        for one in fetched:
            calls, seconds, failures = self.taken.get(one.subgraph, (0, 0.0, 0))
            failed = one.code is not None
            self.taken[one.subgraph] = (calls + 1, seconds + one.duration, failures + failed)
        return fetched

    def start(self, subgraph: str, operation_name: str | None, representations: int) -> Fetched:
        """See `FetchTracer.start`."""
        now = perf_counter() - self.opened
        if not self.running:
            self.since = now
        self.running += 1
        self.count += 1
        return Fetched(self, subgraph, operation_name, representations, now)


class OpenTelemetryFetches:
    """`FetchTracer` over an OpenTelemetry tracer."""

    def __init__(self, tracer: trace.Tracer) -> None:
        self._tracer = tracer

    def start(
        self, subgraph: str, operation_name: str | None, representations: int
    ) -> FetchSpan | None:
        span = self._tracer.start_span("fetch " + subgraph, kind=SpanKind.CLIENT)
        if not span.is_recording():
            return None
        span.set_attribute("subgraph.name", subgraph)
        if operation_name:
            span.set_attribute("graphql.operation.name", operation_name)
        if representations:
            span.set_attribute("graphql.representations", representations)
        return _OpenTelemetrySpan(span)


class _OpenTelemetrySpan:
    def __init__(self, span: trace.Span) -> None:
        self._span = span
        headers: dict[str, str] = {}
        propagate.inject(headers, context=trace.set_span_in_context(span))
        self.headers: Mapping[str, str] = headers

    def end(self, error: SubgraphError | None, response: SubgraphResponse | None) -> None:
        span = self._span
        status = response.status if response is not None else error.status if error else None
        if status is not None:
            span.set_attribute("http.response.status_code", status)
        if error is not None:
            span.set_attribute("error.type", error.code)
            span.set_status(StatusCode.ERROR)
        elif response is not None:
            if response.errors:
                span.set_attribute("graphql.errors", len(response.errors))
            if response.shared:
                span.set_attribute("graphql.shared", True)
        span.end()
