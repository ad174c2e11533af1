"""What replicas take of a day's quota: never more than there is, whatever they do at once."""

from __future__ import annotations

import asyncio

import pytest

from resolvers.database.pool import Database
from resolvers.hub.quotas import QuotasUnavailable, QuotaUse


async def test_all_together_never_take_more_than_the_limit(database: Database) -> None:
    async with QuotaUse().running(database) as one, QuotaUse().running(database) as two:
        leases = await asyncio.gather(
            *((one if n % 2 else two).lease("A", 7.5, 100.0) for n in range(40))
        )
        assert sum(lease.granted for lease in leases) == pytest.approx(100.0)
        assert max(lease.used for lease in leases) == pytest.approx(100.0)
        assert all(0 <= lease.granted <= 7.5 for lease in leases)
        assert all(0 < lease.resets_in <= 86_400 for lease in leases)
        assert (await one.lease("B", 5.0, 100.0)).granted == 5.0
        await two.give_back("A", 30.0)
        assert (await one.lease("A", 50.0, 100.0)).granted == pytest.approx(30.0)
        # a limit that was lowered takes nothing back
        lowered = await one.lease("A", 5.0, 10.0)
        assert (lowered.granted, lowered.used) == (0.0, pytest.approx(100.0))


async def test_a_new_day_begins_at_midnight_in_china(database: Database) -> None:
    async with QuotaUse().running(database) as use:
        first = await use.lease("A", 60.0, 100.0)
        local = await database.fetchval(
            "test",
            "select extract(epoch from date_trunc('day', now() at time zone 'Asia/Shanghai')"
            " + interval '1 day' - (now() at time zone 'Asia/Shanghai'))::double precision",
        )
        assert first.resets_in == pytest.approx(local, abs=5)
        await database.execute("test", "update hub.quota_use set day = day - 1")
        assert (await use.lease("A", 60.0, 100.0)).used == 60.0
        await database.execute("test", "update hub.quota_use set day = day - 200")
    async with QuotaUse().running(database):
        assert await database.fetchval("test", "select count(*) from hub.quota_use") == 0


async def test_before_the_database_is_open() -> None:
    with pytest.raises(QuotasUnavailable):
        await QuotaUse().lease("A", 1.0, 1.0)
