"""All that is told of the process: who keeps account of operations, and where that is read.

Lives as long as the engine. What is off costs nothing: without a ledger there is no observer.
"""

from __future__ import annotations

import contextlib
import socket
import time
from collections.abc import Iterator

from prometheus_client.core import Metric

from federation.errors import FederationError
from federation.server.listener.client_program import ClientPrograms
from federation.server.listener.listen import ListenError, bind
from federation.server.observing.access_log import AccessLog
from federation.server.observing.metrics.cold_path import ColdFigures
from federation.server.observing.metrics.event_loop import EventLoopWatch
from federation.server.observing.metrics.exposition import (
    Exposition,
    Part,
    counter,
    counters,
    histograms,
)
from federation.server.observing.metrics.figures import Counts, Histograms
from federation.server.observing.metrics.listener import listening
from federation.server.observing.metrics.operations import OperationFigures
from federation.server.observing.metrics.parts import of_cold_path, of_event_loop, of_operations
from federation.server.observing.recording import Ledger, Recorder
from federation.server.observing.refusals import RefusalLedger
from federation.server.observing.usage import UsageLedger, UsageSink
from federation.server.settings.telemetry import Prometheus, Telemetry
from federation.server.stages import Observer
from federation.server.workers.member import Member

# Seconds for which the event loop may not turn before it is told where it hangs.
_STALL = 5.0


class Observability:
    """`own_port`: metrics have a listener of their own. `sink`: where usage goes, None: nowhere.

    `member`: with several workers, one scrape tells of all.
    """

    def __init__(
        self,
        settings: Telemetry,
        sink: UsageSink | None,
        *,
        own_port: bool,
        member: Member | None = None,
    ) -> None:
        prometheus = settings.exporters.metrics.prometheus
        access = settings.exporters.logging.access
        self._prometheus = prometheus
        self._own_port = own_port
        self._member = member
        self.cold = ColdFigures()
        self.loads = LoadFigures()
        self.exposition: Exposition | None = None
        programs = ClientPrograms(settings.client_headers)
        self.access_log = AccessLog(access, programs=programs) if access.enabled else None
        self.usage: UsageLedger | None = None
        if sink is not None and settings.usage.enabled:
            self.usage = UsageLedger(sink, settings.usage)
        ledgers: list[Ledger] = []
        if prometheus.enabled:
            ledgers.append(self._metrics(settings))
        ledgers += [ledger for ledger in (self.access_log, self.usage) if ledger is not None]
        self.observers: tuple[Observer, ...] = ()
        if ledgers:
            self.observers = (Recorder(tuple(ledgers), programs),)
        self._stack = contextlib.AsyncExitStack()

    @property
    def tells_facts(self) -> bool:
        """Whether anybody wants to know the facts of documents."""
        return self.access_log is not None or self.usage is not None

    @property
    def refusal_ledgers(self) -> tuple[RefusalLedger, ...]:
        """Who wants to know of each request that never became an operation."""
        return () if self.access_log is None else (self.access_log,)

    def expose(self, *parts: Part) -> None:
        """Add metrics of other parts of the server, where there are metrics at all."""
        if self.exposition is not None:
            self.exposition.parts += parts

    def write(self, accept: str) -> tuple[str, bytes]:
        """Return media type and text of all metrics."""
        assert self.exposition is not None
        return self.exposition.write(accept)

    async def scrape(self, accept: str) -> tuple[str, bytes]:
        """Return media type and text of all metrics, of all workers where there are several."""
        assert self.exposition is not None
        if self._member is None:
            return self.exposition.write(accept)
        # Imported here: only one of several workers needs it.
        from federation.server.workers.gathered_metrics import packed, write_all

        return await write_all(self._member, packed(self.exposition.every()), accept)

    async def _tell_others(self, body: bytes) -> bytes:
        from federation.server.workers.gathered_metrics import packed

        assert self.exposition is not None
        return packed(self.exposition.every())

    async def start(self) -> None:
        """Open what is written to and read from. Raises `ListenError`, `FederationError`."""
        self._watch_loop()
        if self.access_log is not None:
            try:
                self.access_log.check()
            except OSError as error:
                raise FederationError(
                    "telemetry.exporters.logging.access.file cannot be written:"
                    f" {error.strerror}: {error.filename}",
                    code="INVALID_CONFIGURATION",
                ) from None
            self._stack.push_async_callback(self.access_log.close)
        if self.usage is not None:
            self.usage.start()
            self._stack.push_async_callback(self.usage.close)
        if self.exposition is not None and self._member is not None:
            self._member.answers["metrics"] = self._tell_others
        if self.exposition is not None and self._own_port:
            await self._stack.enter_async_context(
                listening(self._bind(), self._prometheus.path, self.scrape)
            )

    async def close(self) -> None:
        """Hand on and write what is left, then close the listener."""
        await self._stack.aclose()

    def _metrics(self, settings: Telemetry) -> OperationFigures:
        figures = OperationFigures(settings.exporters.metrics.common)
        self.exposition = Exposition()
        self.expose(
            lambda: of_operations(figures),
            lambda: of_cold_path(self.cold),
            self.loads.metrics,
            self._own_metrics,
        )
        return figures

    def _watch_loop(self) -> None:
        if self.exposition is not None:
            watch = EventLoopWatch(_STALL)
            watch.start()
            self._stack.callback(watch.stop)
            self.expose(lambda: of_event_loop(watch))

    def _bind(self) -> socket.socket:
        if self._member is not None and self._member.metrics is not None:
            return self._member.metrics
        return bind_metrics(self._prometheus)

    def _own_metrics(self) -> Iterator[Metric]:
        """Yield how well all this keeps up."""
        if self.access_log is not None:
            lines = self.access_log.lines
            yield counter("hub_access_log_lines", "Lines written", lines.written)
            yield counter("hub_access_log_dropped", "Lines not written", lines.dropped)
        if self.usage is not None:
            yield counter("hub_usage_sent", "Operations whose use was handed on", self.usage.sent)
            yield counter("hub_usage_lost", "Operations whose use was lost", self.usage.lost)


def bind_metrics(prometheus: Prometheus) -> socket.socket:
    """Return the socket of the listener that metrics have for themselves. Raises `ListenError`."""
    address = prometheus.address()
    assert address is not None
    try:
        return bind(*address)
    except ListenError as error:
        raise ListenError(
            f"telemetry.exporters.metrics.prometheus.listen: {error}; or choose another"
            " address there, or null for the graph's own port"
        ) from None


class LoadFigures:
    """Supergraphs and settings put in place, or not."""

    def __init__(self) -> None:
        self.durations: Histograms[str] = Histograms((0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0))
        self.results: Counts[tuple[str, str]] = Counts()

    @contextlib.contextmanager
    def measured(self, what: str) -> Iterator[None]:
        """Count what the block loads: `supergraph` or `configuration`."""
        began = time.perf_counter()
        try:
            yield
        except Exception:
            self.results.add((what, "refused"))
            raise
        self.results.add((what, "live"))
        self.durations.add(what, time.perf_counter() - began)

    def metrics(self) -> Iterator[Metric]:
        """Yield them as metrics."""
        yield histograms(
            "apollo_router_schema_load_duration_seconds",
            "Until a supergraph or other settings were live, warming included",
            ("source",),
            self.durations,
        )
        yield counters(
            "hub_loads", "Loads by what became of them", ("source", "result"), self.results
        )
