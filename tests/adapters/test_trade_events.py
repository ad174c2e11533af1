"""What files bring is told to listeners as what people do in the hub is."""

from __future__ import annotations

from typing import Any

from adapters.demo import demo_sources
from adapters.sync import pull_sources
from resolvers.database.pool import Database
from resolvers.reference.load import load_reference


async def events(database: Database, topic: str) -> list[tuple[str, dict[str, Any]]]:
    records = await database.fetch(
        "test.events", "select key, payload from hub.event where topic = $1 order by id", topic
    )
    return [(record["key"], record["payload"]) for record in records]


async def test_imported_listings_and_statements_are_told_once(database: Database) -> None:
    await load_reference(database)
    await pull_sources(database, demo_sources())
    listings = await events(database, "trading.listing_changed")
    stored = await database.fetch(
        "test.listings", "select id::text, platform_code, status from trading.listing"
    )
    assert {key for key, _ in listings} == {record["id"] for record in stored}
    assert len(listings) == len(stored) > 0
    by_id = {record["id"]: record for record in stored}
    for key, payload in listings:
        assert payload["platform"] == by_id[key]["platform_code"]
        assert payload["status"] == by_id[key]["status"]
    announced = dict(await events(database, "trading.open_licence_announced"))
    in_force = await database.fetch(
        "test.statements",
        "select statement_number as number from trading.open_licence_statement"
        " where status = 'IN_FORCE'",
    )
    assert set(announced) == {record["number"] for record in in_force} != set()
    assert announced["KF2026310115"]["application_number"] == "CN2020190000502"
    assert announced["KF2026310115"]["ipc"] == ["G06N20/00"]
    # a second pull changes nothing, so nothing is told
    await pull_sources(database, demo_sources())
    assert await events(database, "trading.listing_changed") == listings
