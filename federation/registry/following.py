"""A gateway follows its variant: whatever goes live in the registry goes live here.

A bell (a notification of the storage) makes it look at once; without one it looks every
`interval`. What cannot be loaded is told, and the last good supergraph stays.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Awaitable, Callable

from federation.errors import FederationError
from federation.execution.deadlines import clock
from federation.registry.model import GraphRef, SupergraphVersion
from federation.registry.service import Registry

logger = logging.getLogger("federation.registry")

# Puts a supergraph live; given the names of the subgraphs that the program itself brings.
Load = Callable[[SupergraphVersion, frozenset[str]], Awaitable[None]]


class Follower:
    """Follows one variant. `ring` may be called at any time, also before `run`."""

    def __init__(self, registry: Registry, ref: GraphRef, *, interval: float = 5.0) -> None:
        self._registry = registry
        self._ref = ref
        self._interval = interval
        self._bell = asyncio.Event()
        self._last: str | None = None

    def ring(self) -> None:
        """Something may have changed: look now."""
        self._bell.set()

    async def first(self, patience: float) -> tuple[SupergraphVersion, frozenset[str]] | None:
        """Return what is live, and which subgraphs the program itself brings.

        Waits up to `patience` seconds for the first launch there is; then None.
        """
        end = clock() + patience
        while (found := await self._registry.live_supergraph(self._ref)) is None:
            if clock() >= end:
                return None
            await self._wait(min(self._interval, 1.0))
        self._last = found.launch.id
        return found, await self._registry.own_names(self._ref)

    async def run(self, load: Load) -> None:
        """Load each launch that goes live from now on; never returns."""
        while True:
            try:
                await self._look(load)
            except FederationError as error:
                logger.error("the registry cannot be followed now: %s", error.message)
            except Exception:
                logger.exception("the registry cannot be followed now")
            await self._wait(self._interval)

    async def _look(self, load: Load) -> None:
        found = await self._registry.live_supergraph(self._ref, self._last)
        if found is None:
            return
        self._last = found.launch.id
        try:
            await load(found, await self._registry.own_names(self._ref))
        except FederationError as error:
            logger.error(
                "launch %d of %s cannot be used, the last one stays: %s",
                found.launch.number,
                self._ref,
                error.message,
            )

    async def _wait(self, seconds: float) -> None:
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._bell.wait()
        self._bell.clear()
