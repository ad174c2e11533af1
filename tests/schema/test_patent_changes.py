"""Changes of patents since a time, and legal events as they come in."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest

from resolvers.database.pool import Database
from resolvers.hub.events import EventBus
from resolvers.patents.changes import list_changes
from schema.serving import SubgraphServer
from tests.resolvers.test_list_plans import FILL, explain, indexes, read_whole
from tests.schema.world import BATTERY, COOLER, LASER, OLD, Asker, add_patents

CHANGES = """query ($since: DateTime!, $first: Int, $after: String) {
  patentsChangedSince(since: $since, first: $first, after: $after) {
    nodes { changedAt patent { applicationNumber title } } pageInfo { hasNextPage endCursor } } }"""
LONG_AGO = "2020-01-01T00:00:00Z"


@pytest.fixture
async def filled(database: Database) -> Database:
    await add_patents(database)
    return database


async def touch(database: Any, number: str, title: str = "改") -> None:
    await database.execute(
        "test.touch",
        "update patents.patent set title = $2 where application_number = $1",
        *(number, title),
    )


class Reader:
    """Follows the changes as a client does: page by page, keeping the last cursor."""

    def __init__(self, database: Database, since: str = LONG_AGO) -> None:
        self._asker = Asker(database, "patents")
        self._since = since
        self._after: str | None = None

    async def read(self, first: int = 2) -> list[str]:
        found: list[str] = []
        while True:
            data = await self._asker.data(
                CHANGES, since=self._since, first=first, after=self._after
            )
            page = data["patentsChangedSince"]
            found += [each["patent"]["applicationNumber"] for each in page["nodes"]]
            self._after = page["pageInfo"]["endCursor"] or self._after
            if not page["pageInfo"]["hasNextPage"]:
                return found


async def test_every_change_is_read_once_in_order(filled: Database) -> None:
    reader = Reader(filled)
    assert sorted(await reader.read()) == sorted([LASER, BATTERY, OLD, COOLER])
    assert await reader.read() == []
    await touch(filled, OLD)
    await touch(filled, LASER)
    await touch(filled, OLD, "再改")
    assert await reader.read() == [LASER, OLD]
    assert await reader.read() == []
    assert await Reader(filled, "2999-01-01T00:00:00Z").read() == []


async def test_a_slow_batch_is_not_missed(filled: Database) -> None:
    """It wrote before a fast one that was read already, and commits after it."""
    reader = Reader(filled)
    await reader.read()
    async with filled.transaction() as slow:
        await touch(slow, LASER)
        await touch(filled, OLD)
        # what is younger than the slow one waits for it
        assert await reader.read() == []
        assert await reader.read() == []
    assert await reader.read() == [LASER, OLD]


async def test_a_reader_beside_many_writers_misses_nothing(filled: Database) -> None:
    reader = Reader(filled)
    await reader.read()
    numbers = [LASER, BATTERY, OLD, COOLER]
    writing = True

    async def write(number: str) -> None:
        for n in range(12):
            async with filled.transaction() as tx:
                await touch(tx, number, f"第{n}版")
                await asyncio.sleep(0.01 * (n % 4))

    async def follow() -> dict[str, str]:
        asker, seen = Asker(filled, "patents"), {}
        after: str | None = None
        last_round = False
        while True:
            last_round = not writing
            data = await asker.data(CHANGES, since=LONG_AGO, first=3, after=after)
            page = data["patentsChangedSince"]
            for each in page["nodes"]:
                seen[each["patent"]["applicationNumber"]] = each["patent"]["title"]
            after = page["pageInfo"]["endCursor"] or after
            if last_round and not page["nodes"]:
                return seen

    following = asyncio.create_task(follow())
    await asyncio.gather(*(write(number) for number in numbers))
    writing = False
    assert await asyncio.wait_for(following, 20) == dict.fromkeys(numbers, "第11版")


@pytest.mark.parametrize(
    ("variables", "code"),
    [
        ({"since": LONG_AGO, "first": 0}, "INVALID_PAGE_SIZE"),
        ({"since": LONG_AGO, "after": "x"}, "INVALID_CURSOR"),
        ({"since": "2020-01-01T00:00:00"}, "BAD_USER_INPUT"),
    ],
)
async def test_bad_arguments(filled: Database, variables: dict[str, Any], code: str) -> None:
    assert await Asker(filled, "patents").codes(CHANGES, **variables) == [code]


async def test_changes_are_read_from_their_index(module_database: Database) -> None:
    await module_database.execute("test.fill", FILL)
    await module_database.execute("test.analyze", "analyze")
    middle, last = (
        await module_database.fetchrow(
            "test.times",
            "select percentile_disc(0.5) within group (order by changed_at), max(changed_at)"
            " from patents.patent",
        )
        or ()
    )
    query = list_changes(middle, last).prepare(20, None)
    nodes = await explain(module_database, query.sql, list(query.parameters))
    assert indexes(nodes) == {"patent_changed"}
    assert not read_whole(nodes)


EVENTS = """subscription ($numbers: [ApplicationNumber!], $codes: [String!]) {
  legalEventRecorded(applicationNumbers: $numbers, codes: $codes) {
    code announcedOn patent { applicationNumber } } }"""
PUBLISH = """
insert into hub.event (topic, key, payload)
select 'patents.legal_event_recorded', id::text, jsonb_build_object(
  'applicationNumber', application_number, 'code', code, 'exclusive', false)
from patents.legal_event order by announced_on
"""


@pytest.fixture
async def server(filled: Database) -> AsyncIterator[SubgraphServer]:
    async with EventBus(filled).running() as bus:
        yield SubgraphServer(filled, events=bus)


@pytest.mark.parametrize(
    ("wanted", "expected"),
    [
        ({}, ["GR01", "TR01"]),
        ({"codes": ["tr01"]}, ["TR01"]),
        ({"numbers": ["ZL202029000001.4"]}, ["GR01", "TR01"]),
        ({"numbers": [LASER], "codes": ["TR01"]}, ["TR01"]),
    ],
)
async def test_events_are_heard(
    filled: Database, server: SubgraphServer, wanted: dict[str, Any], expected: list[str]
) -> None:
    await filled.execute(
        "test.orphan", "delete from patents.legal_event where application_number <> $1", LASER
    )
    stream = server.subscribe("patents", EVENTS, wanted)
    listening = asyncio.ensure_future(anext(stream))
    await asyncio.sleep(0.3)
    async with filled.transaction() as tx:
        await tx.execute("test.publish", PUBLISH)
        await tx.execute("test.notify", "select pg_notify('hub_event', pg_current_xact_id()::text)")
    async with asyncio.timeout(20):
        heard = [await listening]
        while len(heard) < len(expected):
            heard.append(await anext(stream))
    await stream.aclose()
    events = [each["data"]["legalEventRecorded"] for each in heard]
    assert [event["code"] for event in events] == expected
    assert {event["patent"]["applicationNumber"] for event in events} == {LASER}


async def test_filters_are_bounded(server: SubgraphServer) -> None:
    stream = server.subscribe("patents", EVENTS, {"codes": ["TR01"] * 1001})
    message = await anext(stream)
    await stream.aclose()
    assert [error["extensions"]["code"] for error in message["errors"]] == ["BAD_USER_INPUT"]
