"""Timers of tools: terms end, a grade D whose day has come suspends, figures by industry."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from resolvers.database.pool import Database
from resolvers.hub.worker import JobContext, Worker
from resolvers.tools.jobs import JOBS, end_terms, refresh_statistics
from schema.serving import SubgraphServer
from tests.schema.fuzz import dump
from tests.schema.tools_world import (
    CREDIT_LATER,
    CREDIT_NOW,
    CREDIT_OLD,
    CREDIT_OVER,
    RECOGNISED,
    add_tools,
)
from tests.schema.world import CENTER, HOLDER, add_patents, add_platforms, add_reference

ADD = """
insert into tools.residency (institution_uscc, platform_code, category, begins_on, status)
values ($1, $2, 'OPERATION', '2024-01-01', 'ACTIVE')
"""


@pytest.fixture
async def filled(database: Database) -> Database:
    await add_reference(database)
    await add_patents(database)
    await add_platforms(database)
    await add_tools(database)
    await database.execute("test.residency", ADD, HOLDER, CENTER)
    return database


def at(database: Database, day: str) -> JobContext:
    noon = datetime.fromisoformat(f"{day}T12:00:00").replace(tzinfo=UTC)
    return JobContext(database, SubgraphServer(database).peers, noon)


async def credit(database: Database) -> dict[str, str]:
    rows = await database.fetch("test.credit", "select id, status from tools.credit_evaluation")
    return {str(row["id"]): row["status"] for row in rows}


async def residency(database: Database) -> str:
    status: str = await database.fetchval(
        "test.residency", "select status from tools.residency where institution_uscc = $1", HOLDER
    )
    return status


async def test_evaluations_expire_after_their_last_day(filled: Database) -> None:
    await end_terms(at(filled, "2024-06-15"))
    first = await credit(filled)
    assert (first[CREDIT_OVER], first[CREDIT_OLD]) == ("EXPIRED", "PUBLISHED")
    await end_terms(at(filled, "2024-06-30"))
    assert (await credit(filled))[CREDIT_OLD] == "PUBLISHED"  # its last day counts
    await end_terms(at(filled, "2024-07-01"))
    assert (await credit(filled))[CREDIT_OLD] == "EXPIRED"
    await end_terms(at(filled, "2025-01-01"))
    assert (await credit(filled))[CREDIT_NOW] == "EXPIRED"  # under appeal or not
    rows = await filled.fetch(
        "test.changes",
        "select key, from_status, to_status, action, by_role from tools.status_change "
        "where workflow = 'credit' and key = any($1) order by id",
        [CREDIT_OVER, CREDIT_NOW],
    )
    assert [tuple(row) for row in rows] == [
        (CREDIT_OVER, "PUBLISHED", "EXPIRED", "EXPIRE", "SERVICE"),
        (CREDIT_NOW, "UNDER_APPEAL", "EXPIRED", "EXPIRE", "SERVICE"),
    ]


async def test_a_grade_d_suspends_when_its_term_begins(filled: Database) -> None:
    await end_terms(at(filled, "2024-06-15"))
    assert await residency(filled) == "ACTIVE"  # the evaluation holds from the 16th on
    await end_terms(at(filled, "2024-06-16"))
    assert await residency(filled) == "SUSPENDED"
    assert (await credit(filled))[CREDIT_LATER] == "PUBLISHED"
    [event] = await filled.fetch(
        "test.events", "select topic, payload from hub.event where topic like 'tools.%'"
    )
    assert event["topic"] == "tools.residency_changed"
    assert event["payload"] == {
        "institution": HOLDER,
        "platform": CENTER,
        "category": "OPERATION",
        "status": "SUSPENDED",
    }
    before = await dump(filled)
    await end_terms(at(filled, "2024-06-16"))
    assert await dump(filled) == before


async def test_recognitions_expire_and_no_longer_count(filled: Database) -> None:
    async def products() -> dict[str, int]:
        await refresh_statistics(at(filled, "2027-05-01"))
        rows = await filled.fetch("test.counts", "select * from tools.industry_statistic")
        return {row["industry_code"]: row["products"] for row in rows}

    status = "select status from tools.intensive_product where filing_number = $1"
    await end_terms(at(filled, "2027-04-30"))
    assert await filled.fetchval("test.status", status, RECOGNISED) == "RECOGNISED"
    assert await products() == {"C": 1, "C38": 1, "C384": 1, "C3841": 1}
    await end_terms(at(filled, "2027-05-01"))
    assert await filled.fetchval("test.status", status, RECOGNISED) == "EXPIRED"
    assert await products() == {}


async def test_the_worker_runs_them(filled: Database) -> None:
    worker = Worker(
        filled, SubgraphServer(filled).peers, [JOBS], clock=lambda: at(filled, "2024-06-16").now
    )
    await worker.run_once(all_timers=True)
    assert await residency(filled) == "SUSPENDED"
    assert (await credit(filled))[CREDIT_OVER] == "EXPIRED"
