"""PgQueuer's tables are those of our migrations, and what orders become in them."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pgqueuer
from pgqueuer.adapters.drivers.asyncpg import AsyncpgDriver

from adapters.findings import finding
from adapters.schedule.settings import PullSettings
from adapters.schedule.tables import install_sql, queue_queries, upgrade_sql
from adapters.schedule.verdict import Again, Dead, Done, after, before
from resolvers.database.direct import open_direct
from resolvers.database.migrations import migrate, read_migrations
from resolvers.database.pool import Database, PoolSettings
from resolvers.hub.pull_queue import PullJob, enqueue, jobs_of
from tests.adapters.schedule.test_asking import NOW
from tests.adapters.schedule.world import jobs

HOUR = timedelta(hours=1)
SETTINGS = PullSettings(retries=2, backoff=10, longest_backoff=25, busy=8, crashes=3)


def test_the_migration_is_what_this_release_prints() -> None:
    """When PgQueuer is renewed: `adapters/schedule/tables.py` says what to do."""
    first = next(each for each in read_migrations() if each.owner == "queue" and each.number == 1)
    statements = first.sql[first.sql.index("-- pgqueuer ") :]
    assert statements == install_sql(), f"PgQueuer {pgqueuer.__name__} makes other tables"


async def test_pgqueuer_finds_nothing_to_change(database: Database) -> None:
    async with open_direct(database, "test") as connection:
        plan = await queue_queries(AsyncpgDriver(connection)).plan_upgrade()
    assert plan.statements == ()
    # What the next migration would be runs as one, and finds nothing to do either.
    async with database.transaction() as tx:
        await tx.execute("test.upgrade", upgrade_sql())


async def test_several_hubs_may_make_the_tables_at_once(empty_database: Database) -> None:
    settings = PoolSettings(empty_database.settings.url, max_size=2)
    others = [await Database.connect(settings) for _ in range(3)]
    try:
        done = await asyncio.gather(*(migrate(each) for each in others))
    finally:
        for each in others:
            await each.close()
    assert sum(state.owner == "queue" for states in done for state in states) == 2


async def test_orders_for_one_source_are_one_job(database: Database) -> None:
    made = await asyncio.gather(*(enqueue(database, ["b", "a"], "schedule") for _ in range(5)))
    assert sum(each["a"] for each in made) == sum(each["b"] for each in made) == 1
    await database.execute(
        "test.later",
        """update queue.pgqueuer set execute_after = now() + interval '1 hour', payload =
        convert_to('{"source": "a", "reason": "schedule", "failures": 2}', 'UTF8')
        where entrypoint = 'pull:a'""",
    )
    # Another one by the clock does not bring it forward; what is to be read again is kept.
    await enqueue(database, ["a"], "event", full=True)
    [job] = (await jobs_of(database, ["a"]))["a"]
    assert (job.job.reason, job.job.full, job.job.failures) == ("schedule", True, 2)
    assert job.due_at > job.created_at + HOUR / 2
    await enqueue(database, ["a"], "demand")
    [job] = (await jobs_of(database, ["a"]))["a"]
    assert (job.job.reason, job.job.full, job.job.failures) == ("demand", True, 0)
    assert job.due_at < job.created_at + HOUR / 2
    assert len(await jobs(database)) == 2
    assert await enqueue(database, [], "demand") == {}


def test_what_becomes_of_a_job_before_its_pull() -> None:
    rest = NOW + HOUR
    for job, open_until, expected in (
        (PullJob(source="s", reason="schedule"), None, None),
        (PullJob(source="s", reason="schedule"), NOW - HOUR, None),
        (PullJob(source="s", reason="schedule"), rest, Done()),
        (PullJob(source="s", reason="schedule", failures=1), rest, Again(3600)),
        (PullJob(source="s", reason="after"), rest, Again(3600)),
        (PullJob(source="s", reason="event"), rest, Again(3600)),
        (PullJob(source="s", reason="demand"), rest, None),
        (PullJob(source="s", reason="retry", failures=1), rest, None),
        (PullJob(source="s", reason="demand", taken=3), None, None),
    ):
        assert before(job, SETTINGS, open_until, NOW) == expected, job
    crashed = before(PullJob(source="s", taken=4), SETTINGS, None, NOW)
    assert isinstance(crashed, Dead)
    assert crashed.problem.code == "SOURCE_CRASHED"


def test_what_becomes_of_a_job_after_its_pull() -> None:
    away = finding("SOURCE_PATH", path="/away")
    secret = finding("SOURCE_SECRET", reference="env:KEY")
    for failures, problem, jitter, expected in (
        (0, None, 0.5, Done()),
        (0, away, 0.5, Again(10, away)),
        (1, away, 0.5, Again(20, away)),
        (0, away, 0.0, Again(7.5, away)),
        (0, away, 1.0, Again(12.5, away)),
        (2, away, 0.5, Dead(away)),
        (0, secret, 0.5, Dead(secret)),
        (9, finding("SOURCE_BUSY"), 0.5, Again(8)),
        (9, finding("SOURCE_CANCELLED"), 0.5, Again(0)),
    ):
        job = PullJob(source="s", failures=failures)
        assert after(job, SETTINGS, problem, jitter) == expected
    patient = PullSettings(retries=9, backoff=10, longest_backoff=25)
    assert after(PullJob(source="s", failures=8), patient, away, 0.5) == Again(25, away)
