"""The engine in a server: loads supergraphs and settings, swaps them, answers requests.

Owns what lives as long as the process: the live snapshot, the threads of the cold path, tracing.
What depends on the settings is built anew with them (`_pipeline`); requests in flight finish on the
pipeline and the snapshot they started with.
"""

from __future__ import annotations

import asyncio
import gc
import logging
from collections.abc import Callable, Collection, Mapping

from federation.execution.caching.response_cache import ResponseCache
from federation.execution.context import ErrorPolicy
from federation.execution.propagation import Propagation
from federation.execution.resilience.guards import Traffic
from federation.execution.transports.callback import Callbacks
from federation.execution.transports.in_process import Execute, Subscribe
from federation.registry.schema import Schema, build_schema
from federation.registry.snapshot import LiveSnapshot, Snapshot
from federation.registry.views import Views, restricted
from federation.server.api_keys import ApiKeys
from federation.server.authentication import Authenticator
from federation.server.authorization.authorization import Authorization, DecidePolicies
from federation.server.authorization.introspection import IntrospectionRules
from federation.server.cache_tags import tags_of
from federation.server.client_certificates import CertificateRules
from federation.server.connect import connect
from federation.server.connect_streams import connect_streams, stream_ways
from federation.server.cors import CorsRules
from federation.server.deadlines import Deadlines
from federation.server.demand.demand_control import StaticDemandControl
from federation.server.disconnect import Clients
from federation.server.documents import Documents
from federation.server.front import build_front
from federation.server.headers import HeaderPropagation
from federation.server.hooks.fetching import hooked_streams, hooked_transports
from federation.server.hooks.running import Hooks, build_hooks
from federation.server.hooks.schema_changes import SchemaNews
from federation.server.identity import Identifier, IdentityRules
from federation.server.metrics.cold_path import ColdThreads
from federation.server.metrics.parts import of_response_cache, of_snapshot, of_traffic, of_work
from federation.server.observability import Observability
from federation.server.operation_sharing import OperationSharing
from federation.server.override_labels import Decide, OverrideLabelRules
from federation.server.peer import Proxies
from federation.server.persisted.automatic import AutomaticDocuments
from federation.server.persisted.documents import build_documents
from federation.server.persisted.registered import DocumentSource
from federation.server.pipeline import Pipeline
from federation.server.preparation import Preparation
from federation.server.rate_limits.admission import Counters, build_admission
from federation.server.rate_limits.quotas import QuotaStore
from federation.server.reconfigure import waiting_for_restart
from federation.server.response_caching import Caching, build_cache
from federation.server.response_headers import ResponseHeaderPropagation
from federation.server.settings.answers import Extensions
from federation.server.settings.engine import EngineSettings
from federation.server.settings.headers import Headers
from federation.server.settings.telemetry import ResponseTraceId
from federation.server.single_connections import SingleConnections
from federation.server.subscriptions import Subscriptions
from federation.server.telemetry import start_tracing
from federation.server.unknown_subgraphs import unknown_subgraphs
from federation.server.usage import UsageSink
from federation.server.view_rules import KeyHolder, ViewRules
from federation.server.warming import warm
from federation.server.work import DRAINING, NO_SUPERGRAPH, OVERLOADED, Work
from federation.supergraph.contracts import Contract

logger = logging.getLogger("federation.server")

# Two, so that one document that takes long does not hold up all other new ones. More would not
# run faster under the interpreter's lock.
_COLD_THREADS = 2


class Engine:
    """One engine.

    `local`: subgraphs in this process, name → callable; `local_streams`: those of them that
    have subscriptions. `callbacks`: who waits for events that subgraphs post. `identifier`: finds
    out who a client is, `key_holder` which keys to the gates of views it holds. `response_cache`:
    made by who can drop from it; else one is made as the settings say. `api_keys`: which keys of
    organisations hold; `quotas`: what all replicas have taken of their quotas.
    `decide_policies`: which of the policies that a document names hold for its caller.
    `document_source`: trusted documents beside those in files. `usage_sink`: who keeps which client
    uses what.
    """

    def __init__(
        self,
        settings: EngineSettings,
        local: Mapping[str, Execute] | None = None,
        local_streams: Mapping[str, Subscribe] | None = None,
        callbacks: Callbacks | None = None,
        decide_labels: Decide | None = None,
        identifier: Identifier | None = None,
        key_holder: KeyHolder | None = None,
        response_cache: ResponseCache | None = None,
        api_keys: ApiKeys | None = None,
        quotas: QuotaStore | None = None,
        decide_policies: DecidePolicies | None = None,
        document_source: DocumentSource | None = None,
        usage_sink: UsageSink | None = None,
    ) -> None:
        self.settings = settings
        self._local = dict(local or {})
        self._local_streams = dict(local_streams or {})
        self._own: frozenset[str] | None = None
        self._callbacks = callbacks
        self._decide_labels = decide_labels
        self._decide_policies = decide_policies
        self._identifier = identifier
        self._key_holder = key_holder
        self._api_keys = api_keys
        self.counters = Counters(quotas)
        self.response_cache = response_cache or build_cache(settings.response_cache)
        telemetry = settings.telemetry
        prometheus = telemetry.exporters.metrics.prometheus
        self.observability = Observability(
            telemetry, usage_sink, own_port=not prometheus.shares(settings.supergraph.listen)
        )
        self.work = Work(settings.traffic_shaping.router.concurrency_limit)
        self._cold = ColdThreads(_COLD_THREADS, self.observability.cold)
        self._loading = asyncio.Lock()
        self.live = LiveSnapshot()
        self.clients = Clients()
        self.traffic = Traffic()
        self.tracing = start_tracing(settings.telemetry.exporters.tracing)
        self.subscriptions = Subscriptions(
            settings.subscription, self.live, settings.traffic_shaping.router.timeout
        )
        self._document_source = document_source
        self._automatic = AutomaticDocuments(settings.apq.router.cache.in_memory)
        self.single_connections = SingleConnections(settings.subscription)
        self.front = build_front(settings, self.single_connections, self.work)
        self.authenticator = Authenticator(settings.authentication)
        self.pipeline = self._pipeline(settings, self.authenticator)
        self._watching: asyncio.Task[None] | None = None
        self._expose()
        self._schema_news = SchemaNews(lambda: self.pipeline.hooks, self._cold)
        self.on_loaded: list[Callable[[Snapshot], None]] = [self._schema_news.loaded]

    def _pipeline(self, settings: EngineSettings, authenticator: Authenticator) -> Pipeline:
        csrf = settings.csrf
        errors = settings.include_subgraph_errors
        planning = settings.supergraph.query_planning
        proxies = Proxies(settings.proxies)
        preparation = Preparation(
            limits=settings.limits,
            timeout=planning.timeout / 2,
            introspection=settings.supergraph.introspection is not False,
            tracing=self.tracing,
            directives=settings.authorization.directives,
            figures=self.observability.cold,
            tells_facts=self.observability.tells_facts,
            demand=settings.demand_control,
            suggests=settings.supergraph.introspection is True,
        )
        return Pipeline(
            settings=settings,
            live=self.live,
            views=ViewRules(settings.views, self._key_holder),
            documents=Documents(
                preparation,
                self._cold,
                OverrideLabelRules(self._decide_labels),
                planning,
                Authorization(settings.authorization, self._decide_policies),
                IntrospectionRules(settings.supergraph.introspection),
            ),
            tracing=self.tracing,
            cors=CorsRules(settings.cors),
            identities=IdentityRules(
                HeaderPropagation(settings.headers),
                authenticator,
                self._identifier,
                self._api_keys,
                CertificateRules(settings.tls.supergraph.client_authentication),
                proxies,
            ),
            admission=build_admission(
                settings.rate_limits,
                settings.traffic_shaping.router.global_rate_limit,
                proxies,
                self.counters,
            ),
            csrf_headers=None
            if csrf.unsafe_disabled
            else tuple(name.lower().encode("latin-1") for name in csrf.required_headers),
            error_policy=ErrorPolicy(errors.all, errors.subgraphs),
            subscriptions=self.subscriptions,
            sharing=OperationSharing(settings.traffic_shaping.router.deduplicate_query),
            deadlines=Deadlines(settings.traffic_shaping),
            propagation=_propagation(settings.extensions),
            hooks=build_hooks(settings.hooks),
            response_headers=_response_headers(settings.headers),
            stored=build_documents(
                settings.apq, settings.persisted_queries, self._automatic, self._document_source
            ),
            current=lambda: self.pipeline,
            observers=self.observability.observers,
            trace_header=_trace_header(settings.telemetry.exporters.tracing.response_trace_id),
            work=self.work,
            demand=StaticDemandControl(
                settings.demand_control, shows=settings.plugins.expose_query_plan
            )
            if settings.demand_control.enabled
            else None,
        )

    async def start(self) -> None:
        """Read the key sets for the first time and keep them fresh from now on; open what figures
        and logs go to.

        Raises `ListenError`, `FederationError` where that cannot be opened, and `CacheUnavailable`
        where answers cannot be kept as the settings say.
        """
        await self.observability.start()
        if self.response_cache is not None:
            await self.response_cache.store.start()
        await self.authenticator.key_sets.start()
        self._watch_keys()

    def _watch_keys(self) -> None:
        if self._watching is not None:
            self._watching.cancel()
        keys = self.authenticator.key_sets
        enabled = self.authenticator.enabled
        self._watching = asyncio.ensure_future(keys.watch()) if enabled else None

    @property
    def is_ready(self) -> bool:
        """Whether requests should be sent to it."""
        return self.why_not_ready() is None

    def why_not_ready(self) -> str | None:
        """Return why no (more) requests should be sent, None when they may be."""
        if self.work.draining:
            return DRAINING
        snapshot = self.live.current
        if snapshot is None:
            return NO_SUPERGRAPH
        filling = snapshot.views.whole.documents.filling
        if self.work.is_full or filling >= self.settings.supergraph.query_planning.max_queued:
            return OVERLOADED
        return None

    def metrics(self, accept: str) -> tuple[str, bytes]:
        """Return media type and text of all metrics, for what a scraper accepts."""
        return self.observability.write(accept)

    def _expose(self) -> None:
        self.observability.expose(
            lambda: of_work(self.work, self.subscriptions),
            lambda: of_snapshot(self.live),
            lambda: of_traffic(self.traffic),
            lambda: () if self.response_cache is None else of_response_cache(self.response_cache),
        )

    async def load(self, sdl: str, own: Collection[str] | None = None) -> Snapshot:
        """Build a snapshot of the supergraph beside the live one and put it in its place.

        `own`: which of the subgraphs in this process still serve it, the others were taken over;
        None: all. Raises `SupergraphError`; the live one then stays.
        """
        with self.observability.loads.measured("supergraph"):
            return await self._load(sdl, own)

    async def _load(self, sdl: str, own: Collection[str] | None) -> Snapshot:
        async with self._loading:
            cache_bytes = self.settings.supergraph.query_planning.cache_bytes
            schema = await asyncio.get_running_loop().run_in_executor(
                self._cold, build_schema, sdl, cache_bytes
            )
            before, self._own = self._own, None if own is None else frozenset(own)
            try:
                snapshot = self._snapshot(schema, self.settings, self.pipeline.hooks)
            except BaseException:
                self._own = before
                raise
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
        with self.observability.loads.measured("configuration"):
            return await self._reconfigure(settings)

    async def _reconfigure(self, settings: EngineSettings) -> tuple[str, ...]:
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
                snapshot = self._snapshot(current.schema, settings, pipeline.hooks)
                await warm(current, snapshot, pipeline.documents)
            self.settings, self.pipeline = settings, pipeline
            if authenticator is not self.authenticator:
                self.authenticator = authenticator
                self._watch_keys()
            self.work.limit = settings.traffic_shaping.router.concurrency_limit
            self.front = build_front(settings, self.single_connections, self.work)
            self.single_connections.reconfigure(settings.subscription)
            self.subscriptions.reconfigure(
                settings.subscription, settings.traffic_shaping.router.timeout
            )
            await self.live.swap(snapshot)
        _settle()
        logger.info("the new settings are live")
        if waiting:
            logger.warning("only after a restart: %s", ", ".join(waiting))
        return waiting

    def _snapshot(self, schema: Schema, settings: EngineSettings, hooks: Hooks | None) -> Snapshot:
        async def build(whole: Schema, contract: Contract) -> Schema:
            return await asyncio.get_running_loop().run_in_executor(
                self._cold, restricted, whole, contract
            )

        cache_bytes = settings.supergraph.query_planning.cache_bytes
        local = {name: call for name, call in self._local.items() if self._serves(name)}
        streams = {name: call for name, call in self._local_streams.items() if self._serves(name)}
        names = [subgraph.name for subgraph in schema.supergraph.subgraphs]
        for problem in unknown_subgraphs(settings, names):
            logger.warning("hub.yaml: %s", problem)
        reserved = frozenset[str]() if self._identifier is None else self._identifier.reserved
        transports = connect(
            schema.supergraph,
            settings,
            local,
            self.traffic,
            caching=self._caching(schema, settings),
        )
        sources = connect_streams(schema.supergraph, settings, streams, self._callbacks)
        return Snapshot(
            views=Views(schema, build, cache_bytes, settings.views.max),
            transports=hooked_transports(transports, hooks, reserved),
            streams=hooked_streams(sources, hooks, reserved),
            ways=stream_ways(schema.supergraph, settings),
        )

    def _caching(self, schema: Schema, settings: EngineSettings) -> Caching | None:
        if self.response_cache is None:
            return None
        reserved = frozenset[str]() if self._identifier is None else self._identifier.reserved
        tags = tags_of(schema.supergraph)
        return Caching(
            self.response_cache, settings.response_cache, tags, reserved, settings.headers
        )

    def _serves(self, name: str) -> bool:
        return self._own is None or name in self._own

    async def close(self) -> None:
        """Close all connections and send what telemetry is left."""
        if self._watching is not None:
            self._watching.cancel()
        await self._schema_news.close()
        await self.live.swap(None)
        await self.counters.close()
        if self.response_cache is not None:
            await self.response_cache.store.close()
        self._cold.shutdown(wait=False, cancel_futures=True)
        await self.observability.close()
        await asyncio.to_thread(self.tracing.close)


def _settle() -> None:
    """The schema is large and stays: the collector need not walk it at every full collection."""
    gc.unfreeze()
    gc.collect()
    gc.freeze()


def _trace_header(section: ResponseTraceId) -> bytes | None:
    return section.header_name.lower().encode() if section.enabled else None


def _propagation(section: Extensions) -> Propagation | None:
    names = tuple(dict.fromkeys(section.propagate))
    return Propagation(names, section.max_bytes) if names else None


def _response_headers(section: Headers) -> ResponseHeaderPropagation | None:
    rules = ResponseHeaderPropagation(section)
    return None if rules.empty else rules
