"""Subgraphs that the program around brings along: published when it starts, all in one launch.

A subgraph whose latest revision somebody else published has been taken over: it is theirs from then
on, and the program that brought it serves it no more.
"""

from __future__ import annotations

from collections.abc import Sequence

from federation.registry.access import system_caller
from federation.registry.model import (
    GraphRef,
    LaunchOrigin,
    Publication,
    SubgraphProposal,
    SubgraphVersion,
    Variant,
)
from federation.registry.proposals import check_proposal
from federation.registry.publish import decide
from federation.registry.services.core import Outcome
from federation.registry.services.publishing import Publishing, publication_of
from federation.registry.store import VariantChange

OWN = "hub"


class OwnSubgraphs(Publishing):
    """See the module."""

    async def publish_own(
        self, ref: GraphRef, proposals: Sequence[SubgraphProposal], *, addresses: bool
    ) -> Publication:
        """Publish what is new of the program's own subgraphs, in one launch.

        `addresses`: another address alone is new, too; False where each replica has its own. When
        the new ones do not compose with the others, the live supergraph stays, and `errors` of the
        publication says why. Raises INVALID_*, ROUTING_URL_MISSING, REGISTRY_BUSY.
        """
        for proposal in proposals:
            check_proposal(proposal, self._settings.max_sdl_bytes)

        async def attempt(variant: Variant | None) -> Outcome:
            return await self._publish_own_once(ref, proposals, addresses, variant)

        return await self._change(ref, attempt)

    async def own_names(self, ref: GraphRef) -> frozenset[str]:
        """Return the subgraphs whose live revision is the program's own."""
        variant = await self._store.variant(ref)
        subgraphs = variant.subgraphs if variant else ()
        return frozenset(s.name for s in subgraphs if s.live and s.live.published_by == OWN)

    async def _publish_own_once(
        self,
        ref: GraphRef,
        proposals: Sequence[SubgraphProposal],
        addresses: bool,
        variant: Variant | None,
    ) -> Outcome:
        caller = system_caller(OWN)
        news: dict[str, SubgraphVersion] = {}
        for proposal in proposals:
            known = variant.find(proposal.name) if variant else None
            latest = known.latest if known else None
            if latest is not None and (
                latest.published_by != OWN
                or (latest.sdl == proposal.sdl and (not addresses or latest.url == proposal.url))
            ):
                continue
            version, _ = await self._revision(caller, ref, proposal, known)
            news[proposal.name] = version
        if not news:
            return Outcome(None, Publication(ref, None))
        subgraphs = variant.subgraphs if variant else ()
        decision = await decide(subgraphs, news, self._compose(ref, "publish"))
        last = await self._last_launch(ref)
        launch = await self._launch(
            caller, ref, decision, last, LaunchOrigin.PUBLISH, "own", "the hub's own subgraphs"
        )
        change = VariantChange(
            ref=ref,
            generation=variant.generation if variant else None,
            revisions=tuple(news.values()),
            heads=decision.heads,
            removed=decision.removed,
            launch=launch,
            audit=tuple(self._published(caller, v, decision, launch) for v in news.values()),
        )
        return Outcome(change, publication_of(ref, decision, launch, last))
