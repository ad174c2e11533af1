"""Feed INTENSIVE_PRODUCT: rules, numbers, statuses and who may change what."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from adapters.model import BatchStatus
from adapters.store.undo import undo_batch
from resolvers.database.pool import Database
from resolvers.identity import Caller, Role
from schema.serving import SubgraphServer
from tests.adapters.feeding import CHIPS, MACHINES, events, feed, history, read, world
from tests.adapters.harness import TODAY
from tests.adapters.test_rules import codes

NAME = "INTENSIVE_PRODUCT"
ROW: dict[str, Any] = {
    "产品名称": "示例产品",
    "企业名称": "示例丁半导体有限公司",
    "统一社会信用代码": CHIPS,
    "国民经济行业小类代码": "C3973",
    "主要专利号": "201919000007.3",
    "统计年度": "2022",
    "产品销售收入（万元）": "48370",
    "销售收入占比（%）": "35",
    "备案状态": "已备案",
}
CNIPA = Caller("cnipa", Role.CNIPA_ADMIN)
REVOKE = """mutation ($n: ID!) {
  advanceIntensiveProduct(filingNumber: $n, to: REVOKED, comment: "查实") { errors { code } } }"""
STORED = """
select filing_number, status, revenue_cny::text, revenue_share, submitted_by, filer_is_holder
from tools.intensive_product order by filing_number
"""


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({}, []),
        ({"销售收入占比（%）": "48%"}, []),
        ({"销售收入占比（%）": "100.5"}, ["SHARE_RANGE"]),
        ({"销售收入占比（%）": "-1"}, ["SHARE_RANGE"]),
        ({"销售收入占比（%）": "三成"}, ["NUMBER_FORMAT"]),
        ({"销售收入占比（%）": "-"}, []),
        ({"产品销售收入（万元）": "-"}, ["PRODUCT_REVENUE_MISSING"]),
        ({"产品销售收入（万元）": ""}, ["PRODUCT_REVENUE_MISSING"]),
        ({"产品销售收入（万元）": "0"}, []),
        ({"产品销售收入（万元）": "面议"}, ["PRODUCT_REVENUE_FORM"]),
        ({"产品销售收入（万元）": "10-20"}, ["PRODUCT_REVENUE_FORM"]),
        ({"产品销售收入（万元）": "12万美元"}, ["PRODUCT_REVENUE_FORM"]),
        ({"产品销售收入（万元）": "-5"}, ["MONEY_NEGATIVE"]),
        ({"统计年度": "2027"}, ["YEAR_RANGE"]),
        ({"统计年度": "1999"}, ["YEAR_RANGE"]),
        ({"统计年度": "2025年度"}, []),
        ({"统计年度": 2022.0}, []),
        ({"统计年度": "去年"}, ["YEAR_FORMAT"]),
        ({"国民经济行业小类代码": "C397"}, ["PRODUCT_INDUSTRY_CLASS"]),
        ({"国民经济行业小类代码": "C39"}, ["PRODUCT_INDUSTRY_CLASS"]),
        ({"国民经济行业小类代码": "3973"}, ["W_INDUSTRY_SECTION_ADDED"]),
        ({"国民经济行业小类代码": "C3979"}, []),
        ({"国民经济行业小类代码": "A3973"}, ["INDUSTRY_SECTION_MISMATCH"]),
        ({"主要专利号": "201919000007.3；201919000007.3"}, []),
        ({"主要专利号": "201919000007.3；201919000007.4"}, ["APPNO_CHECK"]),
        ({"主要专利号": ""}, ["FIELD_REQUIRED"]),
        ({"备案状态": "待定"}, ["PRODUCT_STATUS_UNKNOWN"]),
        ({"统一社会信用代码": CHIPS[:-1] + "A"}, ["USCC_CHECK"]),
        ({"认定日期": "2023-05-01"}, ["PRODUCT_DATES"]),
        ({"备案状态": "已认定", "认定日期": "2023-05-01", "备案日期": "2023-02-01"}, []),
        (
            {"备案状态": "已认定", "认定日期": "2023-05-01", "备案日期": "2023-06-01"},
            ["DATE_ORDER"],
        ),
        ({"备案状态": "已认定", "认定日期": "2026-05-01"}, ["DATE_FUTURE"]),
    ],
)
def test_rows(change: dict[str, Any], expected: list[str]) -> None:
    assert codes(NAME, ROW | change) == expected


async def test_a_number_is_given_and_kept(database: Database, tmp_path: Path) -> None:
    """Without a filing number product, filer and year are the key; a number may come later."""
    await world(database)
    first = await feed(database, tmp_path, NAME, [ROW, ROW | {"统计年度": "2021"}])
    assert first.counts.changed == 2
    assert first.codes == {"W_PATENT_UNKNOWN": 2}
    stored = await read(database, STORED)
    assert [row[1:] for row in stored] == [("FILED", "483700000.00", 0.35, None, False)] * 2
    assert {row[0][:7] for row in stored} == {"PIP2026"}

    again = await feed(database, tmp_path, NAME, [ROW], file="b.json", code="other")
    assert again.counts.changed == 0

    named = ROW | {"备案号": "ZL-2022-7", "备案状态": "公示"}
    later = await feed(database, tmp_path, NAME, [named], file="c.json")
    assert later.counts.changed == 1
    numbers = "select filing_number, source_record_id, status from tools.intensive_product"
    found = await read(database, f"{numbers} where year = 2022")
    assert found == [(stored[0][0] if found[0][0] == stored[0][0] else stored[1][0],
                      "ZL-2022-7", "PUBLIC_NOTICE")]  # fmt: skip
    more = await feed(
        database, tmp_path, NAME, [named | {"产品销售收入（万元）": "50000"}], file="d.json"
    )
    assert more.counts.changed == 1
    assert len(await read(database, numbers)) == 2


async def test_a_row_with_a_number_of_its_own(database: Database, tmp_path: Path) -> None:
    await world(database)
    rows = [ROW | {"备案号": "A-1"}, ROW | {"备案号": "A-2", "产品名称": "另一产品"}]
    await feed(database, tmp_path, NAME, rows)
    # one product of a year is filed once: another number for it is the sources' contradiction
    twice = await feed(database, tmp_path, NAME, [ROW | {"备案号": "A-3"}], file="b.json")
    assert twice.codes == {"W_PATENT_UNKNOWN": 1, "STORE_REFUSED": 1}
    stored = await read(database, STORED)
    assert [row[0] for row in stored] == ["A-1", "A-2"]


async def test_what_the_hub_decided_stands(database: Database, tmp_path: Path) -> None:
    await world(database)
    recognised = ROW | {"备案号": "A-1", "备案状态": "已认定", "认定日期": "2023-05-01"}
    await feed(database, tmp_path, NAME, [recognised])
    assert await history(database, "tools", "product") == [(None, "RECOGNISED", "source:测试来源")]
    answer = await SubgraphServer(database, today=lambda: TODAY).answer(
        "tools", CNIPA, REVOKE, {"n": "A-1"}
    )
    assert answer["data"]["advanceIntensiveProduct"] == {"errors": []}

    said = await feed(
        database, tmp_path, NAME, [recognised | {"产品销售收入（万元）": "1"}], file="b.json"
    )
    assert (said.counts.changed, said.counts.conflicts) == (1, 1)
    stored = await read(database, STORED)
    # the revenue is the platform's to correct, the status is not
    assert [row[:3] for row in stored] == [("A-1", "REVOKED", "10000.00")]
    # nor does the product come back under a number of the hub
    unnumbered = {name: value for name, value in recognised.items() if name != "备案号"}
    await feed(database, tmp_path, NAME, [unnumbered], file="c.json", full=True)
    assert [row[:2] for row in await read(database, STORED)] == [("A-1", "REVOKED")]
    losing = "select field, winning_source, losing_value ->> 0 from reporting.conflict"
    assert await read(database, losing) == [("standing", "hub", "RECOGNISED")]


async def test_a_term_that_is_over(database: Database, tmp_path: Path) -> None:
    await world(database)
    row = ROW | {"备案状态": "已认定", "认定日期": "2021-05-01", "有效期至": "2024-04-30"}
    await feed(database, tmp_path, NAME, [row])
    assert [found[1] for found in await read(database, STORED)] == ["EXPIRED"]


async def test_precedence(database: Database, tmp_path: Path) -> None:
    """A centre hands in, the platform that recognises prevails; the loser is kept."""
    await world(database)
    by_centre: dict[str, Any] = {"center": "RC-320000-01", "precedence": "CENTER", "code": "rc"}
    await feed(database, tmp_path, NAME, [ROW], **by_centre)
    platform = ROW | {"产品销售收入（万元）": "48000", "备案状态": "公示"}
    told = await feed(database, tmp_path, NAME, [platform], file="b.json")
    assert (told.counts.changed, told.counts.conflicts) == (1, 2)
    [stored] = await read(database, STORED)
    assert stored[1:5] == ("PUBLIC_NOTICE", "480000000.00", 0.35, "RC-320000-01")
    lost = await feed(
        database, tmp_path, NAME, [ROW | {"产品销售收入（万元）": "2"}], file="c.json", **by_centre
    )
    assert (lost.counts.changed, lost.counts.conflicts) == (0, 2)

    other: dict[str, Any] = {"center": "RC-370000-01", "precedence": "CENTER", "code": "rc2"}
    refused = await feed(database, tmp_path, NAME, [ROW], file="d.json", **other)
    assert refused.codes == {"W_PATENT_UNKNOWN": 1, "FILING_OF_ANOTHER": 1}


async def test_it_is_rolled_back(database: Database, tmp_path: Path) -> None:
    await world(database)
    rows = [ROW | {"备案号": "A-1"}, ROW | {"备案号": "A-2", "统一社会信用代码": MACHINES}]
    fed = await feed(database, tmp_path, NAME, [each | {"备案状态": "已认定"} for each in rows])
    assert fed.status is BatchStatus.LOADED
    assert fed.codes["W_ORGANIZATION_NAME"] == 1
    server = SubgraphServer(database, today=lambda: TODAY)
    await server.answer("tools", CNIPA, REVOKE, {"n": "A-2"})
    assert fed.batch_id is not None
    async with database.transaction() as transaction:
        undone = await undo_batch(transaction, fed.batch_id)
    assert (undone.removed, undone.kept) == (1, 1)
    assert [row[:2] for row in await read(database, STORED)] == [("A-2", "REVOKED")]
    assert await events(database, "tools.product_changed") == []  # no mutation tells of filings
