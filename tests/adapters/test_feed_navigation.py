"""Feed NAVIGATION: rules, whose report it is, and what the platform itself writes."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

from adapters.store.undo import undo_batch
from resolvers.database.pool import Database
from resolvers.tools import sql
from tests.adapters.feeding import CHIPS, feed, read, world
from tests.adapters.test_rules import codes

NAME = "NAVIGATION"
ROW: dict[str, Any] = {
    "平台编码": "FU-110000-01",
    "报告编号": "DH-1",
    "报告名称": "示例产业专利导航",
    "导航类型": "产业规划",
    "委托单位": "示例委托单位",
    "完成单位": "示例丁半导体有限公司",
    "产业领域": "C39",
    "区域代码": "3202",
    "IPC分类号": "H01L；H04W 8/26",
    "完成日期": "2023年5月20日",
    "分析专利数": "17,837件",
}
STORED = """
select report_number, title, kind, completed_by_uscc, region_code, patents_analysed, openness,
  platform_code, array(select symbol from tools.navigation_ipc as i
                       where i.report_number = r.report_number order by ordinal) as classes
from tools.navigation_report as r order by report_number
"""


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({}, []),
        ({"导航类型": "R_AND_D"}, []),
        ({"导航类型": "产业规划类专利导航"}, []),
        ({"导航类型": "其他"}, ["NAVIGATION_KIND_UNKNOWN"]),
        ({"报告编号": ""}, ["FIELD_REQUIRED"]),
        ({"完成日期": "2026-02-01"}, ["DATE_FUTURE"]),
        ({"完成日期": "2023-05"}, ["DATE_PARTIAL"]),
        ({"分析专利数": "-3"}, ["COUNT_FORMAT"]),
        ({"分析专利数": "1.5"}, ["COUNT_FORMAT"]),
        ({"分析专利数": "多"}, ["NUMBER_FORMAT"]),
        ({"产业领域": "Z1"}, ["INDUSTRY_FORMAT"]),
        ({"IPC分类号": "H01L；Z99"}, ["IPC_FORMAT"]),
        ({"公开程度": "依申请公开"}, []),
        ({"公开程度": "看情况"}, ["OPENNESS_UNKNOWN"]),
        ({"平台编码": "FU-1"}, ["PLATFORM_CODE"]),
    ],
)
def test_rows(change: dict[str, Any], expected: list[str]) -> None:
    found = [code for code in codes(NAME, ROW | change) if code != "W_PARTY_UNRESOLVED"]
    assert found == expected


async def test_what_is_stored(database: Database, tmp_path: Path) -> None:
    """The maker is known by name; without a platform in the row it is the source's centre."""
    await world(database)
    row = {name: value for name, value in ROW.items() if name != "平台编码"}
    fed = await feed(database, tmp_path, NAME, [row], center="FU-110000-01")
    assert (fed.counts.changed, fed.codes) == (1, {})
    expected = (
        *("DH-1", ROW["报告名称"], "INDUSTRY_PLANNING", CHIPS, "320200", 17_837, "CONDITIONAL"),
        *("FU-110000-01", ["H01L", "H04W8/26"]),
    )
    assert await read(database, STORED) == [expected]
    assert (await feed(database, tmp_path, NAME, [row], center="FU-110000-01")).counts.changed == 0
    touched = "select entity_type, entity_key from hub.change"
    assert await read(database, touched) == [("NavigationReport", "DH-1")]
    unknown = await feed(
        database, tmp_path, NAME, [row | {"完成单位": "某所"}], file="b.json", center="FU-110000-01"
    )
    assert unknown.codes == {"W_PARTY_UNRESOLVED": 1}


async def test_a_report_of_another_platform(database: Database, tmp_path: Path) -> None:
    await world(database)
    await feed(database, tmp_path, NAME, [ROW])
    foreign = ROW | {"平台编码": "FT-110000-01", "报告名称": "改名"}
    refused = await feed(database, tmp_path, NAME, [foreign], file="b.json", code="ft")
    assert refused.codes == {"REPORT_OF_ANOTHER": 1}
    assert [row[1] for row in await read(database, STORED)] == [ROW["报告名称"]]
    own = await feed(
        *(database, tmp_path, NAME, [ROW]), file="c.json", code="ft",
        own_rows_only=True, constants={"platform": "FT-110000-01"},
    )  # fmt: skip
    assert own.codes == {"ROW_NOT_OWN": 1}


async def test_what_was_recorded_in_the_hub_stands(database: Database, tmp_path: Path) -> None:
    """`recordNavigationReport` is the platform's later word; counters are not the feed's."""
    await world(database)
    await feed(database, tmp_path, NAME, [ROW])
    written = await database.fetchval(
        "test.record", f"with w as ({sql.WRITE_NAVIGATION}) select count(*) from w",
        *("DH-1", "新名称", "R_AND_D", None, None, None, None),
        *(date(2023, 5, 20), 5, "OPEN", 7, 8, 9, "FU-110000-01", datetime.now(UTC)),
    )  # fmt: skip
    assert written == 1
    changed = ROW | {"报告名称": "旧名称", "委托单位": "另一单位"}
    fed = await feed(database, tmp_path, NAME, [changed], file="b.json")
    assert fed.counts.conflicts > 0
    row = "select title, kind, commissioned_by, views from tools.navigation_report"
    # what the hub left out is filled, what it says stands
    assert await read(database, row) == [("新名称", "R_AND_D", "另一单位", 7)]


async def test_it_is_rolled_back(database: Database, tmp_path: Path) -> None:
    await world(database)
    fed = await feed(database, tmp_path, NAME, [ROW, ROW | {"报告编号": "DH-2"}])
    await feed(database, tmp_path, NAME, [ROW | {"报告名称": "甲"}], file="b.json", code="own")
    assert fed.batch_id is not None
    async with database.transaction() as transaction:
        undone = await undo_batch(transaction, fed.batch_id)
    assert (undone.removed, undone.kept) == (1, 1)
    assert [row[0] for row in await read(database, STORED)] == ["DH-1"]
