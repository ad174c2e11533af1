"""The engine in a server: loads supergraphs, swaps them, answers requests.

Owns what lives as long as the process: the live snapshot, the threads of the cold path, tracing.
"""

from __future__ import annotations

import asyncio
import gc
import logging
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor

from federation.execution.context import ErrorPolicy
from federation.execution.propagation import Propagation
from federation.execution.transports.callback import Callbacks
from federation.execution.transports.in_process import Execute, Subscribe
from federation.registry.document_cache import DocumentCache
from federation.registry.snapshot import LiveSnapshot, Snapshot, build_schema
from federation.server.authentication import Authenticator
from federation.server.connect import connect
from federation.server.connect_streams import connect_streams
from federation.server.cors import CorsRules
from federation.server.deadlines import Deadlines
from federation.server.disconnect import Clients
from federation.server.headers import HeaderPropagation
from federation.server.identity import Identifier, IdentityRules
from federation.server.operation_sharing import OperationSharing
from federation.server.override_labels import Decide, OverrideLabelRules
from federation.server.pipeline import Pipeline
from federation.server.preparation import Preparation
from federation.server.settings.answers import Extensions
from federation.server.settings.engine import EngineSettings
from federation.server.subscriptions import Subscriptions
from federation.server.telemetry import start_tracing

logger = logging.getLogger("federation.server")

# Two, so that one document that takes long does not hold up all other new ones. More would not
# run faster under the interpreter's lock.
_COLD_THREADS = 2


class Engine:
    """One engine.

    `local`: subgraphs in this process, name → callable; `local_streams`: those of them that
    have subscriptions. `callbacks`: who waits for events that subgraphs post. `identifier`: finds
    out who a client is.
    """

    def __init__(
        self,
        settings: EngineSettings,
        local: Mapping[str, Execute] | None = None,
        local_streams: Mapping[str, Subscribe] | None = None,
        callbacks: Callbacks | None = None,
        decide_labels: Decide | None = None,
        identifier: Identifier | None = None,
    ) -> None:
        self.settings = settings
        self._local = dict(local or {})
        self._local_streams = dict(local_streams or {})
        self._callbacks = callbacks
        self._cold = ThreadPoolExecutor(_COLD_THREADS, thread_name_prefix="prepare")
        self._loading = asyncio.Lock()
        self.live = LiveSnapshot()
        self.clients = Clients()
        self.tracing = start_tracing(settings.telemetry.exporters.tracing)
        self.subscriptions = Subscriptions(
            settings.subscription, self.live, settings.traffic_shaping.router.timeout
        )
        self.authenticator = Authenticator(settings.authentication)
        csrf = settings.csrf
        errors = settings.include_subgraph_errors
        self.pipeline = Pipeline(
            settings=settings,
            live=self.live,
            preparation=Preparation(
                limits=settings.limits,
                timeout=settings.supergraph.query_planning.timeout / 2,
                introspection=settings.supergraph.introspection,
                tracing=self.tracing,
            ),
            cold=self._cold,
            tracing=self.tracing,
            cors=CorsRules(settings.cors),
            identities=IdentityRules(
                HeaderPropagation(settings.headers), self.authenticator, identifier
            ),
            csrf_headers=None
            if csrf.unsafe_disabled
            else tuple(name.lower().encode("latin-1") for name in csrf.required_headers),
            error_policy=ErrorPolicy(errors.all, errors.subgraphs),
            labels=OverrideLabelRules(decide_labels),
            subscriptions=self.subscriptions,
            sharing=OperationSharing(settings.traffic_shaping.router.deduplicate_query),
            deadlines=Deadlines(settings.traffic_shaping),
            propagation=_propagation(settings.extensions),
        )

    @property
    def is_ready(self) -> bool:
        """Whether a supergraph is loaded."""
        return self.live.current is not None

    async def load(self, sdl: str) -> Snapshot:
        """Build a snapshot of the supergraph beside the live one and put it in its place.

        Raises `SupergraphError`; the live one then stays.
        """
        async with self._loading:
            cache_bytes = self.settings.supergraph.query_planning.cache_bytes
            schema = await asyncio.get_running_loop().run_in_executor(
                self._cold, build_schema, sdl, cache_bytes
            )
            snapshot = Snapshot(
                schema=schema,
                transports=connect(schema.supergraph, self.settings, self._local),
                streams=connect_streams(
                    schema.supergraph, self.settings, self._local_streams, self._callbacks
                ),
                documents=DocumentCache(
                    cache_bytes,
                    lambda key, record: record.size,
                ),
            )
            await self.live.swap(snapshot)
        # The schema is large and stays: the collector need not walk it at every full collection.
        gc.unfreeze()
        gc.collect()
        gc.freeze()
        names = ", ".join(subgraph.name for subgraph in schema.supergraph.subgraphs)
        logger.info("supergraph %s is live: %s", schema.version, names)
        return snapshot

    async def close(self) -> None:
        """Close all connections and send what telemetry is left."""
        await self.live.swap(None)
        self._cold.shutdown(wait=False, cancel_futures=True)
        await asyncio.to_thread(self.tracing.close)


def _propagation(section: Extensions) -> Propagation | None:
    names = tuple(dict.fromkeys(section.propagate))
    return Propagation(names, section.max_bytes) if names else None
