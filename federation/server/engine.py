"""The engine in a server: loads supergraphs and settings, swaps them, answers requests.

What lives as long as the process is in `lasting`. What depends on the settings is built anew with
them (`assembly`); requests in flight finish on the pipeline and the snapshot they started with.
"""

from __future__ import annotations

import asyncio
import gc
import logging
from collections.abc import Callable, Collection, Mapping
from typing import TYPE_CHECKING

from federation.execution.caching.response_cache import ResponseCache
from federation.execution.transports.in_process import Execute, Subscribe
from federation.registry.schema import Schema, build_schema
from federation.registry.snapshot import Snapshot
from federation.registry.views import Views, restricted
from federation.server.assembly import build_pipeline
from federation.server.callers.authentication import Authenticator
from federation.server.hooks.fetching import hooked_streams, hooked_transports
from federation.server.hooks.running import Hooks
from federation.server.hooks.schema_changes import SchemaNews
from federation.server.lasting import Lasting
from federation.server.listener.work import DRAINING, NO_SUPERGRAPH, OVERLOADED
from federation.server.outside import Outside
from federation.server.pipeline import Pipeline
from federation.server.reconfigure import waiting_for_restart
from federation.server.settings.engine import EngineSettings
from federation.server.subgraphs.cache_tags import tags_of
from federation.server.subgraphs.connect import connect
from federation.server.subgraphs.connect_streams import connect_streams, stream_ways
from federation.server.subgraphs.response_caching import Caching
from federation.server.subgraphs.unknown_subgraphs import unknown_subgraphs
from federation.server.warming import warm
from federation.server.wire.front import build_front
from federation.supergraph.contracts import Contract

if TYPE_CHECKING:
    from federation.execution.transports.callback import Callbacks

logger = logging.getLogger("federation.server")


class Engine:
    """One engine.

    `local`: subgraphs in this process, name → callable; `local_streams`: those of them that
    have subscriptions. `callbacks`: who waits for events that subgraphs post.
    """

    def __init__(
        self,
        settings: EngineSettings,
        outside: Outside | None = None,
        *,
        local: Mapping[str, Execute] | None = None,
        local_streams: Mapping[str, Subscribe] | None = None,
        callbacks: Callbacks | None = None,
    ) -> None:
        self.settings = settings
        self._outside = outside or Outside()
        self._local = dict(local or {})
        self._local_streams = dict(local_streams or {})
        self._own: frozenset[str] | None = None
        self._callbacks = callbacks
        self._loading = asyncio.Lock()
        self.lasting = lasting = Lasting(settings, self._outside)
        self.live = lasting.live
        self.clients = lasting.clients
        self.response_cache: ResponseCache | None = lasting.response_cache
        self.authenticator = Authenticator(settings.authentication)
        self.front = build_front(settings, lasting.single_connections, lasting.work)
        self.pipeline = self._pipeline(settings, self.authenticator)
        self._watching: asyncio.Task[None] | None = None
        self._schema_news = SchemaNews(lambda: self.pipeline.hooks, lasting.cold)
        self.on_loaded: list[Callable[[Snapshot], None]] = [self._schema_news.loaded]

    def _pipeline(self, settings: EngineSettings, authenticator: Authenticator) -> Pipeline:
        return build_pipeline(
            settings, self._outside, self.lasting, authenticator, lambda: self.pipeline
        )

    async def start(self) -> None:
        """Read the key sets for the first time and keep them fresh from now on; open what figures
        and logs go to.

        Raises `ListenError`, `FederationError` where that cannot be opened, and `CacheUnavailable`
        where answers cannot be kept as the settings say.
        """
        await self.lasting.start()
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
        if self.lasting.work.draining:
            return DRAINING
        snapshot = self.live.current
        if snapshot is None:
            return NO_SUPERGRAPH
        filling = snapshot.views.whole.documents.filling
        if (
            self.lasting.work.is_full
            or filling >= self.settings.supergraph.query_planning.max_queued
        ):
            return OVERLOADED
        member = self._outside.member
        return None if member is None else member.why_not_ready()

    async def metrics(self, accept: str) -> tuple[str, bytes]:
        """Return media type and text of all metrics, for what a scraper accepts."""
        return await self.lasting.observability.scrape(accept)

    async def load(
        self, sdl: str, own: Collection[str] | None = None, schema: Schema | None = None
    ) -> Snapshot:
        """Build a snapshot of the supergraph beside the live one and put it in its place.

        `own`: which of the subgraphs in this process still serve it, the others were taken over;
        None: all. `schema`: what `sdl` was built to already, in memory shared with other processes.
        Raises `SupergraphError`; the live one then stays.
        """
        with self.lasting.observability.loads.measured("supergraph"):
            return await self._load(sdl, own, schema)

    async def _load(self, sdl: str, own: Collection[str] | None, built: Schema | None) -> Snapshot:
        async with self._loading:
            cache_bytes = self.settings.supergraph.query_planning.cache_bytes
            schema = built
            if schema is None:
                schema = await asyncio.get_running_loop().run_in_executor(
                    self.lasting.cold, build_schema, sdl, cache_bytes
                )
            before, self._own = self._own, None if own is None else frozenset(own)
            try:
                snapshot = self._snapshot(schema, self.settings, self.pipeline.hooks)
            except BaseException:
                self._own = before
                raise
            first = self.live.current is None
            await warm(self.live.current, snapshot, self.pipeline.documents)
            await self.live.swap(snapshot)
        _settle(first=first)
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
        with self.lasting.observability.loads.measured("configuration"):
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
            self.lasting.reconfigure(settings)
            self.front = build_front(settings, self.lasting.single_connections, self.lasting.work)
            await self.live.swap(snapshot)
        _settle()
        logger.info("the new settings are live")
        if waiting:
            logger.warning("only after a restart: %s", ", ".join(waiting))
        return waiting

    def _snapshot(self, schema: Schema, settings: EngineSettings, hooks: Hooks | None) -> Snapshot:
        async def build(whole: Schema, contract: Contract) -> Schema:
            return await asyncio.get_running_loop().run_in_executor(
                self.lasting.cold, restricted, whole, contract
            )

        cache_bytes = settings.supergraph.query_planning.cache_bytes
        local = {name: call for name, call in self._local.items() if self._serves(name)}
        streams = {name: call for name, call in self._local_streams.items() if self._serves(name)}
        names = [subgraph.name for subgraph in schema.supergraph.subgraphs]
        for problem in unknown_subgraphs(settings, names):
            logger.warning("hub.yaml: %s", problem)
        reserved = self._outside.reserved
        transports = connect(
            schema.supergraph,
            settings,
            local,
            self.lasting.traffic,
            caching=self._caching(schema, settings),
        )
        sources = connect_streams(schema.supergraph, settings, streams, self._callbacks)
        return Snapshot(
            views=Views(
                schema,
                build,
                cache_bytes,
                settings.views.max,
                self.lasting.observability.cold.views,
            ),
            transports=hooked_transports(transports, hooks, reserved),
            streams=hooked_streams(sources, hooks, reserved),
            ways=stream_ways(schema.supergraph, settings),
        )

    def _caching(self, schema: Schema, settings: EngineSettings) -> Caching | None:
        cache = self.lasting.response_cache
        if cache is None:
            return None
        tags = tags_of(schema.supergraph)
        reserved = self._outside.reserved
        return Caching(cache, settings.response_cache, tags, reserved, settings.headers)

    def _serves(self, name: str) -> bool:
        return self._own is None or name in self._own

    async def close(self) -> None:
        """Close all connections and send what telemetry is left."""
        if self._watching is not None:
            self._watching.cancel()
        await self._schema_news.close()
        await self.lasting.close()


def _settle(*, first: bool = False) -> None:
    """The schema is large and stays: the collector need not walk it at every full collection.

    `first`: what is frozen by now was there before, perhaps shared with other processes; to walk
    it would make a copy of all its pages.
    """
    if not first:
        gc.unfreeze()
    gc.collect()
    gc.freeze()
