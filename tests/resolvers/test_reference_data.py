"""The shipped reference data: whole, consistent, equal to the official lists, and loadable."""

from __future__ import annotations

import csv
import itertools
from collections import Counter
from pathlib import Path

import pytest

from resolvers.database.pool import Database
from resolvers.reference.files import ReferenceFileError
from resolvers.reference.known import read_lists
from resolvers.reference.load import load_reference
from resolvers.reference.shipped import SHIPPED, read_shipped
from resolvers.values import parse_ipc, parse_region, shipped_lists
from tests.support.shared import SHARED, needs_shared

OFFICIAL = SHARED / "data" / "reference"

# Names that we write otherwise than the official file, with the reason.
INDUSTRY_NAMES_EXPLAINED = {
    "R905": "文化体育娱乐活动与经纪代理服务; the other file has another word order",
}


def official(name: str) -> list[dict[str, str]]:
    with (OFFICIAL / name).open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def test_the_data_is_small() -> None:
    assert sum(path.stat().st_size for path in SHIPPED.iterdir()) < 1_500_000


@pytest.mark.parametrize("path", sorted(SHIPPED.glob("*.csv")), ids=lambda path: path.name)
def test_files_are_plain_and_named_with_their_source(path: Path) -> None:
    content = path.read_bytes()
    assert b"\r" not in content
    assert not content.startswith(b"\xef\xbb\xbf")
    assert content.endswith(b"\n")
    assert f"`{path.name}`" in (SHIPPED / "SOURCES.md").read_text(encoding="utf-8")


class TestRegions:
    def test_counts(self) -> None:
        rows = list(read_shipped("regions.csv"))
        active = Counter(row["level"] for row in rows if row["status"] == "ACTIVE")
        assert active == {"0": 1, "1": 34, "2": 333, "3": 2846}

    def test_successors_and_parents_exist(self) -> None:
        regions = shipped_lists().regions
        for periods in regions.values():
            for region in periods:
                assert set(region.successors) <= set(regions), region
                assert region.parent_code is None or region.parent_code in regions, region
                assert (region.valid_to is None) == (region.status == "ACTIVE"), region

    def test_periods_of_one_code_do_not_overlap(self) -> None:
        for periods in shipped_lists().regions.values():
            for earlier, later in itertools.pairwise(periods):
                assert earlier.valid_to is not None
                assert earlier.valid_from < earlier.valid_to <= later.valid_from

    def test_nearly_every_retired_code_has_a_successor(self) -> None:
        lost = {
            region.code
            for periods in shipped_lists().regions.values()
            for region in periods
            if region.status == "RETIRED" and not region.successors
        }
        # 永红区 of Jiamusi was split among its neighbours; no edition says how.
        assert lost == {"230802"}

    @needs_shared
    def test_every_active_code_of_the_official_list_is_here_with_its_names(self) -> None:
        ours = {
            code: (periods[-1].name, periods[-1].full_name, periods[-1].level)
            for code, periods in shipped_lists().regions.items()
            if periods[-1].status == "ACTIVE" and code != "000000"
        }
        theirs = {
            row["code"]: (row["name"], row["full_name"], int(row["level"]))
            for row in official("regions_gbt2260.csv")
            if row["status"] == "ACTIVE"
        }
        assert ours == theirs

    @needs_shared
    def test_codes_retired_since_2002_end_within_two_years_of_the_official_list(self) -> None:
        ends: dict[str, list[int]] = {}
        for row in official("regions_gbt2260.csv"):
            if row["valid_to"]:
                ends.setdefault(row["code"], []).append(int(row["valid_to"]))
        far = [
            region.code
            for periods in shipped_lists().regions.values()
            for region in periods
            if region.valid_to is not None
            and min((abs(end - region.valid_to) for end in ends.get(region.code, [])), default=99)
            > 2
        ]
        # Renumberings inside one edition that the official list does not have, and codes used
        # twice; fewer than one in twenty.
        assert len(far) <= 28, far


class TestIndustries:
    def test_levels_and_parents(self) -> None:
        industries = shipped_lists().industries
        for industry in industries.values():
            expected = {1: 1, 3: 2, 4: 3, 5: 4}[len(industry.code)]
            assert industry.level == expected
            if industry.level == 1:
                assert industry.parent_code is None
            else:
                assert industry.parent_code in industries
                parent = {2: 1, 3: 3, 4: 4}[industry.level]
                assert industry.parent_code == industry.code[:parent]

    @needs_shared
    def test_equal_to_the_official_list(self) -> None:
        theirs = {row["code"]: row["name"] for row in official("industry_gbt4754_2017.csv")}
        ours = {industry.code: industry.name for industry in shipped_lists().industries.values()}
        assert set(ours) == set(theirs)
        differing = {code for code in ours if ours[code] != theirs[code]}
        assert differing == set(INDUSTRY_NAMES_EXPLAINED)


class TestIpc:
    def test_every_symbol_is_canonical_and_has_its_parent(self) -> None:
        rows = {row["canonical"]: row for row in read_shipped("ipc.csv")}
        for symbol, row in rows.items():
            value = parse_ipc(symbol).value
            assert value is not None
            assert (value.canonical, value.level) == (symbol, row["level"])
            assert row["title_en"]
            if row["level"] == "SECTION":
                assert row["parent"] == ""
            else:
                assert row["parent"] in rows

    @needs_shared
    def test_sections_classes_and_subclasses_equal_the_official_list(self) -> None:
        theirs = {
            row["canonical"]
            for row in official("ipc_2022.01_titles_en.csv")
            if row["level"] in ("SECTION", "CLASS", "SUBCLASS")
        }
        ours = {
            row["canonical"]
            for row in read_shipped("ipc.csv")
            if row["level"] in ("SECTION", "CLASS", "SUBCLASS")
        }
        assert ours - {"H10", "H10K"} == theirs  # new in edition 2023.01, used by the demo


@needs_shared
def test_offices_equal_the_official_list() -> None:
    theirs = {row["code"]: row["kind"] for row in official("wipo_st3_codes.csv")}
    ours = {row["code"]: row["kind"] for row in read_shipped("offices.csv")}
    assert ours == theirs
    assert all(row["name_zh"] for row in read_shipped("offices.csv"))


async def test_loading_twice_changes_nothing(database: Database) -> None:
    first = await load_reference(database)
    assert {item.name: item.rows for item in first}["regions"] == 3771
    assert all(item.inserted >= item.rows and not item.skipped for item in first)
    second = await load_reference(database)
    assert all(item.skipped for item in second)
    await database.execute("test.forget", "update reference.dataset set checksum = ''")
    third = await load_reference(database)
    assert [(item.inserted, item.updated, item.deleted) for item in third] == [(0, 0, 0)] * 5


async def test_a_damaged_table_is_mended(database: Database) -> None:
    await load_reference(database)
    await database.execute(
        "test.damage",
        "with gone as (delete from reference.office where code = 'DE'), "
        "odd as (update reference.office set name_en = '?' where code = 'FR') "
        "insert into reference.office values ('QQ', 'Nowhere', null, 'PROVISIONAL')",
    )
    await database.execute("test.forget", "update reference.dataset set checksum = ''")
    offices = {item.name: item for item in await load_reference(database)}["offices"]
    assert (offices.inserted, offices.updated, offices.deleted) == (1, 1, 1)


async def test_lists_of_the_database_check_like_the_shipped_ones(database: Database) -> None:
    await load_reference(database)
    assert await read_lists(database) == shipped_lists()


@needs_shared
async def test_official_lists_replace_the_shipped_ones_and_stay(database: Database) -> None:
    await load_reference(database)
    loaded = {item.name: item for item in await load_reference(database, OFFICIAL)}
    assert loaded["regions"].rows == 6824
    assert loaded["ipc"].rows == 8331  # 552 headings stand under the symbol of their first group
    assert loaded["industries"].rows == 1971
    title = await database.fetchval(
        "test.title", "select title_zh from reference.ipc_class where symbol = 'H04'"
    )
    assert title is not None  # official lists have no Chinese titles, ours are kept
    again = await load_reference(database)
    assert all(item.skipped for item in again)
    assert {item.name: item.rows for item in again}["regions"] == 6824
    lists = await read_lists(database)
    assert parse_region("330103", lists=lists).codes == ("W_REGION_RETIRED",)


HEADER = "code,name_en,name_zh,kind\n"


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (HEADER + "DE,Germany,德国,COUNTRY\n", "line 2, column kind: is 'COUNTRY'"),
        (HEADER + "DE,Germany,德国\n", "line 2: has 3 cells, the header has 4"),
        (HEADER + "de,Germany,,STATE_OR_ENTITY\n", "line 2, column code: is 'de'"),
        (HEADER + "DE,,,STATE_OR_ENTITY\n", "line 2, column name_en: is empty"),
        (
            HEADER + "DE,Germany,,STATE_OR_ENTITY\nDE,Germany,,STATE_OR_ENTITY\n",
            "line 3, column code: 'DE' was already on line 2",
        ),
        ("code,name_en,kind\n", "line 1, column name_zh: the header lacks name_zh"),
        (HEADER, "has no rows"),
        (HEADER + 'DE,"Germany,,STATE_OR_ENTITY\n', "is not well-formed CSV"),
    ],
)
async def test_a_wrong_file_is_refused_with_its_place(
    module_database: Database, tmp_path: Path, content: str, expected: str
) -> None:
    (tmp_path / "offices.csv").write_text(content, encoding="utf-8")
    with pytest.raises(ReferenceFileError) as raised:
        await load_reference(module_database, tmp_path)
    assert expected in str(raised.value)
    assert "offices.csv" in str(raised.value)
    count = "select count(*) from reference.office"
    assert await module_database.fetchval("test.count", count) == 0


async def test_other_encodings_and_missing_files_are_refused(
    module_database: Database, tmp_path: Path
) -> None:
    with pytest.raises(ReferenceFileError, match="none of the expected files"):
        await load_reference(module_database, tmp_path)
    with pytest.raises(ReferenceFileError, match="not a directory"):
        await load_reference(module_database, tmp_path / "missing")
    (tmp_path / "offices.csv").write_bytes(
        (HEADER + "DE,G,德国,STATE_OR_ENTITY\n").encode("gb18030")
    )
    with pytest.raises(ReferenceFileError, match="line 2: is not UTF-8"):
        await load_reference(module_database, tmp_path)
    (tmp_path / "wipo_st3.csv").write_text(HEADER, encoding="utf-8")
    with pytest.raises(ReferenceFileError, match="several files"):
        await load_reference(module_database, tmp_path)
