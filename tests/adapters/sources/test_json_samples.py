"""The JSON samples of DOMAIN §4.4, each with a source file of its centre."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from adapters.config import SourceConfig, read_source
from adapters.feed import load_feeds
from adapters.mapping import Mapper
from adapters.model import MappedRow
from adapters.source import PullRequest
from adapters.sources import open_source
from adapters.sync import pull_source
from resolvers.database.pool import Database
from resolvers.values import shipped_lists
from tests.adapters.harness import OPTIONS, TODAY, demo_source
from tests.adapters.net.server import Center, answer, serving

OPEN_LICENCE = {
    "statementNo": "KF2023123456",
    "patentNo": "ZL201629000004.1",
    "patentName": "一种激光焊接封装方法",
    "patentee": [{"name": "示例甲智能装备有限公司", "uscc": "91440305MA9T00018E"}],
    "feeMode": "固定费用",
    "feeStandard": "5",
    "feeUnit": "万元",
    "termFrom": "2023-06-01",
    "termTo": "2026-05-31",
    "feeBasis": "参照同类专利许可费率",
    "evaluationReport": True,
    "contact": {"name": "联系人", "phone": "000-00000000"},
    "announcedOn": "2023.06.20",
}
PLEDGE = {
    "regNo": "Y2023989000002",
    "patents": ["ZL201629000004.1"],
    "pledgor": "示例甲智能装备有限公司",
    "pledgee": "示例银行股份有限公司",
    "securedAmount": 500,
    "unit": "万元",
    "debtTerm": "2023.06.01-2025.06.01",
    "registeredOn": "20230601",
    "consentOpenLicence": "是",
    "status": "生效",
}
LISTING = {
    "projectNo": "FT-2023-0004",
    "title": "一种碳化硅用冷却方法",
    "ipType": "发明专利",
    "patentNo": ["201719000013.X"],
    "seller": "示例理工大学",
    "price": -1,
    "priceUnit": "万元",
    "mode": "转让",
    "method": "协议",
    "industry": "P8341",
    "area": "110108",
    "from": "2023-03-02",
    "to": "2023-05-31",
    "shelfStatus": 1,
}

OPEN_LICENCE_SOURCE = """
code: open-licences
name: 开放许可声明
center: FT-110000-01
kind: rest
feed: OPEN_LICENCE
fields:
  licensors: patentee[].name
  licensorUscc: patentee[].uscc
  # The unit stands in a key of its own.
  fee: join('', [to_string(feeStandard), feeUnit || ''])
  contact: join(' ', [contact.name || '', contact.phone || ''])
rest:
  url: {url}/list
"""
PLEDGE_SOURCE = """
code: pledges
name: 质押登记
center: FT-110000-01
kind: rest
feed: PLEDGE
fields:
  applicationNumber: patents
  securedAmount: securedAmount && join('', [to_string(securedAmount), unit || ''])
deletions: {{field: status, values: [注销, 撤销]}}
rest:
  url: {url}/list
  each: patents
"""
LISTING_SOURCE = """
code: listings
name: 挂牌项目
center: FT-110000-01
kind: rest
feed: LISTING
precedence: PLATFORM
constants: {{platform: FT-110000-01}}
fields:
  # −1 means negotiable; any other number is in the unit that stands beside it.
  price: price == `-1` && '面议' || price && join('', [to_string(price), priceUnit || ''])
  tradingMethod: method
  deal: mode
  listedFrom: from
  listedTo: to
deletions: {{field: shelfStatus, values: ['0']}}
rest:
  url: {url}/list
  paging: {{kind: page, param: page, total: data.total}}
"""


def config_of(text: str, url: str, folder: Path) -> SourceConfig:
    path = folder / "source.yaml"
    path.write_text(text.format(url=url), encoding="utf-8")
    return read_source(path)


async def mapped(text: str, document: Any, folder: Path) -> list[MappedRow]:
    """Return the rows a source file makes of an answer."""
    async with serving(Center(list=lambda _: answer(document))) as url:
        config = config_of(text, url, folder)
        opened = open_source(config)
        found: list[MappedRow] = []
        async for batch in opened.batches(PullRequest()):
            feed = load_feeds()[config.feed]
            table = batch.table(feed.aliases(config.columns))
            mapper = Mapper(
                feed,
                table.header,
                constants=config.constants,
                today=TODAY,
                lists=shipped_lists(),
                deletions=config.deletions,
            )
            found += map(mapper.map, table.records())
            batch.close()
        await opened.close()
    return found


def envelope(*records: Any) -> Any:
    data = {"total": len(records), "records": list(records)}
    return {"code": 200, "message": "ok", "data": data}


def amount(row: MappedRow, field: str) -> tuple[str, Decimal | None]:
    return row.values[field].kind, row.values[field].amount


async def test_open_licence(tmp_path: Path) -> None:
    [row] = await mapped(OPEN_LICENCE_SOURCE, [OPEN_LICENCE], tmp_path)
    assert row.findings == ()
    values = dict(row.values)
    assert amount(row, "fee") == ("FIXED", Decimal("50000.00"))
    assert values.pop("fee").original == "5万元"
    assert values.pop("applicationNumber").canonical == "CN2016290000041"
    assert values == {
        "statementNumber": "KF2023123456",
        "title": "一种激光焊接封装方法",
        "licensors": ("示例甲智能装备有限公司",),
        "licensorUscc": ("91440305MA9T00018E",),
        "feeMode": "FIXED",
        "termFrom": date(2023, 6, 1),
        "termTo": date(2026, 5, 31),
        "feeBasis": "参照同类专利许可费率",
        "evaluationReportFiled": "YES",
        "contact": "联系人 000-00000000",
        "effectiveOn": date(2023, 6, 20),
    }


async def test_several_patentees(tmp_path: Path) -> None:
    two = [*OPEN_LICENCE["patentee"], {"name": "示例乙大学", "uscc": None}]  # type: ignore[misc]
    [row] = await mapped(OPEN_LICENCE_SOURCE, [OPEN_LICENCE | {"patentee": two}], tmp_path)
    assert row.values["licensors"] == ("示例甲智能装备有限公司", "示例乙大学")
    assert row.values["licensorUscc"] == ("91440305MA9T00018E",)


async def test_pledge(tmp_path: Path) -> None:
    several = PLEDGE | {
        "regNo": "Y2023989000003",
        "patents": ["201719000013.X", "ZL201629000004.1"],
    }
    rows = await mapped(PLEDGE_SOURCE, [PLEDGE, several], tmp_path)
    assert [row.findings for row in rows] == [(), (), ()]
    assert [row.key for row in rows] == [
        ("Y2023989000002", "CN2016290000041"),
        ("Y2023989000003", "CN201719000013X"),
        ("Y2023989000003", "CN2016290000041"),
    ]
    values = dict(rows[0].values)
    assert amount(rows[0], "securedAmount") == ("FIXED", Decimal("5000000.00"))
    assert {
        name: values[name] for name in values if name not in ("applicationNumber", "securedAmount")
    } == {
        "registrationNumber": "Y2023989000002",
        "pledgors": ("示例甲智能装备有限公司",),
        "pledgees": ("示例银行股份有限公司",),
        "termFrom": date(2023, 6, 1),
        "termTo": date(2025, 6, 1),
        "registeredOn": date(2023, 6, 1),
        "consentOpenLicence": "YES",
    }
    [gone] = await mapped(PLEDGE_SOURCE, [PLEDGE | {"status": "注销"}], tmp_path)
    assert gone.deleted


@pytest.mark.parametrize(
    ("price", "unit", "kind", "value"),
    [
        (-1, "万元", "NEGOTIABLE", None),
        (-1.0, None, "NEGOTIABLE", None),
        (12.5, "万元", "FIXED", "125000.00"),
        (12, "元", "FIXED", "12.00"),
        (12, None, "FIXED", "12.00"),
        ("30", "万元", "FIXED", "300000.00"),
        (0, "万元", "FREE", "0.00"),
    ],
)
async def test_listing(
    price: Any, unit: str | None, kind: str, value: str | None, tmp_path: Path
) -> None:
    listing = LISTING | {"price": price, "priceUnit": unit}
    [row] = await mapped(LISTING_SOURCE, envelope(listing), tmp_path)
    assert row.findings == ()
    assert amount(row, "price") == (kind, None if value is None else Decimal(value))
    values = {name: row.values[name] for name in row.values if name != "price"}
    assert [number.canonical for number in values.pop("applicationNumber")] == ["CN201719000013X"]
    assert values == {
        "platform": "FT-110000-01",
        "number": "FT-2023-0004",
        "title": "一种碳化硅用冷却方法",
        "ipKind": "INVENTION",
        "seller": "示例理工大学",
        "tradingMethod": "AGREEMENT",
        "deal": "TRANSFER",
        "industry": "P8341",
        "region": "110108",
        "listedFrom": date(2023, 3, 2),
        "listedTo": date(2023, 5, 31),
    }


async def test_listing_without_a_price_and_off_the_shelf(tmp_path: Path) -> None:
    none, bad, off = (
        LISTING | change for change in ({"price": None}, {"price": -5}, {"shelfStatus": 0})
    )
    rows = await mapped(LISTING_SOURCE, envelope(none, bad, off), tmp_path)
    assert "price" not in rows[0].values
    assert [found.code for found in rows[1].findings] == ["MONEY_NEGATIVE"]
    assert [row.deleted for row in rows] == [False, False, True]


async def test_samples_are_stored(database: Database, tmp_path: Path) -> None:
    await pull_source(database, demo_source("registry-patents"), OPTIONS)
    await pull_source(database, demo_source("registry-centers"), OPTIONS)
    documents = {
        PLEDGE_SOURCE: [PLEDGE],
        LISTING_SOURCE: envelope(LISTING),
        OPEN_LICENCE_SOURCE: [OPEN_LICENCE],
    }
    for text, document in documents.items():
        async with serving(Center(list=lambda _, d=document: answer(d))) as url:  # type: ignore[misc]
            report = await pull_source(database, config_of(text, url, tmp_path), OPTIONS)
        assert report.problem is None
        assert (report.total().accepted, report.total().rejected) == (1, 0), report.batches
    listing = await database.fetchrow("test.listing", "select * from trading.listing")
    assert listing is not None
    assert listing["price_kind"] == "NEGOTIABLE"
