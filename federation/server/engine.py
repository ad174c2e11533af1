"""The engine in a server: loads supergraphs and settings, swaps them, answers requests.

Owns what lives as long as the process: the live snapshot, the threads of the cold path, tracing.
What depends on the settings is built anew with them (`_pipeline`); requests in flight finish on the
pipeline and the snapshot they started with.
"""

from __future__ import annotations

import asyncio
import gc
import logging
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor

from federation.execution.context import ErrorPolicy
from federation.execution.propagation import Propagation
from federation.execution.transports.callback import Callbacks
from federation.execution.transports.in_process import Execute, Subscribe
from federation.registry.schema import Schema, build_schema
from federation.registry.snapshot import LiveSnapshot, Snapshot
from federation.registry.views import Views, restricted
from federation.server.authentication import Authenticator
from federation.server.connect import connect
from federation.server.connect_streams import connect_streams, stream_ways
from federation.server.cors import CorsRules
from federation.server.deadlines import Deadlines
from federation.server.disconnect import Clients
from federation.server.documents import Documents
from federation.server.headers import HeaderPropagation
from federation.server.identity import Identifier, IdentityRules
from federation.server.operation_sharing import OperationSharing
from federation.server.override_labels import Decide, OverrideLabelRules
from federation.server.pipeline import Pipeline
from federation.server.preparation import Preparation
from federation.server.reconfigure import waiting_for_restart
from federation.server.settings.answers import Extensions
from federation.server.settings.engine import EngineSettings
from federation.server.subscriptions import Subscriptions
from federation.server.telemetry import start_tracing
from federation.server.warming import warm
from federation.supergraph.contracts import Contract

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
        self._decide_labels = decide_labels
        self._identifier = identifier
        self._cold = ThreadPoolExecutor(_COLD_THREADS, thread_name_prefix="prepare")
        self._loading = asyncio.Lock()
        self.live = LiveSnapshot()
        self.clients = Clients()
        self.tracing = start_tracing(settings.telemetry.exporters.tracing)
        self.subscriptions = Subscriptions(
            settings.subscription, self.live, settings.traffic_shaping.router.timeout
        )
        self.authenticator = Authenticator(settings.authentication)
        self.pipeline = self._pipeline(settings, self.authenticator)
        self.on_loaded: list[Callable[[Snapshot], None]] = []

    def _pipeline(self, settings: EngineSettings, authenticator: Authenticator) -> Pipeline:
        csrf = settings.csrf
        errors = settings.include_subgraph_errors
        planning = settings.supergraph.query_planning
        preparation = Preparation(
            limits=settings.limits,
            timeout=planning.timeout / 2,
            introspection=settings.supergraph.introspection,
            tracing=self.tracing,
        )
        return Pipeline(
            settings=settings,
            live=self.live,
            documents=Documents(
                preparation, self._cold, OverrideLabelRules(self._decide_labels), planning
            ),
            tracing=self.tracing,
            cors=CorsRules(settings.cors),
            identities=IdentityRules(
                HeaderPropagation(settings.headers), authenticator, self._identifier
            ),
            csrf_headers=None
            if csrf.unsafe_disabled
            else tuple(name.lower().encode("latin-1") for name in csrf.required_headers),
            error_policy=ErrorPolicy(errors.all, errors.subgraphs),
            subscriptions=self.subscriptions,
            sharing=OperationSharing(settings.traffic_shaping.router.deduplicate_query),
            deadlines=Deadlines(settings.traffic_shaping),
            propagation=_propagation(settings.extensions),
            current=lambda: self.pipeline,
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
            snapshot = self._snapshot(schema, self.settings)
            await warm(self.live.current, snapshot, self.pipeline.documents)
            await self.live.swap(snapshot)
        _settle()
        names = ", ".join(subgraph.name for subgraph in schema.supergraph.subgraphs)
        logger.info("supergraph %s is live: %s", schema.version, names)
        for tell in self.on_loaded:
            tell(snapshot)
        return snapshot

    async def reconfigure(self, settings: EngineSettings) -> tuple[str, ...]:
        """Put other settings in place, with the same supergraph.

        Returns the keys that differ but take effect only when the server starts again. Raises what
        building the parts raises (`SupergraphError`, `FederationError`); the old ones then stay.
        """
        async with self._loading:
            old = self.settings
            waiting = waiting_for_restart(old, settings)
            authenticator = self.authenticator
            if settings.authentication != old.authentication:
                authenticator = Authenticator(settings.authentication)
                await authenticator.key_sets.start()
            pipeline = self._pipeline(settings, authenticator)
            current = self.live.current
            snapshot = None
            if current is not None:
                snapshot = self._snapshot(current.schema, settings)
                await warm(current, snapshot, pipeline.documents)
            self.settings, self.pipeline, self.authenticator = settings, pipeline, authenticator
            self.subscriptions.reconfigure(
                settings.subscription, settings.traffic_shaping.router.timeout
            )
            await self.live.swap(snapshot)
        _settle()
        logger.info("the new settings are live")
        if waiting:
            logger.warning("only after a restart: %s", ", ".join(waiting))
        return waiting

    def _snapshot(self, schema: Schema, settings: EngineSettings) -> Snapshot:
        async def build(whole: Schema, contract: Contract) -> Schema:
            return await asyncio.get_running_loop().run_in_executor(
                self._cold, restricted, whole, contract
            )

        cache_bytes = settings.supergraph.query_planning.cache_bytes
        return Snapshot(
            views=Views(schema, build, cache_bytes, settings.views.max),
            transports=connect(schema.supergraph, settings, self._local),
            streams=connect_streams(
                schema.supergraph, settings, self._local_streams, self._callbacks
            ),
            ways=stream_ways(schema.supergraph, settings),
        )

    async def close(self) -> None:
        """Close all connections and send what telemetry is left."""
        await self.live.swap(None)
        self._cold.shutdown(wait=False, cancel_futures=True)
        await asyncio.to_thread(self.tracing.close)


def _settle() -> None:
    """The schema is large and stays: the collector need not walk it at every full collection."""
    gc.unfreeze()
    gc.collect()
    gc.freeze()


def _propagation(section: Extensions) -> Propagation | None:
    names = tuple(dict.fromkeys(section.propagate))
    return Propagation(names, section.max_bytes) if names else None
