"""The timers of `platforms`: overdue periods are told once, plans end, names come into use."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from resolvers.database.pool import Database
from resolvers.hub.worker import Worker
from resolvers.platforms.jobs import JOBS
from tests.schema.workflows.platforms import CODE, add_case, add_center, add_plan, add_round
from tests.support.peers import NoPeers

OTHER = "IC-440300-08"


async def run(database: Database, moment: str) -> None:
    now = datetime.fromisoformat(moment).replace(tzinfo=UTC)
    await Worker(database, NoPeers(), [JOBS], lambda: now).run_once(all_timers=True)


async def events(database: Database) -> list[tuple[str, str, Any]]:
    records = await database.fetch(
        "test.events",
        "select topic, key, payload from hub.event "
        "where topic <> 'reporting.records_changed' order by id",
    )
    return [tuple(each.values()) for each in records]


async def test_an_overdue_rectification_is_told_once(database: Database) -> None:
    await add_center(database)
    await add_round(database)
    id_ = await add_case(database, "RECTIFICATION")  # to 2025-01-01
    await run(database, "2025-01-01T12:00:00")
    assert await events(database) == []
    # the day in China: 2 January begins at 16:00 UTC
    await run(database, "2025-01-01T16:00:00")
    told = (
        "platforms.rectification_overdue",
        id_,
        {"center": CODE, "jurisdiction": "440300"},
    )
    assert await events(database) == [told]
    await run(database, "2025-02-01T00:00:00")
    assert await events(database) == [told]


async def test_a_case_that_moved_on_is_not_overdue(database: Database) -> None:
    await add_center(database)
    await add_round(database)
    await add_case(database, "RE_EVALUATION")
    await run(database, "2026-01-01T00:00:00")
    assert await events(database) == []


async def test_plans_end_after_three_years(database: Database) -> None:
    await add_center(database)
    for status in ("APPROVED", "UNDER_REVIEW"):
        await add_plan(database, status)  # to 2026-12-31
    query = "select status from platforms.work_plan order by status"
    await run(database, "2026-12-31T12:00:00")
    assert [r["status"] for r in await database.fetch("t", query)] == ["APPROVED", "UNDER_REVIEW"]
    await run(database, "2026-12-31T16:00:00")
    assert [r["status"] for r in await database.fetch("t", query)] == ["CLOSED", "UNDER_REVIEW"]
    [change] = await database.fetch("test.change", "select * from platforms.status_change")
    assert (change["from_status"], change["to_status"], change["action"]) == (
        "APPROVED",
        "CLOSED",
        "CLOSE",
    )
    assert change["by_role"] == "SERVICE"


async def test_all_names_of_a_document_come_into_use_on_its_day(database: Database) -> None:
    await database.execute(
        "test.document",
        "insert into platforms.policy_document values"
        " ('示例3号', '认定通知', '示例机关', '2024-06-10', '2024-06-20')",
    )
    await add_round(database)
    for code, name in ((CODE, "国家级产业知识产权运营中心（甲）"), (OTHER, "示例中心")):
        await add_center(database, code, "RECOGNISED")
        await add_case(database, "RECOGNISED", code)
        await database.execute(
            "test.name",
            "update platforms.recognition_case set official_name = $2, document_number = '示例3号',"
            " name_scheme = 'NOTICE_2022_1002' where center_code = $1",
            *(code, name),
        )
    query = "select name, name_scheme, named_on::text from platforms.operation_center order by code"

    async def names() -> list[tuple[Any, ...]]:
        return [tuple(each.values()) for each in await database.fetch("test.names", query)]

    await run(database, "2024-06-19T15:59:59")
    assert await names() == [("示例中心", "PILOT_NAME", None)] * 2
    await run(database, "2024-06-19T16:00:00")
    assert await names() == [
        ("国家级产业知识产权运营中心（甲）", "NOTICE_2022_1002", "2024-06-20"),
        ("示例中心", "NOTICE_2022_1002", "2024-06-20"),
    ]
    former = await database.fetch(
        "test.former", "select code, name, scheme from platforms.center_name"
    )
    assert [tuple(each.values()) for each in former] == [(CODE, "示例中心", "PILOT_NAME")]
    assert [topic for topic, _, _ in await events(database)] == ["platforms.center_named"] * 2
    await run(database, "2024-06-21T00:00:00")
    assert len(await events(database)) == 2
