"""The change feed: nothing missed, nothing told twice out of order, nothing hidden told at all."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any

import pytest

from resolvers.database.pool import Database
from resolvers.hub.changes import trim_changes
from resolvers.identity import ANONYMOUS
from schema.reporting.changes import ChangePosition, read_token, token
from tests.schema.reporting_world import CNIPA, OPERATOR, PLATFORM, TRADING, add_center
from tests.schema.test_reporting_reports import save
from tests.schema.world import NOW, Asker

CHANGES = """
query ($since: String, $types: [String!], $first: Int) {
  changes(since: $since, types: $types, first: $first) {
    changes { type key kind source } until complete } }
"""
POSITION = "{ changesPosition }"
INSERT = "insert into hub.change (entity_type, entity_key, kind) values ($1, $2, $3)"


def asker(database: Database, caller: Any = PLATFORM) -> Asker:
    return Asker(database, "reporting", caller)


async def add(database: Database, *keys: str, of: str = "Patent", kind: str = "UPSERT") -> None:
    for key in keys:
        await database.execute("test.change", INSERT, of, key, kind)


async def feed(of: Asker, **variables: Any) -> dict[str, Any]:
    found: dict[str, Any] = (await of.data(CHANGES, **({"first": 500} | variables)))["changes"]
    return found


def keys(found: dict[str, Any]) -> list[str]:
    return [change["key"] for change in found["changes"]]


async def test_following_from_a_position(database: Database) -> None:
    await add(database, "CN1", "CN2")
    reader = asker(database)
    begin = (await reader.data(POSITION))["changesPosition"]
    assert (await feed(reader, since=begin)) == {"changes": [], "until": begin, "complete": True}
    await add(database, "CN3")
    await add(database, "CN1", kind="DELETE")
    found = await feed(reader, since=begin)
    assert found["changes"] == [
        {"type": "Patent", "key": "CN3", "kind": "UPSERT", "source": None},
        {"type": "Patent", "key": "CN1", "kind": "DELETE", "source": None},
    ]
    assert found["complete"]
    assert keys(await feed(reader, since=found["until"])) == []
    assert keys(await feed(reader)) == ["CN1", "CN2", "CN3", "CN1"]


async def test_pages_join_without_gap_or_repetition(database: Database) -> None:
    await add(database, *(f"CN{n}" for n in range(7)))
    await add(database, "FT-110000-01", of="OperationCenter")
    reader, since, met = asker(database), None, list[str]()
    while True:
        found = await feed(reader, since=since, first=2, types=["Patent"])
        met += keys(found)
        since = found["until"]
        if found["complete"]:
            break
        assert len(found["changes"]) == 2
    assert met == [f"CN{n}" for n in range(7)]


async def test_a_slow_transaction_is_not_passed_over(database: Database) -> None:
    """A transaction that began before and ends after another must not fall behind the position."""
    reader = asker(database)
    async with database.transaction() as slow:
        await slow.execute("test.change", INSERT, "Patent", "SLOW", "UPSERT")
        await add(database, "FAST")
        first = await feed(reader)
        # The fast one is held back until nothing older runs.
        assert keys(first) == []
    assert keys(await feed(reader, since=first["until"])) == ["SLOW", "FAST"]


async def test_hidden_records_are_told_to_nobody_else(database: Database) -> None:
    await add(database, "r1", of="BusinessReport")
    await add(database, "CN1")
    assert keys(await feed(asker(database))) == ["CN1"]
    assert keys(await feed(asker(database, CNIPA))) == ["r1", "CN1"]
    assert keys(await feed(asker(database, OPERATOR))) == ["r1", "CN1"]
    refused = await asker(database).codes(CHANGES, types=["BusinessReport"], first=1)
    assert refused == ["FORBIDDEN"]
    assert await asker(database, ANONYMOUS).codes(CHANGES, first=1) == ["UNAUTHENTICATED"]
    assert await asker(database, ANONYMOUS).codes(POSITION) == ["UNAUTHENTICATED"]


@pytest.mark.parametrize(
    ("variables", "code"),
    [
        ({"since": "x"}, "INVALID_CURSOR"),
        ({"since": "x" * 5000}, "INVALID_CURSOR"),
        ({"since": token(ChangePosition(1 << 64, 0))}, "INVALID_CURSOR"),
        ({"since": "知"}, "INVALID_CURSOR"),
        ({"types": ["Secret"]}, "UNKNOWN_TYPE"),
        ({"first": 0}, "INVALID_PAGE_SIZE"),
        ({"first": 1001}, "INVALID_PAGE_SIZE"),
    ],
)
async def test_bad_input(database: Database, variables: dict[str, Any], code: str) -> None:
    assert await asker(database).codes(CHANGES, **({"first": 1} | variables)) == [code]


def test_a_token_is_read_back() -> None:
    position = ChangePosition(123456789012, 77)
    assert read_token(token(position)) == position


async def test_trimmed_changes_are_said_to_be_gone(database: Database) -> None:
    await add(database, "OLD", "NEW")
    reader = asker(database)
    begin = (await feed(reader, first=1))["until"]
    await database.execute(
        "test.age", "update hub.change set at = now() - interval '91 days' where entity_key = 'OLD'"
    )
    await trim_changes(database, NOW + timedelta(days=365 * 20))
    await add(database, "LATER")
    # Both are gone now; who stood before the last of them has missed one.
    assert await reader.codes(CHANGES, since=begin, first=5) == ["CHANGES_EXPIRED"]
    found = await feed(reader)
    assert keys(found) == ["LATER"]
    assert (await feed(reader, since=found["until"]))["complete"]


async def test_trimming_keeps_what_is_younger(database: Database) -> None:
    await add(database, "OLD", "NEW")
    await database.execute(
        "test.age",
        "update hub.change set at = $1::timestamptz - interval '91 days' where entity_key = 'OLD'",
        NOW,
    )
    await database.execute(
        "test.age", "update hub.change set at = $1 where entity_key = 'NEW'", NOW
    )
    await trim_changes(database, NOW)
    assert keys(await feed(asker(database))) == ["NEW"]
    await trim_changes(database, NOW)
    assert keys(await feed(asker(database))) == ["NEW"]


async def test_a_mutation_is_in_the_feed_with_its_own_transaction(database: Database) -> None:
    await add_center(database, TRADING)
    payload, codes = await save(asker(database), TRADE_DEAL_COUNT=3)
    assert codes == []
    found = await feed(asker(database, CNIPA), types=["BusinessReport"])
    assert keys(found) == [payload["report"]["id"]] * len(found["changes"])
    assert found["changes"]
    _, codes = await save(asker(database), period="2999-Q1", TRADE_DEAL_COUNT=3)
    assert codes  # refused: nothing was changed, nothing is told
    again = await feed(asker(database, CNIPA), since=found["until"])
    assert keys(again) == []


async def test_concurrent_writers_and_a_reader(database: Database) -> None:
    """Whatever the interleaving, a reader that follows meets each change exactly once."""
    reader = asker(database)
    met: list[str] = []
    since: str | None = (await reader.data(POSITION))["changesPosition"]

    async def write(writer: int) -> None:
        for n in range(10):
            async with database.transaction() as transaction:
                await transaction.execute(
                    "test.change", INSERT, "Patent", f"{writer}-{n}", "UPSERT"
                )
                await asyncio.sleep(0.001 * ((writer * 7 + n * 3) % 5))

    writers = asyncio.gather(*(write(writer) for writer in range(4)))
    while not writers.done():
        found = await feed(reader, since=since, first=3)
        met, since = met + keys(found), found["until"]
        await asyncio.sleep(0.002)
    await writers
    while True:
        found = await feed(reader, since=since, first=3)
        met, since = met + keys(found), found["until"]
        if found["complete"]:
            break
    assert sorted(met) == sorted(f"{writer}-{n}" for writer in range(4) for n in range(10))
