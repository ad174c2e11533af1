"""Lists of live sources: an incremental pull before the list is read, bounded in time."""

from __future__ import annotations

import asyncio

import pytest

from adapters.config import SourceConfig
from adapters.live.port import live_sources
from resolvers.database.pool import Database
from tests.adapters.live.fake import PLATFORM, Fake, config, listing
from tests.adapters.live.test_refresh import told


@pytest.fixture
def fake(monkeypatch: pytest.MonkeyPatch) -> Fake:
    """Return a source that pulls open, too."""
    made = Fake("number", "projectNo")
    monkeypatch.setattr("adapters.sync.open_source", made.open)
    return made


LISTS = {"max_age": 60, "timeout": 1, "lists": True}


def listings(**live: object) -> SourceConfig:
    return config("LISTING", live={**LISTS, **live}, precedence="PLATFORM")


async def count(database: Database) -> int:
    return int(await database.fetchval("test.count", "select count(*) from trading.listing"))


async def test_a_list_is_pulled_once_and_then_fresh(database: Database, fake: Fake) -> None:
    fake.put(listing("A-1"), listing("A-2"))
    async with live_sources(database, [listings()], fake.open) as port:
        assert told(await port.refresh_list("LISTING", PLATFORM)) == [("LIVE", None)]
        assert told(await port.refresh_list("LISTING", PLATFORM)) == [("COPY", "FRESH")]
        assert await port.refresh_list("LISTING", "FT-110000-01") == []
    assert await count(database) == 2
    # Another process sees that it was pulled.
    async with live_sources(database, [listings()], fake.open) as port:
        assert told(await port.refresh_list("LISTING", PLATFORM)) == [("COPY", "FRESH")]
    assert len(fake.pulls) == 1


async def test_lists_of_other_sources_are_not_asked_for(database: Database, fake: Fake) -> None:
    async with live_sources(database, [listings(lists=False)], fake.open) as port:
        assert await port.refresh_list("LISTING", PLATFORM) == []


async def test_a_slow_list_is_shown_as_copied_and_there_later(
    database: Database, fake: Fake
) -> None:
    fake.put(listing("A-1"))
    fake.gate.clear()
    async with live_sources(database, [listings(timeout=0.1)], fake.open) as port:
        both = await asyncio.gather(*(port.refresh_list("LISTING", PLATFORM) for _ in range(2)))
        assert [told(notes) for notes in both] == [[("COPY", "SLOW")]] * 2
        fake.gate.set()
        await asyncio.sleep(0.5)
        assert await count(database) == 1
        assert told(await port.refresh_list("LISTING", PLATFORM)) == [("COPY", "FRESH")]
    assert len(fake.pulls) == 1


async def test_a_list_that_fails_is_left_alone_after_some_times(
    database: Database, fake: Fake
) -> None:
    fake.error = RuntimeError("boom")
    async with live_sources(database, [listings()], fake.open) as port:
        found = [told(await port.refresh_list("LISTING", PLATFORM))[0] for _ in range(5)]
    assert found == [("COPY", "DOWN")] * 3 + [("COPY", "RESTING")] * 2
    assert len(fake.pulls) == 3


async def test_while_another_worker_pulls_the_copy_is_shown(database: Database, fake: Fake) -> None:
    fake.put(listing("A-1"))
    fake.gate.clear()
    async with (
        live_sources(database, [listings(timeout=0.2)], fake.open) as one,
        live_sources(database, [listings(timeout=0.2)], fake.open) as other,
    ):
        assert told(await one.refresh_list("LISTING", PLATFORM)) == [("COPY", "SLOW")]
        assert told(await other.refresh_list("LISTING", PLATFORM)) == [("COPY", "BUSY")]
        fake.gate.set()
        await asyncio.sleep(0.3)
    assert await count(database) == 1
