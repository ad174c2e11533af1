"""The timer of finance: regions asked of their owners, then counted; repeated, it adds nothing."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from resolvers.database.pool import Database
from resolvers.finance.jobs import JOBS, refresh_statistics
from resolvers.hub.worker import JobContext, Worker
from schema.serving import SubgraphServer
from tests.schema.world import (
    BATTERY,
    COOLER,
    FROM_TEST,
    HOLDER,
    LASER,
    OLD,
    OTHER,
    PROVENANCE,
    add_patents,
    add_reference,
)

UNKNOWN = "CN2021100000016"


async def add_pledges(database: Database) -> None:
    await database.execute(
        "test.pledges",
        f"""
        insert into finance.pledge_registration
          (registration_number, secured_amount, secured_kind, registered_on, {PROVENANCE}) values
          ('Y1', 100, 'FIXED', '2023-05-01', {FROM_TEST}),
          ('Y2', 20, 'FIXED', '2023-06-01', {FROM_TEST}),
          ('Y3', 3, 'FIXED', '2024-01-01', {FROM_TEST}),
          ('Y4', null, null, '2024-01-01', {FROM_TEST});
        insert into finance.pledge_patent
          (registration_number, application_number, ordinal, {PROVENANCE}) values
          ('Y1', '{LASER}', 0, {FROM_TEST}), ('Y1', '{BATTERY}', 1, {FROM_TEST}),
          ('Y2', '{LASER}', 0, {FROM_TEST}), ('Y2', '{OLD}', 1, {FROM_TEST}),
          ('Y3', '{COOLER}', 0, {FROM_TEST}), ('Y4', '{UNKNOWN}', 0, {FROM_TEST});
        insert into finance.pledge_party values
          ('Y1', 'PLEDGOR', 0, 'x', 'x', '{OTHER}'), ('Y3', 'PLEDGOR', 0, 'x', 'x', '{HOLDER}'),
          ('Y4', 'PLEDGEE', 0, 'x', 'x', '{HOLDER}');
        """,
    )


async def statistics(database: Database) -> dict[tuple[str, int], tuple[int, Any]]:
    rows = await database.fetch("test.statistics", "select * from finance.pledge_statistic")
    return {(row["region_code"], row["year"]): (row["pledges"], row["amount_cny"]) for row in rows}


# Y1 and Y2 by LASER and BATTERY in 440305, Y2 also by OLD in 320505; the patent of Y3 has no region
# but its pledgor has; the patent of Y4 is unknown and its pledgee does not count.
EXPECTED = {
    ("440305", 2023): (2, 120),
    ("440300", 2023): (2, 120),
    ("440000", 2023): (2, 120),
    ("320505", 2023): (1, 20),
    ("320500", 2023): (1, 20),
    ("320000", 2023): (1, 20),
    ("000000", 2023): (2, 120),
    ("440305", 2024): (1, 3),
    ("440300", 2024): (1, 3),
    ("440000", 2024): (1, 3),
    ("000000", 2024): (2, 3),
}


async def test_regions_are_learnt_and_pledges_counted(database: Database) -> None:
    await add_reference(database)
    await add_patents(database)
    await add_pledges(database)
    context = JobContext(database, SubgraphServer(database).peers, datetime.now(UTC))
    await refresh_statistics(context)
    assert await statistics(database) == EXPECTED
    facts = await database.fetch("test.facts", "select * from finance.patent_facts")
    # a patent its owner does not know stays to be asked for
    assert {row["application_number"]: row["region_code"] for row in facts} == {
        LASER: "440305",
        BATTERY: "440305",
        OLD: "320505",
        COOLER: None,
    }
    await refresh_statistics(context)
    assert await statistics(database) == EXPECTED


async def test_the_worker_runs_it(database: Database) -> None:
    await add_reference(database)
    await add_patents(database)
    await add_pledges(database)
    worker = Worker(database, SubgraphServer(database).peers, [JOBS])
    await worker.run_once(all_timers=True)
    assert (await statistics(database))["000000", 2023] == (2, 120)
