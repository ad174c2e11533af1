"""What a subgraph says of how long its answer holds: `cache-control`, `vary`, `cache-tag`.

Nothing is said by hand. A request notes what it depends on while it runs: the statements it ran
(`resolvers.database.observed`), whether it looked at who asks, the day, other subgraphs, live
sources. From that follows:

- it looked at nothing but watched tables → the same for everybody: `public`
- it looked at who asks → `public` for the anonymous public, else `private`; both chosen by the
  header that states the caller
- it wrote, asked another subgraph, a live source or the clock, or had an error → `no-store`

It holds for `max_age` seconds, and no longer than the day in China, since "today" is a part of many
answers. `cache-tag` names the tables: who hears of their changes drops the answer earlier.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Final

from resolvers.database.observed import Observation
from resolvers.database.pool import Database
from resolvers.hub.cache_tags import CacheTagListener, Drops, WatchedTables, watch_tables
from resolvers.identity import ANONYMOUS
from resolvers.values.dates import CHINA_TIME
from schema.common.context import SubgraphContext
from schema.common.provenance import HEADER as PROVENANCE
from schema.identity import HEADER as IDENTITY

NO_STORE: Final[Mapping[str, str]] = {"cache-control": "no-store"}

UNCACHED: Final = frozenset({"reporting"})
"""Subgraphs of boards, reports and files: about who asks, or about this moment."""


class Told(dict[str, Any]):
    """A GraphQL response, with what would be its HTTP headers."""

    def __init__(self, response: Mapping[str, Any], headers: Mapping[str, str]) -> None:
        super().__init__(response)
        self.headers = headers


@dataclass(frozen=True, slots=True)
class CacheHints:
    """How answers are marked. `max_age` in seconds, for those that nobody drops earlier."""

    watched: WatchedTables
    max_age: int = 60

    def headers(
        self, context: SubgraphContext, seen: Observation, response: Mapping[str, Any]
    ) -> Mapping[str, str]:
        """Return the headers of a response."""
        if (
            context.subgraph in UNCACHED
            or response.get("errors")
            or response.get("data") is None
            or "extensions" in response
            or seen.elsewhere is not None
            or context.read is not None
        ):
            return NO_STORE
        tags = self.watched.tags_of(seen.statements)
        left = min(self.max_age, _left_of_day(context.today, context.now))
        if tags is None or left < 1:
            return NO_STORE
        known = context.looked_at_caller and context.asks != ANONYMOUS
        headers = {
            "cache-control": f"{'private' if known else 'public'}, max-age={left}",
            # By the second a client asks to be told where data come from.
            "vary": f"{IDENTITY}, {PROVENANCE}" if context.looked_at_caller else PROVENANCE,
        }
        if tags:
            headers["cache-tag"] = ", ".join(sorted(tags))
        return headers


@asynccontextmanager
async def hints_of(
    database: Database, cache: Drops | None, *, enabled: bool
) -> AsyncIterator[CacheHints | None]:
    """Watch what is written to `database` around the block; give how answers are marked, None where
    they are not kept. `cache` is told what does not hold any more.
    """
    if not enabled:
        yield None
        return
    hints = CacheHints(await watch_tables(database))
    if cache is None:
        yield hints
        return
    async with CacheTagListener(database, cache).running():
        yield hints


def _left_of_day(today: date, now: datetime) -> int:
    """Return the seconds until the day that a request takes for today is over in China."""
    tomorrow = datetime.combine(today + timedelta(days=1), datetime.min.time(), CHINA_TIME)
    return int((tomorrow - now).total_seconds())
