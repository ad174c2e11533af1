"""Concluded deals."""

from __future__ import annotations

from datetime import date

import strawberry
from strawberry import field

from resolvers.trading.rows import DealRow
from schema.common.context import Info
from schema.common.descriptions import zh_en
from schema.common.fields import computed, loaded
from schema.common.sizes import sized
from schema.common.values import Money
from schema.common.withheld import money_or_withheld
from schema.trading.access import require_deal_price, sight
from schema.trading.demands import Demand
from schema.trading.enums import DealKind
from schema.trading.listings import Listing
from schema.trading.references import (
    LazyCenter,
    LazyOrganization,
    LazyPatent,
    Party,
    center_of,
    organization_of,
    patents_of,
)


@strawberry.federation.type(keys=["id"], description=zh_en("成交", "A concluded deal"))
class Deal:
    row: strawberry.Private[DealRow]
    id: strawberry.ID = field(description=zh_en("标识", "Id"))
    kind: DealKind = field(description=zh_en("交易方式（标的）", "What was traded"))
    seller: Party = field(description=zh_en("转让方或许可方", "Seller"))
    buyer: Party = field(description=zh_en("受让方或被许可方", "Buyer"))
    signed_on: date = field(description=zh_en("签约日", "Date of signature"))

    @classmethod
    def from_row(cls, row: DealRow) -> Deal:
        return cls(
            row=row,
            id=strawberry.ID(str(row.id)),
            kind=DealKind(row.kind),
            seller=Party.from_row(row.seller),
            buyer=Party.from_row(row.buyer),
            signed_on=row.signed_on,
        )

    @computed(
        description=zh_en(
            "成交价格；有条件开放，无授权时各金额为空",
            "Price; conditional data, its figures are null without a grant",
        )
    )
    async def price(self, info: Info) -> Money:
        return await money_or_withheld(self.row.price, require_deal_price(info, self.row))

    @loaded(description=zh_en("来自哪一挂牌", "The listing it came from"))
    async def listing(self, info: Info) -> Listing | None:
        if self.row.listing_id is None:
            return None
        row = await info.context.loaders.trading.listings.load(sight(info), self.row.listing_id)
        return Listing.from_row(row) if row else None

    @loaded(description=zh_en("来自哪一需求", "The demand it came from"))
    async def demand(self, info: Info) -> Demand | None:
        if self.row.demand_id is None:
            return None
        row = await info.context.loaders.trading.demands.load(self.row.demand_id)
        return Demand.from_row(row) if row else None

    @computed(description=zh_en("成交的平台", "The platform"))
    def platform(self, info: Info) -> LazyCenter:
        return center_of(info, self.row.platform_code)

    @loaded(description=zh_en("所涉专利", "The patents concerned"), directives=sized(3))
    async def patents(self, info: Info) -> list[LazyPatent]:
        numbers = await info.context.loaders.trading.patents_of_deal.load(self.row.id)
        return patents_of(info, numbers)

    @computed(description=zh_en("撮合机构", "Who brokered it"))
    def brokered_by(self, info: Info) -> LazyOrganization | None:
        return organization_of(info, self.row.broker_uscc)
