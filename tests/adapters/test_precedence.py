"""Whose value stands: class first, then date; the loser becomes a conflict."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from adapters.model import SourceClass
from adapters.precedence import Origin, StoredRow, merge
from adapters.store.transfers import holders_after
from adapters.sync import PullOptions, pull_source
from resolvers.database.pool import Database
from tests.adapters.harness import OPTIONS, dump, source, write

EARLY, LATE = date(2020, 1, 1), date(2021, 1, 1)


def origin(confidence: str, system: str = "甲", day: date | None = EARLY) -> Origin:
    return Origin(SourceClass(confidence), system, None, day)


@pytest.mark.parametrize(
    ("new", "old", "wins"),
    [
        (origin("REGISTRY", "乙"), origin("CENTER", day=LATE), True),
        (origin("CENTER", "乙", LATE), origin("REGISTRY"), False),
        (origin("PLATFORM", "乙", LATE), origin("PLATFORM"), True),
        (origin("PLATFORM", "乙"), origin("PLATFORM", day=LATE), False),
        (origin("PLATFORM", "乙"), origin("PLATFORM"), False),
        (origin("PLATFORM"), origin("PLATFORM"), True),
        (origin("DERIVED", "乙", LATE), origin("CENTER"), False),
        (origin("CENTER", "乙"), origin("CENTER", day=None), True),
    ],
)
def test_who_wins(new: Origin, old: Origin, wins: bool) -> None:
    merged = merge(StoredRow({"title": "旧"}, old), {"title": "新"}, new)
    assert merged.row.values["title"] == ("新" if wins else "旧")
    same_source = new.source_system == old.source_system
    assert len(merged.conflicts) == (0 if same_source else 1)
    if not same_source:
        conflict = merged.conflicts[0]
        assert (conflict.winning, conflict.losing) == ((new, old) if wins else (old, new))
        assert conflict.losing_value == ("旧" if wins else "新")


def test_precedence_is_decided_field_by_field() -> None:
    stored = StoredRow({"title": "甲", "region": None}, origin("REGISTRY"))
    center = origin("CENTER", "乙", LATE)
    merged = merge(stored, {"title": "乙", "region": "440305"}, center)
    assert merged.row.values == {"title": "甲", "region": "440305"}
    assert merged.row.origin_of("title") == origin("REGISTRY")
    assert merged.row.origin_of("region") == center
    platform = origin("PLATFORM", "丙")
    again = merge(merged.row, {"region": "110108"}, platform)
    assert again.row.values["region"] == "110108"
    assert again.row.origin_of("title") == origin("REGISTRY")


def test_an_equal_value_changes_nothing_unless_better_vouched_for() -> None:
    stored = StoredRow({"title": "甲"}, origin("CENTER"))
    assert not merge(stored, {"title": "甲"}, origin("CENTER", "乙")).is_changed
    better = merge(stored, {"title": "甲"}, origin("REGISTRY", "乙"))
    assert better.is_changed
    assert better.changed == frozenset()
    assert better.row.origin == origin("REGISTRY", "乙")


def test_history_is_no_conflict_but_a_weaker_later_word_is() -> None:
    stored = StoredRow({"holders": ("甲",)}, origin("REGISTRY"))
    later = merge(
        stored, {"holders": ("乙",)}, origin("REGISTRY", "乙", LATE), historic={"holders"}
    )
    assert later.row.values["holders"] == ("乙",)
    assert later.conflicts == ()
    weaker = merge(stored, {"holders": ("丙",)}, origin("CENTER", "丙", LATE), historic={"holders"})
    assert weaker.row.values["holders"] == ("甲",)
    assert len(weaker.conflicts) == 1


A, B, C = ("甲", "甲", None), ("乙", "乙", None), ("丙", "丙", None)


@pytest.mark.parametrize(
    ("holders", "leaving", "coming", "after"),
    [
        ([A], [A], [B], (B,)),
        ([A, C], [A], [B], (C, B)),
        ([B], [A], [B], None),
        ([C], [A], [B], (B,)),
        ([A, B], [A, B], [B], (B,)),
        ([A], [A], [A, B], (A, B)),
    ],
)
def test_holders_after_a_transfer(holders, leaving, coming, after) -> None:  # type: ignore[no-untyped-def]
    assert holders_after(holders, leaving, coming) == after


HEADER = "申请号,公开(公告)号,标题,申请人,申请日,公开(公告)日\n"
ROW = "CN202029000001.4,CN209900000U,{title},{party},2020-03-05,{published}\n"


async def load(database: Database, folder: Path, code: str, precedence: str, **values: str) -> None:
    row = ROW.format(**{"title": "装置", "party": "示例甲", "published": "2021-10-10"} | values)
    path = write(folder, f"{code}.csv", HEADER + row)
    config = source(code=code, name=code, path=str(path), precedence=precedence)
    report = await pull_source(database, config, OPTIONS)
    assert not report.failed, report


async def title(database: Database) -> str:
    return str(await database.fetchval("test.title", "select title from patents.patent"))


async def test_losing_values_are_kept(database: Database, tmp_path: Path) -> None:
    await load(database, tmp_path, "registry", "REGISTRY", title="登记簿的标题")
    await load(database, tmp_path, "center", "CENTER", title="中心的标题", published="2022-01-01")
    assert await title(database) == "登记簿的标题"
    conflicts = await database.fetch(
        "test.conflicts", "select * from reporting.conflict where field = 'title'"
    )
    assert [
        (row["entity_key"], row["winning_value"], row["losing_value"], row["losing_source"])
        for row in conflicts
    ] == [("CN2020290000014", "登记簿的标题", "中心的标题", "center")]


async def test_the_order_of_arrival_does_not_matter(database: Database, tmp_path: Path) -> None:
    await load(database, tmp_path, "center", "CENTER", title="中心的标题")
    await load(database, tmp_path, "registry", "REGISTRY", title="登记簿的标题")
    assert await title(database) == "登记簿的标题"
    row = await database.fetchrow(
        "test.provenance", "select source_system, confidence from patents.patent"
    )
    assert tuple(row or ()) == ("registry", "REGISTRY")
    losers = await database.fetch(
        "test.losers", "select losing_source, losing_value from reporting.conflict"
    )
    assert [tuple(loser) for loser in losers] == [("center", "中心的标题")]


async def test_a_source_corrects_itself_without_conflict(
    database: Database, tmp_path: Path
) -> None:
    await load(database, tmp_path, "center", "CENTER", title="错字")
    await load(database, tmp_path, "center", "CENTER", title="改正")
    assert await title(database) == "改正"
    assert await database.fetchval("test.none", "select count(*) from reporting.conflict") == 0


async def test_pulling_both_again_in_full_changes_nothing(
    database: Database, tmp_path: Path
) -> None:
    await load(database, tmp_path, "registry", "REGISTRY", title="登记簿的标题")
    await load(database, tmp_path, "center", "CENTER", title="中心的标题")
    before = await dump(database)
    full = PullOptions(full=True, today=OPTIONS.today)
    for code, precedence in (("center", "CENTER"), ("registry", "REGISTRY")):
        path = str(tmp_path / f"{code}.csv")
        config = source(code=code, name=code, path=path, precedence=precedence)
        report = await pull_source(database, config, full)
        assert report.total().changed == 0
    after = await dump(database)
    for table in before:
        if table not in ("reporting.ingest_batch", "reporting.source_checkpoint"):
            assert after[table] == before[table], table
