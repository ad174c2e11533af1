"""Figures of operations and fetches, counted as they end."""

from __future__ import annotations

from bisect import bisect_left

from msgspec import Struct

from federation.execution.tracing import Fetched
from federation.server.exchange import Exchange
from federation.server.observing.metrics.figures import Counts, Histogram, Histograms, Names
from federation.server.observing.recording import Operation
from federation.server.settings.telemetry import MetricsCommon
from federation.server.stages import CLIENT_GONE

# Codes of our own are few; those of subgraphs are theirs to choose.
_MAX_CODES = 100
_MAX_KNOWN = 1024
_METHODS = frozenset({"GET", "POST", "HEAD", "PUT", "DELETE", "PATCH", "OPTIONS"})

# Method, status, kind of operation, code of the first error.
RequestKey = tuple[str, int, str, str]


# Method, whether it is a WebSocket's, status, name (None: never prepared), kind, first code.
_Alike = tuple[str, bool, int, str | None, str, str]


class _Figures(Struct, eq=False):
    """Where operations that are alike are counted."""

    kind: str
    requests: Histogram
    operations: Histogram | None
    program: tuple[str, str]


class OperationFigures:
    """`Ledger` that counts. `active`: operations under way."""

    follows = True

    def __init__(self, settings: MetricsCommon) -> None:
        bounds = settings.buckets
        self.active = 0
        self.requests: Histograms[RequestKey] = Histograms(bounds)
        # By name and kind of the operation.
        self.operations: Histograms[tuple[str, str]] = Histograms(bounds)
        self.overhead: Histograms[str] = Histograms(
            (0.0001, 0.0002, 0.0005, 0.001, 0.002, 0.005, 0.01, 0.05, 0.1, 0.5, 1.0)
        )
        # By subgraph, status and code of the failure.
        self.fetches: Histograms[tuple[str, str, str]] = Histograms(bounds)
        self.shared: Counts[str] = Counts()
        self.programs: Counts[tuple[str, str]] = Counts()
        self.errors: Counts[str] = Counts()
        self.events = 0
        self.streams: Counts[tuple[str, str]] = Counts()
        self.bytes_in = 0
        self.bytes_out = 0
        self.estimated = 0.0
        self.actual = 0.0
        self._names = Names(settings.max_operations)
        self._programs: dict[tuple[str, str], tuple[str, str]] = {}
        self._max_programs = settings.max_clients
        self._codes = Names(_MAX_CODES)
        self._bounds = bounds
        self._known_fetches: dict[tuple[str, int | None, str | None], Histogram] = {}
        self._known: dict[tuple[_Alike, tuple[str, str]], _Figures] = {}

    def began(self, exchange: Exchange) -> None:
        """See `Ledger`."""
        self.active += 1

    def fetched(self, fetched: list[Fetched]) -> None:
        """See `Ledger`."""
        for one in fetched:
            key = (one.subgraph, one.status, one.code)
            histogram = self._known_fetches.get(key)
            if histogram is None:
                histogram = self._of_fetches(key)
            duration = one.duration
            histogram.counts[bisect_left(self._bounds, duration)] += 1
            histogram.sum += duration
            if one.shared:
                self.shared.add(one.subgraph)

    def _of_fetches(self, key: tuple[str, int | None, str | None]) -> Histogram:
        subgraph, status, code = key
        shown = "" if code is None else self._codes.label(code)
        histogram = self.fetches.of((subgraph, "" if status is None else str(status), shown))
        # Subgraphs choose their codes.
        if len(self._known_fetches) >= _MAX_KNOWN:
            self._known_fetches.clear()
        self._known_fetches[key] = histogram
        return histogram

    def ended(self, operation: Operation) -> None:
        """See `Ledger`."""
        exchange = operation.exchange
        self.active -= 1
        code = ""
        if exchange.codes:
            labels = [self._codes.label(each) for each in exchange.codes]
            for label in labels:
                self.errors.add(label)
            code = labels[0]
        elif operation.status == CLIENT_GONE:
            code = "client_gone"
        if exchange.events:
            # The time of a stream is the client's to choose.
            kind = exchange.kind
            self.streams.add(("" if kind is None else kind.value, code))
            self.events += exchange.events
            self.programs.add(self._program(operation.program))
        else:
            figures = self._figures(exchange, operation, code)
            duration = operation.duration
            bucket = bisect_left(self._bounds, duration)
            requests, operations = figures.requests, figures.operations
            requests.counts[bucket] += 1
            requests.sum += duration
            if operations is not None:
                operations.counts[bucket] += 1
                operations.sum += duration
            if operation.own is not None:
                self.overhead.add(figures.kind, operation.own)
            self.programs[figures.program] += 1
        self.bytes_in += len(exchange.http.body)
        self.bytes_out += exchange.bytes_out
        if exchange.estimated_cost is not None:
            self.estimated += exchange.estimated_cost
        if exchange.actual_cost is not None:
            self.actual += exchange.actual_cost

    def _figures(self, exchange: Exchange, operation: Operation, code: str) -> _Figures:
        """Return where an operation is counted, found once for all that are alike."""
        prepared = exchange.prepared
        key: _Alike
        if prepared is None:
            key = (exchange.http.method, exchange.socket, operation.status, None, "", code)
        else:
            own = prepared.operation
            # To hash the member itself takes longer than all else here.
            key = (
                exchange.http.method,
                exchange.socket,
                operation.status,
                own.name or "",
                own.kind._value_,
                code,
            )
        figures = self._known.get((key, operation.program))
        if figures is None:
            figures = self._find(key, operation.program)
            # Clients choose names and programs.
            if len(self._known) >= _MAX_KNOWN:
                self._known.clear()
            self._known[key, operation.program] = figures
        return figures

    def _find(self, alike: _Alike, program: tuple[str, str]) -> _Figures:
        method, socket, status, name, kind, code = alike
        if socket:
            method = "WEBSOCKET"
        elif method not in _METHODS:
            method = "_OTHER"  # OpenTelemetry's word for what is no known method
        label = self._program(program)
        self.programs.add(label, 0)
        return _Figures(
            kind,
            self.requests.of((method, status, kind, code)),
            None if name is None else self.operations.of((self._names.label(name), kind)),
            label,
        )

    def _program(self, program: tuple[str, str]) -> tuple[str, str]:
        known = self._programs.get(program)
        if known is not None:
            return known
        if len(self._programs) >= self._max_programs:
            return ("other", "")
        self._programs[program] = program
        return program
