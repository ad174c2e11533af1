"""Reading: variants, revisions, launches."""

from __future__ import annotations

from federation.registry.access import (
    Action,
    Caller,
    allow_on_graph,
    knows,
    unknown_graph,
)
from federation.registry.errors import RegistryError
from federation.registry.model import (
    GraphRef,
    Launch,
    SubgraphVersion,
    SupergraphVersion,
    Variant,
)
from federation.registry.services.core import Core

MOST_ROWS = 500


class Reading(Core):
    """See the module; every role may read."""

    async def variants(self, caller: Caller, graph: str) -> tuple[GraphRef, ...]:
        """Return the variants of a graph that the caller may know. Raises E010 for none."""
        allow_on_graph(caller, Action.READ, graph)
        found = [ref for ref in await self._store.variants(graph) if knows(caller, ref)]
        if not found:
            raise unknown_graph(graph)
        return tuple(found)

    async def variant(self, caller: Caller, ref: GraphRef) -> Variant:
        """Return the variant with the status of each subgraph. Raises E010."""
        return await self._known(caller, Action.READ, ref)

    async def subgraph(
        self, caller: Caller, ref: GraphRef, name: str, number: int | None = None
    ) -> SubgraphVersion:
        """Return a revision: the latest, or that with `number`. Raises E009, E010.

        Without a number a deleted subgraph is unknown; with one its history can still be read.
        """
        variant = await self._known(caller, Action.READ, ref)
        if number is not None:
            found = await self._store.revision(ref, name, number)
        else:
            status = variant.find(name)
            found = None if status is None else status.latest
        if found is None:
            raise unknown_subgraph(variant, name, number)
        return found

    async def subgraph_history(
        self,
        caller: Caller,
        ref: GraphRef,
        name: str,
        *,
        limit: int = 50,
        before: int | None = None,
    ) -> tuple[SubgraphVersion, ...]:
        """Return revisions, newest first, below the number `before`. Raises E009, E010."""
        variant = await self._known(caller, Action.READ, ref)
        found = await self._store.revisions(ref, name, bounded(limit), before)
        if not found and before is None:
            raise unknown_subgraph(variant, name)
        return found

    async def supergraph(
        self, caller: Caller, ref: GraphRef, launch: str | int | None = None
    ) -> SupergraphVersion:
        """Return the live supergraph, or that of a launch (id or number).

        Raises E010, E027 when nothing was composed yet, UNKNOWN_LAUNCH.
        """
        variant = await self._known(caller, Action.READ, ref)
        if launch is not None:
            return await self._launch_of(ref, launch)
        if variant.live_launch_id is None:
            raise RegistryError(
                "E027",
                f"{ref} has no supergraph yet: its subgraphs have not composed; "
                "`subgraph list` says why",
            )
        return await self._launch_of(ref, variant.live_launch_id)

    async def _launch_of(self, ref: GraphRef, launch: str | int) -> SupergraphVersion:
        found = await self._store.launch(ref, launch)
        if found is None:
            raise RegistryError(
                "UNKNOWN_LAUNCH", f"{ref} has no launch {launch}; the history lists them"
            )
        return found

    async def history(
        self, caller: Caller, ref: GraphRef, *, limit: int = 50, before: int | None = None
    ) -> tuple[Launch, ...]:
        """Return launches, newest first, below the number `before`. Raises E010."""
        await self._known(caller, Action.READ, ref)
        return await self._store.launches(ref, bounded(limit), before)

    async def live_supergraph(
        self, ref: GraphRef, after: str | None = None
    ) -> SupergraphVersion | None:
        """Return the live supergraph unless it is the launch with the id `after`, for reloading.

        None also when there is none yet. For the hub itself.
        """
        last = await self._last_launch(ref)
        if last is None or last.id == after:
            return None
        return await self._store.launch(ref, last.id)


def bounded(limit: int) -> int:
    """Return how many rows are read at most. Raises INVALID_INPUT for none."""
    if limit < 1:
        raise RegistryError("INVALID_INPUT", "limit must be at least 1")
    return min(limit, MOST_ROWS)


def unknown_subgraph(variant: Variant, name: str, number: int | None = None) -> RegistryError:
    """Return E009 with the names there are."""
    if number is not None:
        return RegistryError(
            "E009", f'{variant.ref} has no revision {number} of the subgraph "{name}"'
        )
    names = ", ".join(status.name for status in variant.subgraphs if status.latest) or "none"
    return RegistryError("E009", f'{variant.ref} has no subgraph "{name}"; it has: {names}')
