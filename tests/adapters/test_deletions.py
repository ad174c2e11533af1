"""Deletions: by a mark in the row, and by absence from a full list; what ends and what stays."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Sequence
from pathlib import Path
from typing import Any

import pytest

import adapters.sources
from adapters.model import SyncReport
from adapters.records import RecordBatch
from adapters.source import Capabilities, OpenBatch, PullRequest
from adapters.sync import PullOptions, pull_source
from resolvers.database.pool import Database
from tests.adapters.harness import OPTIONS, TODAY, dump, source, write

PLATFORM = "FT-440300-01"
HEADER = "平台,项目编号,项目名称,知识产权类型,专利号,转让方,挂牌起始日期,挂牌截止日期,状态"
PATENTS = ("ZL201629000004.1", "ZL201719000013.X", "ZL201929000002.6", "ZL202029000001.4")


def line(number: int, state: str = "在架") -> str:
    patent = PATENTS[number % len(PATENTS)]
    return (
        f"{PLATFORM},L-{number},项目{number},专利,{patent},示例公司,2025-01-01,2027-01-01,{state}"
    )


def listing_file(folder: Path, name: str, *lines: str) -> None:
    write(folder, name, "\n".join((HEADER, *lines)) + "\n")


def marked(folder: Path, **changes: Any) -> Any:
    settings = {
        "code": "listings",
        "feed": "LISTING",
        "center": PLATFORM,
        "path": str(folder),
        "precedence": "PLATFORM",
        "columns": {"平台": "platform"},
        "deletions": {"field": "状态", "values": ["已下架"]},
    }
    return source(**(settings | changes))


async def statuses(database: Database) -> dict[str, str]:
    rows = await database.fetch("test.s", "select number, status from trading.listing")
    return {row["number"]: row["status"] for row in rows}


async def tombstones(database: Database) -> set[str]:
    rows = await database.fetch(
        "test.t",
        "select natural_key from reporting.source_row where deleted_at is not null",
    )
    return {row["natural_key"].rpartition("|")[2] for row in rows}


async def test_a_mark_ends_the_listing_with_history_event_and_change(
    database: Database, tmp_path: Path
) -> None:
    listing_file(tmp_path, "1.csv", line(1), line(2))
    await pull_source(database, marked(tmp_path), OPTIONS)
    listing_file(tmp_path, "2.csv", line(1, "已下架"))
    report = await pull_source(database, marked(tmp_path), OPTIONS)
    last = report.batches[-1]
    assert (last.counts.deleted, last.counts.changed, last.counts.rejected) == (1, 1, 0)
    assert await statuses(database) == {"L-1": "DELISTED", "L-2": "LISTED"}
    assert await tombstones(database) == {"L-1"}
    [history] = await database.fetch("test.h", "select * from trading.status_change")
    assert (history["from_status"], history["to_status"]) == ("LISTED", "DELISTED")
    assert history["by_subject"] == "source:测试来源"
    changes = await database.fetch("test.c", "select * from hub.change order by id")
    assert [(row["entity_type"], row["kind"]) for row in changes] == [
        *[("Listing", "UPSERT")] * 2,
        ("Listing", "DELETE"),
    ]
    assert changes[0]["entity_key"] == changes[2]["entity_key"] or (
        changes[1]["entity_key"] == changes[2]["entity_key"]
    )
    told = await database.fetch(
        "test.e",
        "select payload from hub.event where topic = 'trading.listing_changed' order by id",
    )
    assert told[-1]["payload"]["status"] == "DELISTED"


async def test_a_deletion_of_what_was_never_given_changes_nothing(
    database: Database, tmp_path: Path
) -> None:
    listing_file(tmp_path, "1.csv", line(1))
    await pull_source(database, marked(tmp_path), OPTIONS)
    before = await dump(database)
    listing_file(tmp_path, "2.csv", line(9, "已下架"))
    report = await pull_source(database, marked(tmp_path), OPTIONS)
    assert report.batches[-1].counts.changed == 0
    after = await dump(database)
    assert after["trading.listing"] == before["trading.listing"]
    assert await tombstones(database) == set()


async def test_only_the_key_of_a_deleted_row_must_be_right(
    database: Database, tmp_path: Path
) -> None:
    listing_file(tmp_path, "1.csv", line(1), line(2), line(3))
    await pull_source(database, marked(tmp_path), OPTIONS)
    bare = f"{PLATFORM},L-1,,,,,,,已下架"
    keyless = ",,,,,,,,已下架"
    listing_file(tmp_path, "2.csv", bare, line(2), line(3), line(0), keyless)
    report = await pull_source(database, marked(tmp_path), OPTIONS)
    last = report.batches[-1].counts
    assert (last.deleted, last.rejected) == (1, 1)
    assert (await statuses(database))["L-1"] == "DELISTED"


async def test_a_listing_listed_again_is_taken_up_again(database: Database, tmp_path: Path) -> None:
    for name, state in (("1.csv", "在架"), ("2.csv", "已下架"), ("3.csv", "在架，重新")):
        listing_file(tmp_path, name, line(1, state))
        await pull_source(database, marked(tmp_path), OPTIONS)
    assert await statuses(database) == {"L-1": "LISTED"}
    assert await tombstones(database) == set()
    steps = await database.fetch(
        "test.h", "select from_status, to_status from trading.status_change order by id"
    )
    assert [tuple(step) for step in steps] == [("LISTED", "DELISTED"), ("DELISTED", "LISTED")]


async def test_what_the_platform_ended_itself_is_not_taken_up_again(
    database: Database, tmp_path: Path
) -> None:
    listing_file(tmp_path, "1.csv", line(1))
    await pull_source(database, marked(tmp_path), OPTIONS)
    listing_file(tmp_path, "2.csv", line(1, "已下架"))
    await pull_source(database, marked(tmp_path), OPTIONS)
    await database.execute(
        "test.h",
        "insert into trading.status_change (workflow, key, from_status, to_status, by_subject, "
        "by_role, at) select 'listing', id::text, 'LISTED', 'DELISTED', 'someone', "
        "'FUNCTIONAL_PLATFORM', now() from trading.listing",
    )
    listing_file(tmp_path, "3.csv", line(1))
    await pull_source(database, marked(tmp_path), PullOptions(today=TODAY, full=True))
    assert await statuses(database) == {"L-1": "DELISTED"}


async def test_a_listing_another_source_wrote_is_left_alone(
    database: Database, tmp_path: Path
) -> None:
    other = tmp_path / "other"
    own = tmp_path / "own"
    other.mkdir()
    own.mkdir()
    listing_file(other, "1.csv", line(1))
    config = marked(other, code="stronger", name="另一来源")
    await pull_source(database, config, OPTIONS)
    listing_file(own, "1.csv", line(1))
    await pull_source(database, marked(own), OPTIONS)
    listing_file(own, "2.csv", line(1, "已下架"))
    await pull_source(database, marked(own), OPTIONS)
    assert await tombstones(database) == {"L-1"}
    assert await statuses(database) == {"L-1": "LISTED"}


async def test_facts_of_a_register_stay(database: Database, tmp_path: Path) -> None:
    header = "申请号,标题,申请人,申请日,备注\n"
    row = "CN201629000004.1,一种方法,示例公司,2016-05-05,"
    write(tmp_path, "1.csv", header + row + "\n")
    config = source(path=str(tmp_path), deletions={"field": "备注", "values": ["删除"]})
    await pull_source(database, config, OPTIONS)
    write(tmp_path, "2.csv", header + row + "删除\n")
    report = await pull_source(database, config, OPTIONS)
    assert report.batches[-1].counts.deleted == 1
    assert await database.fetchval("test.p", "select count(*) from patents.patent") == 1
    assert len(await tombstones(database)) == 1


def absent(folder: Path, **changes: Any) -> Any:
    return marked(folder, **({"deletions": {"absent": True}} | changes))


async def test_each_file_is_a_whole_list(database: Database, tmp_path: Path) -> None:
    listing_file(tmp_path, "1.csv", *(line(n) for n in range(5)))
    await pull_source(database, absent(tmp_path), OPTIONS)
    listing_file(tmp_path, "2.csv", *(line(n) for n in range(4)))
    report = await pull_source(database, absent(tmp_path), OPTIONS)
    last = report.batches[-1].counts
    assert (last.read, last.deleted) == (4, 1)
    assert (await statuses(database))["L-4"] == "DELISTED"
    assert await tombstones(database) == {"L-4"}
    before = await dump(database)
    await pull_source(database, absent(tmp_path), OPTIONS)
    assert await dump(database) == before
    assert await database.fetchval("test.n", "select count(*) from reporting.source_seen") == 0


@pytest.mark.parametrize(
    ("lines", "code"),
    [
        ([line(0), line(1)], "DELETIONS_SHARE"),
        ([*(line(n) for n in range(9)), f"{PLATFORM},,无编号,,,,,,"], "W_DELETIONS_UNCERTAIN"),
    ],
)
async def test_a_list_that_looks_cut_short_buries_nothing(
    database: Database, tmp_path: Path, lines: list[str], code: str
) -> None:
    listing_file(tmp_path, "1.csv", *(line(n) for n in range(10)))
    await pull_source(database, absent(tmp_path), OPTIONS)
    listing_file(tmp_path, "2.csv", *lines)
    report = await pull_source(database, absent(tmp_path), OPTIONS)
    assert report.batches[-1].codes[code] == 1
    assert report.batches[-1].counts.deleted == 0
    assert await tombstones(database) == set()
    issues = await database.fetch("test.i", "select code from reporting.data_issue")
    assert code in {row["code"] for row in issues}


class Pages:
    """A source of records in pages, as a network kind is one."""

    capabilities = Capabilities(resumable=True, deletions=True)
    pages: Sequence[Sequence[int]] = ()
    stop_after: int | None = None

    def __init__(self, config: Any) -> None:
        self._config = config

    async def batches(self, request: PullRequest) -> AsyncGenerator[OpenBatch, None]:
        begin = request.cursor or 0
        for position in range(begin, len(self.pages)):
            if position == self.stop_after:
                raise RuntimeError("killed")
            batch = RecordBatch(f"page-{position}")
            for number in self.pages[position]:
                names, cells = HEADER.split(","), line(number).split(",")
                batch.add(dict(zip(names, cells, strict=True)))
            batch.cursor = position + 1
            yield batch

    async def close(self) -> None:
        return


@pytest.fixture
def pages(monkeypatch: pytest.MonkeyPatch) -> type[Pages]:
    class Own(Pages):
        pass

    monkeypatch.setattr(adapters.sources, "OPEN", {**adapters.sources.OPEN, "rest": Own})
    return Own


async def pull_pages(database: Database) -> SyncReport:
    config = marked(
        Path("."),
        path=None,
        kind="rest",
        rest={"url": "https://example.invalid"},
        deletions={"absent": True},
    )
    return await pull_source(database, config, OPTIONS)


async def test_a_list_of_many_batches_is_whole_only_at_its_end(
    database: Database, pages: type[Pages]
) -> None:
    pages.pages = [range(4), range(4, 8), range(8, 12)]
    await pull_pages(database)
    assert await tombstones(database) == set()
    # The second page is the same as before, so its batch is old: its rows are met all the same.
    pages.pages = [range(3), range(4, 8), range(8, 12)]
    pages.stop_after = 1
    with pytest.raises(RuntimeError, match="killed"):
        await pull_pages(database)
    assert await tombstones(database) == set()
    pages.stop_after = None
    report = await pull_pages(database)
    assert await tombstones(database) == {"L-3"}
    assert report.batches[-1].name.startswith("absent-")
    assert (await statuses(database))["L-3"] == "DELISTED"
    assert await database.fetchval("test.n", "select count(*) from reporting.source_seen") == 0
    before = await dump(database)
    again = await pull_pages(database)
    assert not again.batches[-1].name.startswith("absent-")
    after = await dump(database)
    assert after["trading.listing"] == before["trading.listing"]
    assert after["reporting.conflict"] == before["reporting.conflict"]


async def test_keys_of_an_abandoned_pull_do_not_count(
    database: Database, pages: type[Pages]
) -> None:
    """A row met only by a pull that was given up is missing in the next whole one."""
    pages.pages = [range(6), range(6, 12)]
    await pull_pages(database)
    pages.stop_after = 1
    with pytest.raises(RuntimeError):
        await pull_pages(database)
    pages.stop_after = None
    pages.pages = [range(1, 6), range(6, 12)]
    config = marked(
        Path("."),
        path=None,
        kind="rest",
        rest={"url": "https://example.invalid"},
        deletions={"absent": True},
    )
    # The unfinished pull was a full one, so it goes on; what it met before counts for it.
    await pull_source(database, config, OPTIONS)
    assert await tombstones(database) == set()
    await pull_source(database, config, OPTIONS)
    assert await tombstones(database) == {"L-0"}
