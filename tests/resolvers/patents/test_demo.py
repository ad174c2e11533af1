"""The demo's legal events: consistent with the feeds, and loaded once."""

from __future__ import annotations

from adapters.sync import pull_source
from resolvers.database.pool import Database
from resolvers.patents.demo import EVENTS, load_demo
from resolvers.values.legal_status import StatusEvent, project_legal_status
from tests.adapters.harness import OPTIONS, demo_source


async def test_events_agree_with_the_status_of_the_feeds(database: Database) -> None:
    await pull_source(database, demo_source("registry-patents"), OPTIONS)
    await load_demo(database)
    count = "select count(*) from patents.legal_event"
    loaded = await database.fetchval("test.count", count)
    assert loaded > len(EVENTS) + 30
    await load_demo(database)
    assert await database.fetchval("test.count", count) == loaded
    rows = await database.fetch(
        "test.rows",
        "select p.application_number, p.legal_status, p.stated_legal_status, p.stated_preservation,"
        " p.under_preservation, array_agg(e.code) as codes, array_agg(e.announced_on) as days"
        " from patents.patent as p join patents.legal_event as e using (application_number)"
        " group by p.application_number",
    )
    assert len(rows) > 40
    for row in rows:
        events = [StatusEvent(*each) for each in zip(row["codes"], row["days"], strict=True)]
        projected = project_legal_status(
            events,
            OPTIONS.today,
            stated=row["stated_legal_status"] or "UNKNOWN",
            stated_preservation=row["stated_preservation"],
        )
        assert projected.status == row["legal_status"], dict(row)
        assert projected.under_preservation == row["under_preservation"]
    details = await database.fetchval(
        "test.details", "select details from patents.legal_event where code = 'PE01' limit 1"
    )
    assert {"登记号", "出质人"} <= {each["label"] for each in details}


async def test_without_the_feed_there_is_nothing(database: Database) -> None:
    await load_demo(database)
    assert await database.fetchval("t", "select count(*) from patents.legal_event") == 0
