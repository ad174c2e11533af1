"""The tiles of the boards, in the order shown, with titles in both languages."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import datetime
from decimal import Decimal
from typing import Final

from asyncpg import Record

NATIONAL: Final = "NATIONAL"
REGION: Final = "REGION"
INDUSTRY: Final = "INDUSTRY"
CENTER: Final = "CENTER"
SCOPES: Final = (NATIONAL, REGION, INDUSTRY, CENTER)


@dataclass(frozen=True, slots=True)
class Tile:
    """A figure of a board. A title with {} names the period the figure is of."""

    code: str
    zh: str
    en: str
    unit: str

    def title(self, period: str) -> str:
        """Return the title: Chinese line, English line."""
        return f"{self.zh.format(period)}\n{self.en.format(period)}"


TILES: Final = (
    Tile("CENTERS", "平台（中心）", "Platforms and centres", "COUNT"),
    Tile("CENTERS_RECOGNISED", "已认定的平台（中心）", "Recognised platforms and centres", "COUNT"),
    Tile("ACTIVE_LISTINGS", "挂牌中的项目", "Active listings", "COUNT"),
    Tile("OPEN_DEMANDS", "征集中的需求", "Open demands", "COUNT"),
    Tile("OPEN_LICENCES", "有效的开放许可", "Open licences in force", "COUNT"),
    Tile("DEALS", "累计成交项目", "Deals so far", "COUNT"),
    Tile("DEAL_AMOUNT_CNY", "累计成交金额", "Amount of deals so far", "CNY"),
    Tile("PLEDGES", "累计质押登记", "Pledges registered so far", "COUNT"),
    Tile("FINANCED_AMOUNT_CNY", "累计投融资金额", "Financing granted so far", "CNY"),
    Tile("PUBLISHED_PRODUCTS", "已发布的服务产品", "Published service products", "COUNT"),
    Tile("INTENSIVE_PRODUCTS", "专利密集型产品", "Patent-intensive products", "COUNT"),
    Tile("RESIDENT_INSTITUTIONS", "入驻机构", "Resident institutions", "COUNT"),
    Tile("PATENTS_IN_FORCE", "有效专利", "Patents in force", "COUNT"),
    Tile("REPORTED_DEALS", "报送成交项目（{}）", "Deals reported ({})", "COUNT"),
    Tile("REPORTED_DEAL_AMOUNT_CNY", "报送成交金额（{}）", "Amount of deals reported ({})", "CNY"),
    Tile("REPORTED_PLEDGE_AMOUNT_CNY", "报送质押金额（{}）", "Pledges reported ({})", "CNY"),
    Tile("ACTIVITY", "活跃度", "Activity score", "SCORE"),
)
TILE: Final[Mapping[str, Tile]] = {tile.code: tile for tile in TILES}
_ORDER: Final = {tile.code: position for position, tile in enumerate(TILES)}

REPORTED: Final[Mapping[str, str]] = {
    "TRADE_DEAL_COUNT": "REPORTED_DEALS",
    "TRADE_DEAL_AMOUNT_CNY": "REPORTED_DEAL_AMOUNT_CNY",
    "PLEDGE_AMOUNT_CNY": "REPORTED_PLEDGE_AMOUNT_CNY",
}
"""Indicator → tile of its total in the last quarter that has one."""


@dataclass(frozen=True, slots=True)
class TileRow:
    """A tile as made by the worker."""

    tile: str
    value: Decimal
    period_label: str
    change_rate: Decimal | None
    updated_at: datetime


def tile_row(record: Record) -> TileRow:
    return TileRow(*(record[each.name] for each in fields(TileRow)))


def in_order(rows: tuple[TileRow, ...]) -> list[TileRow]:
    """Return the tiles as they are shown; one that the program has no longer is left out."""
    known = [row for row in rows if row.tile in _ORDER]
    return sorted(known, key=lambda row: _ORDER[row.tile])
