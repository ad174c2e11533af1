"""What lives as long as the process, whatever supergraph and settings are put in place."""

from __future__ import annotations

import asyncio
from functools import partial

from federation.execution.resilience.guards import Traffic
from federation.registry.snapshot import LiveSnapshot
from federation.server.listener.work import Work
from federation.server.observing.metrics.cold_path import ColdThreads
from federation.server.observing.metrics.parts import (
    of_credentials,
    of_response_cache,
    of_snapshot,
    of_traffic,
    of_work,
)
from federation.server.observing.metrics.readings import of_readings
from federation.server.observing.observability import Observability
from federation.server.observing.telemetry import start_tracing
from federation.server.outside import Outside
from federation.server.persisted.automatic import AutomaticDocuments
from federation.server.rate_limits.admission import Counters
from federation.server.rate_limits.failed_credentials import FailedCredentials
from federation.server.settings.engine import EngineSettings
from federation.server.subgraphs.response_caching import build_cache
from federation.server.subscriptions import Subscriptions
from federation.server.wire.disconnect import Clients
from federation.server.wire.single_connections import SingleConnections

# Two, so that one document that takes long does not hold up all other new ones. More would not
# run faster under the interpreter's lock.
_COLD_THREADS = 2


class Lasting:
    """The parts. `cold`: the threads that prepare documents and build schemas."""

    def __init__(self, settings: EngineSettings, outside: Outside) -> None:
        telemetry = settings.telemetry
        prometheus = telemetry.exporters.metrics.prometheus
        self.observability = Observability(
            telemetry,
            outside.usage_sink,
            own_port=not prometheus.shares(settings.supergraph.listen),
            member=outside.member,
        )
        self.tracing = start_tracing(telemetry.exporters.tracing)
        self.work = Work(settings.traffic_shaping.router.concurrency_limit)
        self.cold = ColdThreads(_COLD_THREADS, self.observability.cold)
        self.live = LiveSnapshot()
        self.clients = Clients()
        self.traffic = Traffic()
        self.counters = Counters(outside.quotas)
        self.failures = outside.failures or FailedCredentials()
        self.failures.configure(settings.authentication.failures, settings.proxies)
        self.response_cache = outside.response_cache or build_cache(settings.response_cache)
        self.subscriptions = Subscriptions(
            settings.subscription, self.live, settings.traffic_shaping.router.timeout
        )
        self.single_connections = SingleConnections(settings.subscription)
        self.automatic = AutomaticDocuments(settings.apq.router.cache.in_memory)
        self.observability.expose(
            lambda: of_work(self.work, self.subscriptions),
            lambda: of_snapshot(self.live),
            lambda: of_traffic(self.traffic),
            lambda: of_credentials(self.failures),
            lambda: () if self.response_cache is None else of_response_cache(self.response_cache),
            *(partial(of_readings, readings) for readings in outside.metrics),
        )
        self.work.refusals.ledgers = self.observability.refusal_ledgers

    async def start(self) -> None:
        """Open what figures, logs and answers go to; see `Engine.start` for what it raises."""
        await self.observability.start()
        if self.response_cache is not None:
            await self.response_cache.store.start()

    def reconfigure(self, settings: EngineSettings) -> None:
        """Go on under other settings."""
        self.failures.configure(settings.authentication.failures, settings.proxies)
        self.work.limit = settings.traffic_shaping.router.concurrency_limit
        self.single_connections.reconfigure(settings.subscription)
        self.subscriptions.reconfigure(
            settings.subscription, settings.traffic_shaping.router.timeout
        )

    async def close(self) -> None:
        """Close all connections and send what telemetry is left."""
        await self.live.swap(None)
        await self.counters.close()
        if self.response_cache is not None:
            await self.response_cache.store.close()
        self.cold.shutdown(wait=False, cancel_futures=True)
        await self.observability.close()
        await asyncio.to_thread(self.tracing.close)
