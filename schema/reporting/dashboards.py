"""Boards: tiles the worker made, read as they are (DOMAIN §2.10)."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

import strawberry
from strawberry import field

from resolvers.reporting.dashboard.tiles import TILE, TileRow, in_order
from schema.common import scalars
from schema.common.context import SubgraphContext
from schema.common.descriptions import zh_en
from schema.common.entities import id_text
from schema.common.errors import input_error
from schema.reporting.access import require_center_board
from schema.reporting.enums import DashboardScope, IndicatorUnit

_CODES = {
    DashboardScope.REGION: scalars.region_code,
    DashboardScope.INDUSTRY: scalars.industry_code,
    DashboardScope.CENTER: id_text,
}


@strawberry.type(description=zh_en("看板上的一个数字", "A figure of a board"))
class DashboardTile:
    code: str = field(description=zh_en("代码", "Code"))
    title: str = field(description=zh_en("名称（中文在前，英文在后）", "Title, Chinese first"))
    value: Decimal = field(description=zh_en("数值", "The value"))
    unit: IndicatorUnit = field(description=zh_en("单位", "Unit"))
    change_rate: Decimal | None = field(
        description=zh_en(
            "增长率，小数：报送数与上一季度比（报送平台数相同时），其余与 30 日前比；不可比时为空",
            "Growth as a fraction: reported figures against the quarter before where as many "
            "centres reported, others against 30 days ago; null where nothing can be compared",
        )
    )
    updated_at: datetime = field(
        description=zh_en("数值最近变更或确认的时间", "When it last changed or was confirmed")
    )

    @classmethod
    def from_row(cls, row: TileRow) -> DashboardTile:
        tile = TILE[row.tile]
        return cls(
            code=tile.code,
            title=tile.title(row.period_label),
            value=row.value,
            unit=IndicatorUnit(tile.unit),
            change_rate=row.change_rate,
            updated_at=row.updated_at,
        )


async def board_code(context: SubgraphContext, scope: DashboardScope, code: str | None) -> str:
    """Return the code a board is kept under; the whole country's is empty.

    Raises:
        CodedError: BAD_USER_INPUT for a missing or needless code, BAD_IDENTIFIER for a wrong one,
            UNAUTHENTICATED or FORBIDDEN for a centre's board that is not the caller's to see.
    """
    if scope is DashboardScope.NATIONAL:
        if code is not None:
            raise input_error("全国看板没有 code", "The national board takes no code")
        return ""
    if code is None:
        raise input_error("请给出 code", "This board needs a code")
    canonical = _CODES[scope](code)
    if scope is DashboardScope.CENTER:
        await require_center_board(context, canonical)
    return canonical


async def read_board(
    context: SubgraphContext, scope: DashboardScope, code: str
) -> list[DashboardTile]:
    """Return the tiles of a board in their order; none where the worker made none."""
    rows = await context.loaders.reporting.reports.tiles.load(scope.value, code)
    return [DashboardTile.from_row(row) for row in in_order(rows)]
