"""What asks for pulls by itself: the clock, events, pulls of other sources."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from adapters.schedule.clock import next_run
from adapters.schedule.jobs import JOBS, pull_by_clock, pull_on_events
from adapters.schedule.settings import PullSettings
from adapters.schedule.sources import SourceFiles, register
from resolvers.database.pool import Database
from resolvers.hub.events import publish
from resolvers.hub.pull_queue import enqueue
from resolvers.hub.worker import JobContext, Worker
from tests.adapters.schedule.worker_program import NoPeers
from tests.adapters.schedule.world import (
    Stage,
    jobs,
    organizations,
    source_row,
    until,
    until_idle,
    worker,
    write_source,
)

# 2026-03-01 02:29 in China
NOW = datetime(2026, 2, 28, 18, 29, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


def at(database: Database, now: datetime) -> JobContext:
    return JobContext(database, NoPeers(), now)


def hub_worker(database: Database) -> Worker:
    return Worker(database, NoPeers(), [JOBS])


async def registered(database: Database, folder: Path, now: datetime = NOW) -> None:
    files = SourceFiles([folder])
    files.reread()
    await register(database, files.sources.values(), now)


async def queued(database: Database) -> list[tuple[str, str]]:
    return [(job.job.source, job.job.reason) for job in await jobs(database)]


async def emptied(database: Database) -> None:
    await database.execute("test.empty", "delete from queue.pgqueuer")


async def tell(database: Database, topic: str) -> None:
    await publish(database, topic, ["key"], [{}])


@pytest.mark.parametrize(
    ("cron", "since", "expected"),
    [
        ("30 2 * * *", NOW, NOW + MINUTE),
        ("30 2 * * *", NOW + MINUTE, NOW + MINUTE + timedelta(days=1)),
        ("0 0 * * 1", NOW, datetime(2026, 3, 1, 16, 0, tzinfo=UTC)),  # Monday begins in China
        ("0 8 1 * *", NOW, datetime(2026, 3, 1, 0, 0, tzinfo=UTC)),  # the 1st is there already
        ("*/15 * * * *", NOW, NOW + MINUTE),
    ],
)
def test_times_are_of_china(cron: str, since: datetime, expected: datetime) -> None:
    assert next_run(cron, since) == expected


async def test_the_clock_asks_once(database: Database, tmp_path: Path) -> None:
    write_source(tmp_path, "nightly", schedule='{cron: "30 2 * * *"}')
    write_source(tmp_path, "never")
    await registered(database, tmp_path)
    await pull_by_clock(at(database, NOW))
    assert await queued(database) == []
    # Workers at the same time, one with a clock that is behind.
    await asyncio.gather(
        *(pull_by_clock(at(database, NOW + MINUTE * late)) for late in (0.5, 1, 1.1))
    )
    assert await queued(database) == [("nightly", "schedule")]
    await emptied(database)
    for late in (0.5, 1, 1.1):
        await pull_by_clock(at(database, NOW + MINUTE * late))
        assert await queued(database) == []
    # The next night, and what was missed in a week: once.
    await pull_by_clock(at(database, NOW + MINUTE + timedelta(days=7)))
    assert await queued(database) == [("nightly", "schedule")]
    await emptied(database)
    await pull_by_clock(at(database, NOW + 2 * MINUTE + timedelta(days=7)))
    assert await queued(database) == []


async def test_two_workers_pull_once_by_the_clock(
    database: Database, stage: Stage, tmp_path: Path
) -> None:
    write_source(tmp_path, "nightly", schedule='{cron: "30 2 * * *"}')
    async with worker(database, tmp_path), worker(database, tmp_path):
        past = "update queue.source_schedule set next_run_at = now() - interval '1 second'"
        await database.execute("test.past", past)
        hubs = [hub_worker(database), hub_worker(database)]
        await asyncio.gather(*(each.run_timers(forced=True) for each in hubs))
        await asyncio.gather(*(each.run_timers(forced=True) for each in hubs))
        await until_idle(database)
    assert stage.script("nightly").pulled == 1


async def test_a_time_that_passed_while_no_worker_ran_is_made_up_for(
    database: Database, tmp_path: Path
) -> None:
    path = write_source(tmp_path, "nightly", schedule='{cron: "30 2 * * *"}')
    await registered(database, tmp_path)
    await registered(database, tmp_path, NOW + timedelta(days=2))
    await pull_by_clock(at(database, NOW + timedelta(days=2)))
    assert await queued(database) == [("nightly", "schedule")]
    await emptied(database)
    # Another time in the file counts from then on; none at all ends it.
    write_source(tmp_path, "nightly", schedule='{cron: "0 3 * * *"}')
    await registered(database, tmp_path, NOW + timedelta(days=2))
    await pull_by_clock(at(database, NOW + timedelta(days=2) + MINUTE))
    assert await queued(database) == []
    path.unlink()
    write_source(tmp_path, "nightly")
    await registered(database, tmp_path, NOW + timedelta(days=2))
    await pull_by_clock(at(database, NOW + timedelta(days=9)))
    assert await queued(database) == []


async def test_a_source_without_a_file_is_not_asked_for(database: Database, tmp_path: Path) -> None:
    write_source(tmp_path, "nightly", schedule='{cron: "30 2 * * *"}')
    now = datetime.now(UTC)
    await registered(database, tmp_path, now - timedelta(minutes=6))
    await hub_worker(database).run_timers(forced=True)
    assert not (await source_row(database, "nightly"))["configured"]
    await pull_by_clock(at(database, now + timedelta(days=2)))
    assert await queued(database) == []
    await registered(database, tmp_path, now)
    await hub_worker(database).run_timers(forced=True)
    assert (await source_row(database, "nightly"))["configured"]


async def test_events_ask_for_those_who_listen(database: Database, tmp_path: Path) -> None:
    write_source(tmp_path, "listings", schedule="{on: [trading.listing_changed, tools.x]}")
    write_source(tmp_path, "tools", schedule="{on: [tools.x]}")
    write_source(tmp_path, "others", schedule="{on: [patents.legal_event_recorded]}")
    await registered(database, tmp_path)
    context = at(database, NOW)
    for _ in range(3):
        await tell(database, "trading.listing_changed")
    await pull_on_events(context)
    assert await queued(database) == [("listings", "event")]
    await emptied(database)
    await pull_on_events(context)
    assert await queued(database) == []
    await tell(database, "finance.pledge_registered")
    await tell(database, "tools.x")
    await pull_on_events(context)
    assert await queued(database) == [("listings", "event"), ("tools", "event")]


async def test_no_event_is_missed_by_a_slow_transaction(database: Database, tmp_path: Path) -> None:
    """An event whose transaction began first and ended last is seen all the same."""
    write_source(tmp_path, "one", schedule="{on: [tools.slow]}")
    write_source(tmp_path, "two", schedule="{on: [tools.fast]}")
    await registered(database, tmp_path)
    context = at(database, NOW)
    async with database.transaction() as slow:
        await publish(slow, "tools.slow", ["key"], [{}])
        await tell(database, "tools.fast")
        await pull_on_events(context)
        assert await queued(database) == []
    await pull_on_events(context)
    assert sorted(await queued(database)) == [("one", "event"), ("two", "event")]


async def test_a_source_pulled_on_its_own_pull_would_never_end(
    database: Database, tmp_path: Path
) -> None:
    write_source(tmp_path, "one", schedule="{on: [reporting.pull_finished]}")
    await registered(database, tmp_path)
    await tell(database, "reporting.pull_finished")
    await pull_on_events(at(database, NOW))
    assert await queued(database) == []


async def test_a_pull_that_changed_something_is_followed(
    database: Database, stage: Stage, tmp_path: Path
) -> None:
    write_source(tmp_path, "first")
    write_source(tmp_path, "second", schedule="{after: [first]}")
    write_source(tmp_path, "third", schedule="{after: [second, other]}")
    hub = hub_worker(database)
    async with worker(database, tmp_path):

        async def pull_first() -> None:
            await enqueue(database, ["first"], "demand")
            await until_idle(database)
            while await hub.run_reactions():
                await until_idle(database)

        stage.script("first").steps = [organizations(), organizations("甲")]
        await pull_first()
        assert [stage.script(each).pulled for each in ("second", "third")] == [1, 0]
        # Nothing new, nothing to follow.
        stage.script("first").steps = [organizations("甲")]
        await pull_first()
        assert stage.script("second").pulled == 1
        # A change runs on along the chain.
        stage.script("first").steps = [organizations("乙")]
        stage.script("second").steps = [organizations("丙")]
        await pull_first()
        assert [stage.script(each).pulled for each in ("second", "third")] == [2, 1]


async def test_a_stopped_pull_is_followed_when_it_has_come_to_its_end(
    database: Database, stage: Stage, tmp_path: Path
) -> None:
    """Its batches were stored by the first worker; the second finds nothing new."""
    write_source(tmp_path, "first")
    write_source(tmp_path, "second", schedule="{after: [first]}")
    hub = hub_worker(database)
    entered = asyncio.Event()

    async def hang() -> None:
        entered.set()
        await asyncio.sleep(60)

    stage.script("first").steps = [organizations(), hang]
    async with worker(database, tmp_path, settings=PullSettings(heartbeat=0.8, grace=0)):
        await enqueue(database, ["first"], "demand")
        await entered.wait()
        count = "select count(*) from reporting.ingest_batch"
        await until(lambda: database.fetchval("test.batches", count))
    while await hub.run_reactions():
        pass
    assert stage.script("second").pulled == 0
    stage.script("first").steps = [organizations()]
    async with worker(database, tmp_path):
        await until_idle(database)
        while await hub.run_reactions():
            await until_idle(database)
    assert stage.script("second").pulled == 1
