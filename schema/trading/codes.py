"""Types of `trading` that name codes: it adds counts to Region and Industry."""

from __future__ import annotations

import strawberry
from strawberry import field
from strawberry.federation.schema_directives import Key
from strawberry.federation.types import FieldSet

from schema.common import descriptions
from schema.common.context import Info
from schema.common.descriptions import zh_en
from schema.common.fields import loaded
from schema.common.scalars import IndustryCode, IpcSymbol, RegionCode


@strawberry.federation.type(keys=["code"], description=descriptions.REGION)
class Region:
    code: RegionCode = field(description=descriptions.REGION_CODE)

    @loaded(
        description=zh_en(
            "该地（含下级）挂牌中的项目数", "Listings with status LISTED here and below"
        )
    )
    async def active_listing_count(self, info: Info) -> int:
        return await info.context.loaders.trading.listings_in_region.load(self.code)

    @loaded(
        description=zh_en(
            "申请人在该地（含下级）的专利的有效开放许可声明数",
            "Statements in force for patents whose applicant is here or below",
        )
    )
    async def open_licence_count(self, info: Info) -> int:
        return await info.context.loaders.trading.open_licences_in_region.load(self.code)


@strawberry.federation.type(keys=["code"], description=descriptions.INDUSTRY)
class Industry:
    code: IndustryCode = field(description=descriptions.INDUSTRY_CODE)

    @loaded(
        description=zh_en(
            "该行业（含下级）挂牌中的项目数", "Listings with status LISTED in it and below"
        )
    )
    async def active_listing_count(self, info: Info) -> int:
        return await info.context.loaders.trading.listings_in_industry.load(self.code)

    @loaded(description=zh_en("该行业（含下级）征集中的需求数", "Open demands in it and below"))
    async def open_demand_count(self, info: Info) -> int:
        return await info.context.loaders.trading.demands_in_industry.load(self.code)


@strawberry.federation.type(
    keys=[Key(fields=FieldSet("symbol"), resolvable=False)], description=descriptions.IPC_CLASS
)
class IpcClass:
    symbol: IpcSymbol = field(description=descriptions.IPC_SYMBOL)


def region_of(code: str | None) -> Region | None:
    """Return the reference to a region, or None."""
    return Region(code=RegionCode(code)) if code else None


def industry_of(code: str | None) -> Industry | None:
    """Return the reference to an industry, or None."""
    return Industry(code=IndustryCode(code)) if code else None
