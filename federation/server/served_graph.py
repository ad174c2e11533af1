"""What this server serves when a registry says it: one variant, with its documents and its usage.

The program around brings subgraphs of its own and publishes them first; then whatever is live in
the variant is loaded, now and whenever it changes.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from federation.composition import Rejected, SubgraphSource, compose
from federation.errors import FederationError
from federation.registry.following import Follower
from federation.registry.model import GraphRef, SubgraphProposal, SupergraphVersion
from federation.registry.service import Registry
from federation.registry.usage import OperationUsage
from federation.server.app import Sourced
from federation.server.engine import Engine

logger = logging.getLogger("federation.server")

# How long a gateway waits for who publishes the first subgraphs.
_PATIENCE_SECONDS = 30.0
_USAGE_KEPT = timedelta(days=90)
_PRUNE_SECONDS = 6 * 3600.0


def composed(subgraphs: Sequence[SubgraphSource]) -> str:
    """Return the supergraph of these subgraphs. Raises `FederationError` when there is none."""
    result = compose(subgraphs)
    if isinstance(result, Rejected):
        problems = "; ".join(f"{error.code}: {error.message}" for error in result.errors)
        raise FederationError(problems, code="BUILD_ERROR")
    return result.supergraph_sdl


class ServedGraph:
    """The variant `ref` of `registry`. `interval`: how often to look when no bell rings.

    `DocumentSource` and `UsageSink` of an engine.
    """

    def __init__(self, registry: Registry, ref: GraphRef, *, interval: float) -> None:
        self._registry = registry
        self._ref = ref
        self._follower = Follower(registry, ref, interval=interval)

    def ring(self) -> None:
        """Something may have gone live: look now."""
        self._follower.ring()

    async def publish_own(self, proposals: Sequence[SubgraphProposal], *, addresses: bool) -> None:
        """Publish the program's own subgraphs, where they are new; see `Registry.publish_own`.

        That they do not compose with the others is told in the log: the last good supergraph stays
        live, and it is this one that is served.
        """
        done = await self._registry.publish_own(self._ref, proposals, addresses=addresses)
        if done.errors:
            problems = "; ".join(f"{error.code}: {error.message}" for error in done.errors)
            logger.error("the hub's own subgraphs are not live as they are now: %s", problems)

    async def source(self) -> Sourced:
        """Return the supergraph to start with. Raises `FederationError` when there is none."""
        found = await self._follower.first(_PATIENCE_SECONDS)
        if found is None:
            raise FederationError(
                f"nothing is live in {self._ref} yet; start the hub's subgraphs over the same"
                " database, or see in their log why they do not compose",
                code="NO_SUPERGRAPH_AVAILABLE",
            )
        version, own = found
        return Sourced(version.sdl, own)

    async def follow(self, engine: Engine) -> None:
        """Load whatever goes live; never returns."""

        async def load(version: SupergraphVersion, own: frozenset[str]) -> None:
            await engine.load(version.sdl, own)

        await self._follower.run(load)

    async def document(self, document_id: str) -> str | None:
        """Return a trusted document of the graph."""
        found = await self._registry.document(self._ref.graph, document_id)
        return None if found is None else found.body

    async def record_usage(self, batch: Sequence[OperationUsage]) -> None:
        """Keep which operations were asked, for checks."""
        await self._registry.record_usage(self._ref, batch)

    async def forget_usage(self, engine: Engine) -> None:
        """Drop usage that no check looks at any more, a few times a day; never returns."""
        while True:
            try:
                dropped = await self._registry.prune_usage(datetime.now(UTC) - _USAGE_KEPT)
                if dropped:
                    logger.info("%d rows of old usage were dropped", dropped)
            except Exception:
                logger.exception("old usage could not be dropped; it is tried again later")
            await asyncio.sleep(_PRUNE_SECONDS)
