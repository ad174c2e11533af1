"""Figures of operations and fetches, counted as they end."""

from __future__ import annotations

from federation.execution.tracing import Fetched
from federation.plan.nodes import OperationKind
from federation.server.exchange import Exchange
from federation.server.observing.metrics.figures import Counts, Histograms, Names
from federation.server.observing.recording import Operation
from federation.server.settings.telemetry import MetricsCommon
from federation.server.stages import CLIENT_GONE

# Codes of our own are few; those of subgraphs are theirs to choose.
_MAX_CODES = 100
_KINDS = {kind: kind.value for kind in OperationKind}
_METHODS = frozenset({"GET", "POST", "HEAD", "PUT", "DELETE", "PATCH", "OPTIONS"})

# Method, status, kind of operation, code of the first error.
RequestKey = tuple[str, int, str, str]


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

    def began(self, exchange: Exchange) -> None:
        """See `Ledger`."""
        self.active += 1

    def fetched(self, fetched: list[Fetched]) -> None:
        """See `Ledger`."""
        for one in fetched:
            status = "200" if one.status == 200 else "" if one.status is None else str(one.status)
            code = "" if one.code is None else self._codes.label(one.code)
            self.fetches.add((one.subgraph, status, code), one.duration)
            if one.shared:
                self.shared.add(one.subgraph)

    def ended(self, operation: Operation) -> None:
        """See `Ledger`."""
        exchange = operation.exchange
        self.active -= 1
        prepared = exchange.prepared
        kind = name = ""
        if prepared is not None:
            kind = _KINDS[prepared.operation.kind]
            name = self._names.label(prepared.operation.name or "")
        method = exchange.http.method if not exchange.socket else "WEBSOCKET"
        if method not in _METHODS and not exchange.socket:
            method = "_OTHER"  # OpenTelemetry's word for what is no known method
        code = ""
        if exchange.codes:
            labels = [self._codes.label(each) for each in exchange.codes]
            for label in labels:
                self.errors.add(label)
            code = labels[0]
        elif operation.status == CLIENT_GONE:
            code = "client_gone"
        duration = operation.duration
        if exchange.events:
            # The time of a stream is the client's to choose.
            self.streams.add((kind, code))
            self.events += exchange.events
        else:
            self.requests.add((method, operation.status, kind, code), duration)
            if prepared is not None:
                self.operations.add((name, kind), duration)
            if operation.own is not None:
                self.overhead.add(kind, operation.own)
        self.programs.add(self._program(operation.program))
        self.bytes_in += len(exchange.http.body)
        self.bytes_out += exchange.bytes_out
        if exchange.estimated_cost is not None:
            self.estimated += exchange.estimated_cost
        if exchange.actual_cost is not None:
            self.actual += exchange.actual_cost

    def _program(self, program: tuple[str, str]) -> tuple[str, str]:
        known = self._programs.get(program)
        if known is not None:
            return known
        if len(self._programs) >= self._max_programs:
            return ("other", "")
        self._programs[program] = program
        return program
