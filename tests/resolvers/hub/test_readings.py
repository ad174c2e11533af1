"""Figures for operators: the pool as it is used, the jobs that wait."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping

import pytest

from resolvers.database.errors import DatabaseError
from resolvers.database.pool import Database, PoolSettings
from resolvers.hub.readings import HubReadings


def read(readings: HubReadings) -> dict[str, Mapping[tuple[str, ...], float]]:
    return {one.name: one.values for one in readings()}


async def until(readings: HubReadings, name: str) -> dict[str, Mapping[tuple[str, ...], float]]:
    async with asyncio.timeout(5):
        while name not in (found := read(readings)):  # noqa: ASYNC110
            await asyncio.sleep(0.01)
    return found


async def test_connections_used_idle_and_waited_for(database: Database) -> None:
    settings = PoolSettings(database.settings.url, max_size=2, acquire_timeout=0.3)
    small = await Database.connect(settings)
    readings = HubReadings(every=3600)
    try:
        async with readings.running(small):
            await until(readings, "hub_pull_jobs")
            assert read(readings)["db_client_connection_count"] == {("used",): 0, ("idle",): 1}
            async with small.session(), small.session():
                waiting = asyncio.ensure_future(small.fetchval("test", "select 1"))
                await asyncio.sleep(0.05)
                found = read(readings)
                with pytest.raises(DatabaseError):
                    await waiting
            assert found["db_client_connection_count"] == {("used",): 2, ("idle",): 0}
            assert found["db_client_connection_pending_requests"] == {(): 1}
            assert found["db_client_connection_max"] == {(): 2}
            after = read(readings)
            assert after["db_client_connection_pending_requests"] == {(): 0}
            assert after["db_client_connection_timeouts"] == {(): 1}
        assert read(readings) == {}
    finally:
        await small.close()


async def test_jobs_that_wait_and_what_was_put_aside(database: Database) -> None:
    await database.execute(
        "test",
        "insert into queue.pgqueuer (priority, entrypoint, payload, status, execute_after)"
        " values (0, 'pull:a', '', 'queued', now() - interval '100 seconds'),"
        " (0, 'pull:b', '', 'queued', now() + interval '1 hour'),"
        " (0, 'pull:c', '', 'failed', now())",
    )
    await database.execute(
        "test",
        "insert into hub.failed_reaction (name, event_id, topic, key, payload, error)"
        " values ('trading.x', 1, 't', 'k', '{}', 'e')",
    )
    await database.execute(
        "test", "insert into hub.timer (name, last_run_at) values ('hub.t', now() - interval '9 s')"
    )
    readings = HubReadings(every=0.05)
    async with readings.running(database):
        found = await until(readings, "hub_pull_jobs")
        assert found["hub_pull_jobs"] == {("queued",): 2, ("picked",): 0, ("failed",): 1}
        assert found["hub_pull_wait_seconds"][()] == pytest.approx(100, abs=5)
        assert found["hub_worker_events_put_aside"] == {("trading.x",): 1}
        assert found["hub_worker_timer_age_seconds"][("hub.t",)] == pytest.approx(9, abs=5)
        await database.execute("test", "delete from queue.pgqueuer")
        await asyncio.sleep(0.3)
        assert read(readings)["hub_pull_jobs"] == dict.fromkeys(
            [("queued",), ("picked",), ("failed",)], 0
        )


async def test_what_cannot_be_read_is_not_told(
    database: Database, caplog: pytest.LogCaptureFixture
) -> None:
    readings = HubReadings(every=0.05)
    async with readings.running(database):
        await until(readings, "hub_pull_jobs")
        await database.execute("test", "alter table hub.timer rename to timer_away")
        try:
            async with asyncio.timeout(5):
                while "hub_pull_jobs" in read(readings):  # noqa: ASYNC110
                    await asyncio.sleep(0.02)
            assert "db_client_connection_count" in read(readings)
        finally:
            await database.execute("test", "alter table hub.timer_away rename to timer")
        await until(readings, "hub_pull_jobs")
    assert "cannot be read" in caplog.text
