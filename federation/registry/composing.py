"""Compositions for many variants, off the event loop, reusing what did not change.

A `Composer` keeps the last version of each subgraph, so publishing one subgraph of many costs its
own share. Checks try schemas that never come again; they have composers of their own, so that they
do not push out what publishing keeps. Who was not used for longest leaves.

A composition that takes too long is given up: its thread cannot be stopped, but its composer is
left to it, so that nobody waits for it. The threads are few and used for this alone.
"""

from __future__ import annotations

import asyncio
import hashlib
from collections import OrderedDict
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import timedelta

from graphql import GraphQLSchema, lexicographic_sort_schema, print_schema

from federation.composition import Composed, Composer, Rejected, SubgraphSource
from federation.registry.errors import RegistryError
from federation.registry.model import GraphRef, SupergraphVersion
from federation.supergraph.api_schema import build_api_schema
from federation.supergraph.model import Supergraph
from federation.supergraph.reader import read_supergraph

# Variants whose parsed subgraphs are kept; a large graph takes about a hundred megabytes.
MOST_COMPOSERS = 8
MOST_THREADS = 4


@dataclass(frozen=True, slots=True)
class LiveSchema:
    """The live supergraph read and its API schema, for comparing."""

    launch_id: str
    supergraph: Supergraph
    api_schema: GraphQLSchema


class Compositions:
    """See the module. For one event loop; the work is done in threads."""

    def __init__(self, limit: timedelta) -> None:
        self._limit = limit.total_seconds()
        self._threads = ThreadPoolExecutor(MOST_THREADS, thread_name_prefix="composition")
        self._composers: OrderedDict[tuple[GraphRef, str], Composer] = OrderedDict()
        self._live: OrderedDict[GraphRef, LiveSchema] = OrderedDict()

    async def compose(
        self, ref: GraphRef, purpose: str, sources: Sequence[SubgraphSource]
    ) -> Composed | Rejected:
        """Compose; `purpose` (publishing, checking) chooses among the variant's composers.

        Raises COMPOSITION_TIMEOUT.
        """
        composer = self._composers.setdefault((ref, purpose), Composer())
        self._composers.move_to_end((ref, purpose))
        while len(self._composers) > MOST_COMPOSERS:
            self._composers.popitem(last=False)
        work = asyncio.get_running_loop().run_in_executor(
            self._threads, composer.compose, list(sources)
        )
        try:
            async with asyncio.timeout(self._limit):
                return await work
        except TimeoutError:
            if self._composers.get((ref, purpose)) is composer:
                del self._composers[ref, purpose]
            raise RegistryError(
                "COMPOSITION_TIMEOUT",
                f"composing {ref} took longer than {self._limit:g} s and was given up; nothing was "
                "stored",
            ) from None

    def close(self) -> None:
        """Begin no more compositions."""
        self._threads.shutdown(wait=False, cancel_futures=True)

    async def live(self, version: SupergraphVersion) -> LiveSchema:
        """Return the schema of a launch, read once while it is the last one asked for."""
        ref = version.launch.ref
        known = self._live.get(ref)
        if known is None or known.launch_id != version.launch.id:
            known = await asyncio.to_thread(_read, version)
            self._live[ref] = known
        self._live.move_to_end(ref)
        while len(self._live) > MOST_COMPOSERS:
            self._live.popitem(last=False)
        return known


def _read(version: SupergraphVersion) -> LiveSchema:
    supergraph = read_supergraph(version.sdl)
    return LiveSchema(version.launch.id, supergraph, build_api_schema(supergraph))


def text_hash(text: str) -> str:
    """Return the SHA-256 of a text, in hexadecimal."""
    return hashlib.sha256(text.encode()).hexdigest()


def api_schema_hash(supergraph: Supergraph) -> str:
    """Return a hash of what clients see; equal however the schema's parts are ordered."""
    return text_hash(print_schema(lexicographic_sort_schema(build_api_schema(supergraph))))
