"""The database's reference lists for checks, read again only when a list was loaded anew."""

from __future__ import annotations

import asyncio

from resolvers.database.pool import Queries
from resolvers.reference.known import read_lists
from resolvers.values.lists import ReferenceLists, shipped_lists

_STATE = "select name, checksum from reference.dataset order by name"


class CachedLists:
    """One copy of the lists for a process; reading them all takes some 50 ms, asking for changes
    one short statement."""

    def __init__(self) -> None:
        self._state: list[tuple[str, str]] = []
        self._lists: ReferenceLists | None = None
        self._loading = asyncio.Lock()

    async def current(self, queries: Queries) -> ReferenceLists:
        """Return the lists as they stand in the database; the shipped ones while it has none."""
        async with self._loading:
            records = await queries.fetch("reference.dataset_state", _STATE)
            state = [(record["name"], record["checksum"]) for record in records]
            if not state:
                return shipped_lists()
            if self._lists is None or state != self._state:
                self._lists = await read_lists(queries)
                self._state = state
            return self._lists
