"""Subscriptions of `catalog`."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from typing import Annotated
from uuid import UUID

import strawberry

from resolvers.catalog.rules.reach import reaches_industry, reaches_region
from resolvers.hub.events import Event
from schema.catalog.types import OfKind, ServiceProduct, sight_of
from schema.common.context import Info
from schema.common.descriptions import zh_en
from schema.common.scalars import IndustryCode, RegionCode
from schema.common.subscriptions import listen, subscription


@strawberry.type(description=zh_en("订阅", "Subscriptions"))
class Subscription:
    @subscription(
        description=zh_en(
            "服务产品发布（含恢复）；地区、行业包括其上级、下级",
            "A product is published, or back on the market; regions and industries include those "
            "above and below",
        )
    )
    async def service_product_published(
        self,
        info: Info,
        kind: OfKind = None,
        industry: Annotated[
            IndustryCode | None, strawberry.argument(description=zh_en("行业", "Industry"))
        ] = None,
        region: Annotated[
            RegionCode | None, strawberry.argument(description=zh_en("地区", "Region"))
        ] = None,
    ) -> AsyncGenerator[ServiceProduct, None]:
        def wanted(event: Event) -> bool:
            told = event.payload
            return (
                (kind is None or told["kind"] == kind.value)
                and (industry is None or reaches_industry(told["industries"], industry))
                and (region is None or reaches_region(told["regions"], region))
            )

        async for event in listen(info, "catalog.product_published", wanted=wanted):
            row = await info.context.loaders.catalog.products.load(UUID(event.key))
            if row is not None and sight_of(info).of_product(row):
                yield ServiceProduct.from_row(row)
