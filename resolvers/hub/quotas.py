"""Quotas of organisations over all replicas: what is taken of today's (`federation`'s store).

A day is a day in China, by the database's clock, so that replicas need not agree on the time.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Final

from resolvers.database.pool import Database

_TODAY: Final = "(now() at time zone 'Asia/Shanghai')::date"
_OPEN: Final = f"""
insert into hub.quota_use (day, organization, taken) values ({_TODAY}, $1, 0)
on conflict (day, organization) do nothing
"""  # noqa: S608 - constants of the program
_TAKE: Final = f"""
with before as (
    select day, taken from hub.quota_use where day = {_TODAY} and organization = $1 for update
)
update hub.quota_use as q
set taken = greatest(before.taken, least(before.taken + $2, $3))
from before
where q.day = before.day and q.organization = $1
returning q.taken - before.taken as granted, q.taken as used,
    extract(epoch from (
        ((q.day + 1)::timestamp at time zone 'Asia/Shanghai') - now()
    ))::double precision as resets_in
"""  # noqa: S608 - constants of the program
_GIVE_BACK: Final = f"""
update hub.quota_use set taken = greatest(0, taken - $2)
where day = {_TODAY} and organization = $1
"""  # noqa: S608 - constants of the program
_FORGET: Final = f"delete from hub.quota_use where day < {_TODAY} - $1::integer"  # noqa: S608
KEPT_DAYS: Final = 90


@dataclass(frozen=True, slots=True)
class Leased:
    """What was granted; `used` by all replicas with it; `resets_in`: seconds left of the day."""

    granted: float
    used: float
    resets_in: float


class QuotasUnavailable(Exception):
    """The database is not open."""


class QuotaUse:
    """What all replicas have taken. `running` gives it the database."""

    def __init__(self) -> None:
        self._database: Database | None = None

    @asynccontextmanager
    async def running(self, database: Database) -> AsyncIterator[QuotaUse]:
        """Count in this database around the block; days long past are dropped at the start."""
        self._database = database
        await database.execute("hub.quota_forget", _FORGET, KEPT_DAYS)
        try:
            yield self
        finally:
            self._database = None

    async def lease(self, organization: str, amount: float, limit: float) -> Leased:
        """Take up to `amount`, as far as all have not more than `limit`.

        Raises `QuotasUnavailable`, `DatabaseError`.
        """
        database = self._opened()
        async with database.transaction() as work:
            await work.execute("hub.quota_open", _OPEN, organization)
            record = await work.fetchrow("hub.quota_take", _TAKE, organization, amount, limit)
        assert record is not None
        return Leased(record["granted"], record["used"], record["resets_in"])

    async def give_back(self, organization: str, amount: float) -> None:
        """Return what was taken today and not used."""
        await self._opened().execute("hub.quota_give_back", _GIVE_BACK, organization, amount)

    def _opened(self) -> Database:
        if self._database is None:
            raise QuotasUnavailable("the database is not open")
        return self._database
