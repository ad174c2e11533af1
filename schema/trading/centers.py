"""What trading adds to a platform or centre."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Annotated, Final

import strawberry
from strawberry import field

from schema.common import descriptions
from schema.common.context import Info
from schema.common.descriptions import zh_en
from schema.common.errors import input_error
from schema.common.fields import computed, loaded
from schema.common.pages import page_size
from schema.common.sizes import sliced
from schema.trading.access import sight
from schema.trading.arguments import StatusArgument
from schema.trading.listings import Listing

MOST_LISTINGS: Final = 100
PeriodStart = Annotated[
    date | None,
    strawberry.argument(name="from", description=zh_en("签约日自", "Signed on or after")),
]
PeriodEnd = Annotated[
    date | None, strawberry.argument(description=zh_en("签约日至", "Signed on or before"))
]


@strawberry.federation.type(keys=["code"], description=descriptions.OPERATION_CENTER)
class OperationCenter:
    code: strawberry.ID = field(description=descriptions.CENTER_CODE)

    @computed(
        description=zh_en("挂牌项目（由新到旧）", "Its listings, newest first"),
        directives=sliced(20),
    )
    async def listings(
        self,
        info: Info,
        status: StatusArgument = None,
        first: Annotated[int | None, strawberry.argument(description=descriptions.FIRST)] = 20,
    ) -> list[Listing]:
        size = page_size(first, 20)
        if not 1 <= size <= MOST_LISTINGS:
            raise input_error(
                f"first 应在 1 与 {MOST_LISTINGS} 之间", f"first is from 1 to {MOST_LISTINGS}"
            )
        await info.context.refresh_list("LISTING", self.code)
        rows = await info.context.loaders.trading.listings_of_center.load(
            (status.value if status else None, size, sight(info)), self.code
        )
        return [Listing.from_row(row) for row in rows]

    @loaded(description=zh_en("挂牌中的项目数", "Number of listings with status LISTED"))
    async def active_listing_count(self, info: Info) -> int:
        return await info.context.loaders.trading.listing_count_of_center.load(self.code)

    @loaded(description=zh_en("成交数", "Number of deals"))
    async def deal_count(self, info: Info, from_: PeriodStart = None, to: PeriodEnd = None) -> int:
        totals = info.context.loaders.trading.deal_totals_of_center
        return (await totals.load((from_, to), self.code)).deals

    @loaded(
        description=zh_en(
            "成交金额（元，仅计人民币固定金额）", "Sum of fixed prices of deals in CNY"
        )
    )
    async def deal_amount_cny(
        self, info: Info, from_: PeriodStart = None, to: PeriodEnd = None
    ) -> Decimal:
        totals = info.context.loaders.trading.deal_totals_of_center
        return (await totals.load((from_, to), self.code)).amount_cny

    @loaded(
        description=zh_en(
            "排查拦截率：拦截次数占排查次数；未排查过为空",
            "Share of screenings that blocked; null when there were none",
        )
    )
    async def screening_block_rate(self, info: Info) -> float | None:
        return await info.context.loaders.trading.block_rate_of_center.load(self.code)
