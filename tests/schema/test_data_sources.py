"""Sources of data in the graph: who sees them, what they show, who may have them pulled."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from resolvers.database.pool import Database
from resolvers.hub.pull_queue import enqueue, list_jobs
from resolvers.hub.worker import JobContext
from resolvers.identity import ANONYMOUS, Caller, Role
from resolvers.reporting.jobs import sync_centers
from schema.serving import SubgraphServer
from tests.schema.reporting_world import (
    CNIPA,
    OPERATOR,
    PLATFORM,
    PROVINCE,
    TRADING,
    add_center,
)
from tests.schema.world import NOW, Asker, CountingQueries

OTHER = "RC-110000-01"
OTHERS = Caller("other", Role.REGIONAL_CENTER, center=OTHER)
SOURCES = """
insert into reporting.source
  (code, name, center_code, kind, feed, precedence, schedule, live, configured, last_started_at,
   last_finished_at, last_status, last_code, last_message, last_changed, failures, open_until)
values
  ('listings', '挂牌', $1, 'rest', 'LISTING', 'PLATFORM',
   '{"cron": "30 2 * * *", "after": ["patents"], "on": []}', true, true, $3::timestamptz, $3,
   'FAILED', 'SOURCE_TIMEOUT', '超时', 7, 5, $3::timestamptz + interval '10 minutes'),
  ('deals', '成交', $1, 'file_drop', 'TRANSFER', 'PLATFORM', null, false, false, $3, null,
   'RUNNING', 'SOURCE_PATH', '上次', 1, 0, $3::timestamptz - interval '1 minute'),
  ('north', '北方', $2, 'sql', 'PATENT', 'CENTER', null, false, true, null, null, null, null, null,
   null, 0, null)
"""


@pytest.fixture
async def world(database: Database) -> Database:
    await add_center(database)
    await add_center(database, OTHER, region="110105", jurisdiction="110000")
    await database.execute("test.sources", SOURCES, TRADING, OTHER, NOW)
    # `reporting` knows the jurisdictions of centres from `platforms`.
    await sync_centers(JobContext(database, SubgraphServer(database).local_peers, NOW))
    return database


def asker(database: Database, caller: Caller) -> Asker:
    return Asker(database, "reporting", caller)


async def give_up(database: Database, source: str, *, full: bool = False) -> None:
    await enqueue(database, [source], "schedule", full=full)
    await database.execute(
        "test.give_up",
        """update queue.pgqueuer set status = 'failed', dedupe_key = null, payload = convert_to(
        (convert_from(payload, 'UTF8')::jsonb || '{"code": "SOURCE_AUTH", "message": "拒绝",
        "failures": 1, "failed_at": "2024-06-15T03:00:00Z"}')::text, 'UTF8')
        where entrypoint = 'pull:' || $1""",
        source,
    )


ALL = """
{ dataSources { totalCount nodes { code name kind feed center { code } precedence live configured
  schedule { cron after on } lastPull { startedAt finishedAt status code message changed }
  failures restingUntil nextRunAt queued running
  deadLetters { code message failures failedAt } } } }
"""


async def test_what_a_source_shows(world: Database) -> None:
    due = NOW + timedelta(hours=2)
    await world.execute(
        "test.due", "insert into queue.source_schedule values ('listings', '30 2 * * *', $1)", due
    )
    await give_up(world, "listings")
    await enqueue(world, ["listings", "deals"], "demand")
    await world.execute(
        "test.pick",
        "update queue.pgqueuer set status = 'picked' where entrypoint = 'pull:deals'",
    )
    data = await asker(world, CNIPA).data(ALL)
    assert data["dataSources"]["totalCount"] == 3
    deals, listings, north = data["dataSources"]["nodes"]
    now = "2024-06-15T04:00:00Z"
    assert listings == {
        "code": "listings",
        "name": "挂牌",
        "kind": "REST",
        "feed": "LISTING",
        "center": {"code": TRADING},
        "precedence": "PLATFORM",
        "live": True,
        "configured": True,
        "schedule": {"cron": "30 2 * * *", "after": ["patents"], "on": []},
        "lastPull": {
            "startedAt": now,
            "finishedAt": now,
            "status": "FAILED",
            "code": "SOURCE_TIMEOUT",
            "message": "超时",
            "changed": 7,
        },
        "failures": 5,
        "restingUntil": "2024-06-15T04:10:00Z",
        "nextRunAt": "2024-06-15T06:00:00Z",
        "queued": True,
        "running": False,
        "deadLetters": [
            {
                "code": "SOURCE_AUTH",
                "message": "拒绝",
                "failures": 1,
                "failedAt": "2024-06-15T03:00:00Z",
            }
        ],
    }
    # A pull that runs has no end yet, and nothing of the one before.
    assert deals["lastPull"] == {
        "startedAt": now,
        "finishedAt": None,
        "status": "RUNNING",
        "code": None,
        "message": None,
        "changed": None,
    }
    assert (deals["queued"], deals["running"], deals["restingUntil"]) == (False, True, None)
    assert (deals["schedule"], deals["nextRunAt"], north["lastPull"]) == (None, None, None)


@pytest.mark.parametrize(
    ("caller", "seen"),
    [
        (CNIPA, ["deals", "listings", "north"]),
        (OPERATOR, ["deals", "listings", "north"]),
        (PLATFORM, ["deals", "listings"]),
        (PROVINCE, ["deals", "listings"]),
        (OTHERS, ["north"]),
        (Caller("nobody", Role.REGIONAL_CENTER, center="RC-440000-09"), []),
        (Caller("frontend", Role.FRONTEND), []),
        (Caller("firm", Role.THIRD_PARTY_INSTITUTION, uscc="91440305MA9T00018E"), []),
        (ANONYMOUS, []),
    ],
)
async def test_who_sees_which_sources(world: Database, caller: Caller, seen: list[str]) -> None:
    """By every way: the list, one by its code, as an entity, under its centre."""
    ask = asker(world, caller)
    data = await ask.data("{ dataSources { totalCount nodes { code } } }")
    assert [node["code"] for node in data["dataSources"]["nodes"]] == seen
    assert data["dataSources"]["totalCount"] == len(seen)
    for code in ("deals", "listings", "north", "unknown"):
        expected = {"code": code} if code in seen else None
        query = "query ($c: ID!) { dataSource(code: $c) { code } }"
        assert (await ask.data(query, c=code))["dataSource"] == expected
    found = await ask.entities(
        "... on DataSource { code }",
        *({"__typename": "DataSource", "code": code} for code in ("listings", "north")),
    )
    assert [each and each["code"] for each in found] == [
        code if code in seen else None for code in ("listings", "north")
    ]
    centers = await ask.entities(
        "... on OperationCenter { dataSources { code } }",
        *({"__typename": "OperationCenter", "code": code} for code in (TRADING, OTHER)),
    )
    listed = [source["code"] for center in centers for source in center["dataSources"]]
    assert sorted(listed) == seen


async def test_pages_and_filters(world: Database) -> None:
    ask = asker(world, OPERATOR)
    query = """query ($after: String, $feed: FeedKind, $center: ID) {
      dataSources(first: 2, after: $after, feed: $feed, center: $center) {
        nodes { code } pageInfo { hasNextPage endCursor } } }"""
    first = (await ask.data(query))["dataSources"]
    assert [node["code"] for node in first["nodes"]] == ["deals", "listings"]
    after = first["pageInfo"]["endCursor"]
    rest = (await ask.data(query, after=after))["dataSources"]
    assert [node["code"] for node in rest["nodes"]] == ["north"]
    for variables, expected in (
        ({"feed": "LISTING"}, ["listings"]),
        ({"center": OTHER}, ["north"]),
        ({"center": OTHER, "feed": "LISTING"}, []),
    ):
        found = (await ask.data(query, **variables))["dataSources"]["nodes"]
        assert [node["code"] for node in found] == expected


async def test_one_statement_for_the_jobs_of_all(world: Database) -> None:
    counting: Any = CountingQueries(world)
    server = SubgraphServer(counting, now=lambda: NOW)
    response = await server.answer("reporting", CNIPA, ALL)
    assert "errors" not in response
    assert counting.statements["queue.jobs_of_sources"] == 1
    assert counting.statements["queue.next_runs"] == 1


REQUEST = """mutation ($s: ID!, $full: Boolean! = false) { requestPull(source: $s, full: $full) {
  source { code queued } errors { code path } } }"""
RETRY = """mutation ($s: ID!) { retryPull(source: $s) {
  source { code queued deadLetters { id } } errors { code path } } }"""


@pytest.mark.parametrize("caller", [PLATFORM, OPERATOR, CNIPA])
async def test_a_pull_is_asked_for(world: Database, caller: Caller) -> None:
    payload, codes = await asker(world, caller).mutate(REQUEST, s="listings")
    assert codes == []
    assert payload["source"] == {"code": "listings", "queued": True}
    await asker(world, caller).mutate(REQUEST, s="listings", full=True)
    [job] = await list_jobs(world, None, 10)
    assert (job.job.source, job.job.reason, job.job.full) == ("listings", "demand", True)
    audit = "select subject, key, outcome from hub.audit where mutation = 'requestPull'"
    rows = [tuple(row) for row in await world.fetch("test.audit", audit)]
    assert rows == [(caller.subject, "listings", "DONE")] * 2


@pytest.mark.parametrize(
    ("caller", "source", "code"),
    [
        (OTHERS, "listings", "NOT_FOUND"),
        (PLATFORM, "north", "NOT_FOUND"),
        (CNIPA, "unknown", "NOT_FOUND"),
        (CNIPA, "x" * 5_000, "BAD_IDENTIFIER"),
        (PLATFORM, "deals", "SOURCE_NOT_CONFIGURED"),
        (PROVINCE, "listings", "FORBIDDEN"),
        (Caller("frontend", Role.FRONTEND), "listings", "FORBIDDEN"),
        (ANONYMOUS, "listings", "UNAUTHENTICATED"),
    ],
)
async def test_a_pull_that_is_refused(
    world: Database, caller: Caller, source: str, code: str
) -> None:
    _, codes = await asker(world, caller).mutate(REQUEST, s=source)
    assert codes == [code]
    assert await list_jobs(world, None, 10) == []


async def test_a_dead_letter_is_retried(world: Database) -> None:
    _, codes = await asker(world, PLATFORM).mutate(RETRY, s="listings")
    assert codes == ["NO_DEAD_LETTER"]
    await give_up(world, "listings", full=True)
    for caller, code in ((OTHERS, "NOT_FOUND"), (PROVINCE, "FORBIDDEN")):
        _, codes = await asker(world, caller).mutate(RETRY, s="listings")
        assert codes == [code]
    payload, codes = await asker(world, PLATFORM).mutate(RETRY, s="listings")
    assert codes == []
    assert payload["source"] == {"code": "listings", "queued": True, "deadLetters": []}
    [job] = await list_jobs(world, None, 10)
    assert (job.status, job.job.reason, job.job.full, job.job.failures) == (
        "queued",
        "retry",
        True,
        0,
    )
