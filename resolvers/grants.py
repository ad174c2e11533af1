"""Conditional data (DOMAIN §2.6): what a centre was granted, as the catalogue tells.

Prices, licence fees and secured amounts are shown only to whom a grant on the data foundation of
their topic covers. One question per request to `catalog`, and only when such a field is asked for
by a centre; roles that see everything of a subgraph need none.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from resolvers.database.pool import Queries
from resolvers.identity import CENTER_ROLES, Caller
from resolvers.peers import Peers, ask_entities

SELECTION: Final = """
dataGrants(status: ACTIVE) { id fields dataFoundation { topic } }
"""
NOTE: Final = """
insert into hub.grant_use (grant_id, records, at)
select id, records, $3 from unnest($1::uuid[], $2::integer[]) as used (id, records)
"""
TAKE: Final = """
with taken as (
  delete from hub.grant_use
  where id in (select id from hub.grant_use order by id limit $1 for update skip locked)
  returning grant_id, records, at)
select grant_id, count(*) as requests, sum(records)::bigint as records, max(at) as last_used_at
from taken group by grant_id order by grant_id
"""
TAKEN_AT_ONCE: Final = 10_000


@dataclass(slots=True)
class GrantUse:
    """The grants of one request's caller, loaded when first needed, and how often each served."""

    used: Counter[str] = field(default_factory=Counter)
    _grants: asyncio.Future[list[Mapping[str, Any]]] | None = None

    async def covers(
        self, peers: Peers | None, caller: Caller, topic: str, field_name: str
    ) -> bool:
        """Whether an active grant of the caller's centre covers a field of a topic's data.

        A grant without a list of fields covers all of them. Each use is counted.
        """
        if peers is None or caller.role not in CENTER_ROLES or caller.center is None:
            return False
        if self._grants is None:
            self._grants = asyncio.ensure_future(_load(peers, caller.center))
        for grant in await self._grants:
            covered = grant["fields"]
            if grant["dataFoundation"]["topic"] == topic and (
                covered is None or field_name in covered
            ):
                self.used[grant["id"]] += 1
                return True
        return False

    async def note(self, queries: Queries, now: datetime) -> None:
        """Write down what was used since the last note."""
        used, self.used = self.used, Counter()
        if used:
            ids = [UUID(grant_id) for grant_id in used]
            await queries.execute("hub.grant_use", NOTE, ids, list(used.values()), now)


@dataclass(frozen=True, slots=True)
class NotedUse:
    """How often a grant served: requests, values it opened, and when last."""

    grant_id: UUID
    requests: int
    records: int
    last_used_at: datetime


async def take_uses(queries: Queries) -> tuple[NotedUse, ...]:
    """Return some of the noted uses by grant and remove them; nothing when there are none left."""
    records = await queries.fetch("hub.take_grant_use", TAKE, TAKEN_AT_ONCE)
    return tuple(
        NotedUse(record["grant_id"], record["requests"], record["records"], record["last_used_at"])
        for record in records
    )


async def _load(peers: Peers, center: str) -> list[Mapping[str, Any]]:
    found = await ask_entities(peers, "catalog", "OperationCenter", "code", [center], SELECTION)
    known = found[center]
    return [] if known is None else list(known["dataGrants"])
