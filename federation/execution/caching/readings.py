"""The cache's figures under the names that metrics have (Apollo Router's, where it has them)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from federation.execution.caching.response_cache import ResponseCache


@dataclass(frozen=True, slots=True)
class Reading:
    """One value now. `counter`: it only rises, since the start; else it is a state."""

    name: str
    value: float
    attributes: Mapping[str, str]
    counter: bool = True
    unit: str = "1"


_PREFIX = "apollo.router.response_cache."


def readings(cache: ResponseCache) -> Iterator[Reading]:
    """Yield all figures of a cache. Cheap enough for each scrape; nothing is reset."""
    for name, figures in sorted(cache.figures.items()):
        subgraph = {"subgraph.name": name}
        for hit, value in (("true", figures.hits), ("false", figures.misses)):
            yield Reading(f"{_PREFIX}lookups", value, {**subgraph, "cache.hit": hit})
        yield Reading(f"{_PREFIX}insertions", figures.stored, subgraph)
        yield Reading(f"{_PREFIX}uncacheable", figures.uncacheable, subgraph)
        yield Reading(f"{_PREFIX}outdated", figures.outdated, subgraph)
    yield Reading(f"{_PREFIX}invalidation.events", cache.invalidations.events, {})
    yield Reading(f"{_PREFIX}invalidation.entries", cache.invalidations.entries, {})
    yield Reading(f"{_PREFIX}evictions", cache.store.evicted, {})
    yield Reading(f"{_PREFIX}errors", cache.store.errors, {})
    entries, size = cache.store.size
    yield Reading(f"{_PREFIX}entries", entries, {}, counter=False)
    yield Reading(f"{_PREFIX}size", size, {}, counter=False, unit="By")
    yield Reading(f"{_PREFIX}suspended", int(cache.suspended), {}, counter=False)
