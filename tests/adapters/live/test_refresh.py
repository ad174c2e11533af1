"""Single records of live sources: refreshed when they are stale, and only then."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import msgspec
import pytest

from adapters.config import SourceConfig
from adapters.errors import SourceProblem
from adapters.live.port import LiveSources, live_sources, watched_sources
from adapters.sync import pull_source
from resolvers.database.pool import Database
from resolvers.live import LiveNote, RecordKey
from tests.adapters.harness import source, write
from tests.adapters.live.fake import PLATFORM, Fake, config, listing, number, patent

STALE = {"max_age": 0.05, "timeout": 2}
CODE = "live-patent"


def keys(*indexes: int) -> list[RecordKey]:
    return [(number(index),) for index in indexes]


@asynccontextmanager
async def live(
    database: Database, fake: Fake, *configs: SourceConfig
) -> AsyncIterator[LiveSources]:
    async with live_sources(database, configs or (config(),), fake.open) as port:
        yield port
    assert not port._askers or fake.closed or not fake.calls


def told(notes: Iterable[LiveNote]) -> list[tuple[str, str | None]]:
    return [(note.mode, note.reason) for note in notes]


async def title(database: Database, index: int) -> str | None:
    found: str | None = await database.fetchval(
        "test.title",
        "select title from patents.patent where application_number = $1",
        number(index),
    )
    return found


async def batches(database: Database) -> list[dict[str, Any]]:
    return [
        dict(row)
        for row in await database.fetch(
            "test.batches",
            "select rows_read, rows_accepted, rows_rejected, rows_changed, rows_deleted "
            "from reporting.ingest_batch where source_name like 'live-%' order by received_at, id",
        )
    ]


async def test_what_nobody_stored_is_found_live(database: Database) -> None:
    fake = Fake()
    fake.put(patent(1))
    async with live(database, fake) as port:
        (note,) = await port.refresh("PATENT", keys(1, 2))
    assert (note.type, note.source, note.center) == ("Patent", CODE, PLATFORM)
    assert (note.mode, note.reason) == ("LIVE", None)
    assert note.as_of is not None
    assert await title(database, 1) == "装置1"
    assert await title(database, 2) is None
    assert fake.calls == [[{"applicationNumber": number(1)}, {"applicationNumber": number(2)}]]
    assert len(await batches(database)) == 1


async def test_what_is_fresh_is_not_asked_for_not_even_what_is_absent(database: Database) -> None:
    fake = Fake()
    fake.put(patent(1))
    async with live(database, fake) as port:
        await port.refresh("PATENT", keys(1, 2))
        assert told(await port.refresh("PATENT", keys(1, 2))) == [("COPY", "FRESH")]
        assert len(fake.calls) == 1


async def test_a_recent_pull_is_fresh_too(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    fake = Fake()
    monkeypatch.setattr("adapters.sync.open_source", fake.open)
    fake.put(patent(1))
    async with live(database, fake, config(live={"max_age": 60, "lists": True})) as port:
        await port.refresh_list("PATENT", PLATFORM)
        assert told(await port.refresh("PATENT", keys(1))) == [("COPY", "FRESH")]
        assert fake.calls == []


async def test_fifty_stale_rows_are_asked_for_in_one_call(database: Database) -> None:
    fake, wanted = Fake(), range(50)
    fake.put(*map(patent, wanted))
    async with live(database, fake, config(live=STALE)) as port:
        await port.refresh("PATENT", keys(*wanted))
        await asyncio.sleep(0.06)
        fake.put(patent(7, title="新名称"))
        assert told(await port.refresh("PATENT", keys(*wanted))) == [("LIVE", None)]
    assert [len(call) for call in fake.calls] == [50, 50]
    assert await title(database, 7) == "新名称"
    # Only what changed is booked.
    assert [(b["rows_read"], b["rows_changed"]) for b in await batches(database)] == [
        (50, 50),
        (1, 1),
    ]


async def test_an_answer_that_says_nothing_new_is_not_booked(database: Database) -> None:
    fake = Fake()
    fake.put(patent(1))
    async with live(database, fake, config(live=STALE)) as port:
        for _ in range(3):
            assert told(await port.refresh("PATENT", keys(1))) == [("LIVE", None)]
            await asyncio.sleep(0.06)
    assert len(await batches(database)) == 1


async def test_a_slow_source_costs_its_timeout_and_answers_the_next_reader(
    database: Database,
) -> None:
    fake = Fake()
    fake.put(patent(1))
    async with live(database, fake, config(live={"max_age": 0.3, "timeout": 0.1})) as port:
        await port.refresh("PATENT", keys(1))
        await asyncio.sleep(0.4)
        fake.put(patent(1, title="新名称"))
        fake.gate.clear()
        loop = asyncio.get_running_loop()
        began = loop.time()
        (note,) = await port.refresh("PATENT", keys(1))
        assert 0.09 < loop.time() - began < 0.3
        assert (note.mode, note.reason) == ("COPY", "SLOW")
        assert note.as_of is not None
        assert await title(database, 1) == "装置1"
        fake.gate.set()
        await asyncio.sleep(0.1)
        assert await title(database, 1) == "新名称"
        assert told(await port.refresh("PATENT", keys(1))) == [("COPY", "FRESH")]
        assert len(fake.calls) == 2


async def test_a_call_that_never_ends_is_given_up(database: Database) -> None:
    fake = Fake()
    fake.gate.clear()
    stuck = config(live={"max_age": 60, "timeout": 0.05}, bounds={"timeout": 0.1, "open_after": 2})
    async with live(database, fake, stuck) as port:
        assert told(await port.refresh("PATENT", keys(1))) == [("COPY", "SLOW")]
        await asyncio.sleep(0.15)
        assert told(await port.refresh("PATENT", keys(1))) == [("COPY", "SLOW")]
        await asyncio.sleep(0.15)
        assert told(await port.refresh("PATENT", keys(1))) == [("COPY", "RESTING")]


async def test_a_source_that_is_down_is_left_alone_for_a_while(database: Database) -> None:
    fake = Fake()
    fake.put(patent(1))
    bounds = {"open_after": 3, "open_seconds": 0.2}
    async with live(database, fake, config(bounds=bounds)) as port:
        fake.error = SourceProblem("SOURCE_BUSY")  # says nothing of the source
        for _ in range(5):
            assert told(await port.refresh("PATENT", keys(1))) == [("COPY", "BUSY")]
        fake.error = RuntimeError("boom")
        fake.calls.clear()
        found = [told(await port.refresh("PATENT", keys(1)))[0] for _ in range(6)]
        assert found == [("COPY", "DOWN")] * 3 + [("COPY", "RESTING")] * 3
        assert len(fake.calls) == 3
        await asyncio.sleep(0.21)
        # One call tries; while it does, the others leave it alone.
        fake.gate.clear()
        trying = asyncio.ensure_future(port.refresh("PATENT", keys(1)))
        await asyncio.sleep(0.05)
        assert told(await port.refresh("PATENT", keys(2))) == [("COPY", "RESTING")]
        fake.error = None
        fake.gate.set()
        assert told(await trying) == [("LIVE", None)]
        assert told(await port.refresh("PATENT", keys(2))) == [("LIVE", None)]
    assert await title(database, 1) == "装置1"


async def test_two_requests_at_once_ask_once(database: Database) -> None:
    fake = Fake()
    fake.put(patent(1), patent(2), patent(3))
    fake.gate.clear()
    async with live(database, fake) as port:
        both = asyncio.gather(
            port.refresh("PATENT", keys(1, 2)), port.refresh("PATENT", keys(2, 3))
        )
        await asyncio.sleep(0.1)
        fake.gate.set()
        for notes in await both:
            assert told(notes) == [("LIVE", None)]
    asked = [key["applicationNumber"] for call in fake.calls for key in call]
    assert sorted(asked) == sorted(number(index) for index in (1, 2, 3))


async def test_a_request_that_ends_does_not_end_the_call(database: Database) -> None:
    fake = Fake()
    fake.put(patent(1))
    fake.gate.clear()
    async with live(database, fake) as port:
        reader = asyncio.ensure_future(port.refresh("PATENT", keys(1)))
        await asyncio.sleep(0.05)
        reader.cancel()
        fake.gate.set()
        await asyncio.sleep(0.1)
        assert await title(database, 1) == "装置1"


async def test_a_record_that_is_gone_gets_a_tombstone_and_may_come_back(
    database: Database,
) -> None:
    fake = Fake("number", "projectNo")
    fake.put(listing("A-1"), listing("A-2"))
    key: list[RecordKey] = [(PLATFORM, "A-1"), (PLATFORM, "A-2")]

    async def states() -> dict[str, str]:
        rows = await database.fetch("test.listings", "select number, status from trading.listing")
        return {row["number"]: row["status"] for row in rows}

    async def tombstones() -> list[str]:
        rows = await database.fetch(
            "test.gone", "select natural_key from reporting.source_row where deleted_at is not null"
        )
        return [row["natural_key"] for row in rows]

    listings = config("LISTING", live=STALE, precedence="PLATFORM")
    async with live(database, fake, listings) as port:
        await port.refresh("LISTING", key)
        assert await states() == {"A-1": "LISTED", "A-2": "LISTED"}
        await asyncio.sleep(0.06)
        kept = fake.records.pop("A-1")
        assert told(await port.refresh("LISTING", key)) == [("LIVE", None)]
        assert await states() == {"A-1": "DELISTED", "A-2": "LISTED"}
        assert await tombstones() == [f"{PLATFORM}|A-1"]
        await asyncio.sleep(0.06)
        await port.refresh("LISTING", key)  # still gone: nothing new
        await asyncio.sleep(0.06)
        fake.records["A-1"] = kept
        await port.refresh("LISTING", key)
        assert await states() == {"A-1": "LISTED", "A-2": "LISTED"}
        assert await tombstones() == []
    assert [b["rows_deleted"] for b in await batches(database)] == [0, 1, 0]


async def test_an_answer_without_most_records_is_no_deletion(database: Database) -> None:
    fake = Fake()
    fake.put(*map(patent, range(20)))
    async with live(database, fake, config(live=STALE)) as port:
        await port.refresh("PATENT", keys(*range(20)))
        await asyncio.sleep(0.06)
        fake.records.clear()
        await port.refresh("PATENT", keys(*range(20)))
    gone = "select count(*) from reporting.source_row where deleted_at is not null"
    assert await database.fetchval("test.gone", gone) == 0


async def test_a_refused_row_keeps_the_old_copy_and_is_booked_once(database: Database) -> None:
    fake = Fake()
    fake.put(patent(1))
    async with live(database, fake, config(live=STALE)) as port:
        await port.refresh("PATENT", keys(1))
        fake.put(patent(1, title="新名称", filingDate="no date"))
        for _ in range(3):
            await asyncio.sleep(0.06)
            assert told(await port.refresh("PATENT", keys(1))) == [("LIVE", None)]
        assert await title(database, 1) == "装置1"
        refused = await database.fetch(
            "test.refused", "select natural_key, outcome from reporting.ingest_row"
        )
        assert [tuple(row) for row in refused] == [(number(1), "REJECTED")]
    # Another process does not book it either.
    async with live(database, fake, config(live=STALE)) as port:
        await asyncio.sleep(0.06)
        await port.refresh("PATENT", keys(1))
        assert len(await batches(database)) == 2
        # Mended at the source, it is taken in and waits no longer.
        await asyncio.sleep(0.06)
        fake.put(patent(1, title="新名称"))
        await port.refresh("PATENT", keys(1))
        assert await title(database, 1) == "新名称"
    waiting = "select count(*) from reporting.ingest_row where resolved_by_batch is null"
    assert await database.fetchval("test.waiting", waiting) == 0


async def test_a_weaker_source_does_not_overwrite_a_stronger_one(
    database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = "申请号,标题,申请人,申请日\n"
    write(tmp_path, "a.csv", text + f"{number(1)},登记名称,示例甲,2020-03-05\n")
    registry = source(path=str(tmp_path), precedence="REGISTRY")
    await pull_source(database, registry)
    fake = Fake()
    fake.put(patent(1, title="中心名称"), patent(2))
    async with live(database, fake, config(live=STALE)) as port:
        # A record another source gave is not asked for here, until this source has given it, too.
        assert await port.refresh("PATENT", keys(1)) == []
        monkeypatch.setattr("adapters.sync.open_source", fake.open)
        await pull_source(database, config(live=STALE))
        await asyncio.sleep(0.06)
        fake.put(patent(1, title="中心名称二"))
        assert told(await port.refresh("PATENT", keys(1))) == [("LIVE", None)]
    assert await title(database, 1) == "登记名称"
    conflicts = "select count(*) from reporting.conflict where entity_key = $1 and field = 'title'"
    assert await database.fetchval("test.conflicts", conflicts, number(1)) == 2


async def test_records_nobody_asked_for_are_passed_over(database: Database) -> None:
    fake = Fake()
    fake.records[number(1)] = [patent(1), patent(2), {"applicationNumber": "nonsense"}]
    async with live(database, fake) as port:
        await port.refresh("PATENT", keys(1))
    assert await title(database, 2) is None
    assert [(b["rows_read"], b["rows_rejected"]) for b in await batches(database)] == [(2, 1)]


async def test_an_answer_of_another_kind_is_a_failure(database: Database) -> None:
    fake = Fake()
    fake.records[number(1)] = [{"message": "maintenance"}]
    async with live(database, fake) as port:
        assert told(await port.refresh("PATENT", keys(1))) == [("COPY", "DOWN")]
        fake.records[number(1)] = [patent(index) for index in range(200)]
        assert told(await port.refresh("PATENT", keys(1))) == [("COPY", "DOWN")]
    assert await batches(database) == []


async def test_a_pledge_of_several_patents_is_one_record(database: Database) -> None:
    def pledge(*patents: int) -> list[dict[str, Any]]:
        return [
            {
                "regNo": "Y2023989000002",
                "专利号": number(index),
                "出质人": "示例甲智能装备有限公司",
                "质权人": "示例银行股份有限公司",
                "登记生效日": "2023-06-01",
            }
            for index in patents
        ]

    fake = Fake("registrationNumber", "regNo")
    fake.records["Y2023989000002"] = pledge(1, 2)
    key: list[RecordKey] = [("Y2023989000002",)]
    patents = "select count(*) from finance.pledge_patent"
    gone = "select natural_key from reporting.source_row where deleted_at is not null"
    async with live(database, fake, config("PLEDGE", live=STALE)) as port:
        assert told(await port.refresh("PLEDGE", key)) == [("LIVE", None)]
        assert await database.fetchval("test.patents", patents) == 2
        await asyncio.sleep(0.06)
        fake.records["Y2023989000002"] = pledge(1)
        await port.refresh("PLEDGE", key)
        assert await database.fetchval("test.gone", gone) == f"Y2023989000002|{number(2)}"


async def test_a_source_is_asked_for_records_it_may_have_only(database: Database) -> None:
    fake = Fake("number", "projectNo")
    async with live(database, fake, config("LISTING")) as port:
        assert await port.refresh("LISTING", [("FT-110000-01", "A-1")]) == []
        assert told(await port.refresh("LISTING", [(PLATFORM, "A-1")])) == [("LIVE", None)]
    assert fake.calls == [[{"platform": PLATFORM, "number": "A-1"}]]


@pytest.mark.parametrize("feed", ["PATENT", "LISTING", "ORGANIZATION"])
async def test_no_live_source_no_statement(database: Database, feed: str) -> None:
    plain = msgspec.structs.replace(config(), live=None)
    async with live_sources(database, [plain]) as port:
        await database.close()  # a statement would fail
        assert port.feeds == frozenset()
        assert await port.refresh(feed, keys(1)) == ()
        assert await port.refresh_list(feed, PLATFORM) == []


async def test_memory_alone_answers_while_all_is_fresh(database: Database) -> None:
    fake = Fake()
    fake.put(patent(1))
    async with live(database, fake) as port:
        await port.refresh("PATENT", keys(1, 2))
        await database.close()
        assert told(await port.refresh("PATENT", keys(1, 2))) == [("COPY", "FRESH")]


async def test_files_of_sources_are_watched(database: Database, tmp_path: Path) -> None:
    text = (
        "code: live-patent\nname: 实时\ncenter: FT-440300-01\nkind: rest\nfeed: PATENT\n"
        'rest: {url: "http://127.0.0.1:9/", lookup: {keys: {applicationNumber: n}}}\n'
    )
    async with watched_sources(database, [tmp_path], seconds=0.05) as port:
        assert port.feeds == frozenset()
        write(tmp_path, "a.yaml", text + "live: {max_age: 60, timeout: 0.3}\n")
        await asyncio.sleep(0.3)
        assert port.feeds == {"PATENT"}
        assert list(port.systems) == ["实时"]
        (asker,) = port._askers["PATENT"]
        write(tmp_path, "b.yaml", "nonsense")
        await asyncio.sleep(0.3)
        assert port._askers["PATENT"] == (asker,)  # as it was, with what it remembers
        (tmp_path / "a.yaml").unlink()
        await asyncio.sleep(0.3)
        assert port.feeds == frozenset()
