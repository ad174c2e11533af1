"""Subscriptions of `finance`."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from typing import Annotated

import strawberry

from resolvers.conditions import region_range
from resolvers.hub.events import Event
from schema.common.context import Info
from schema.common.descriptions import zh_en
from schema.common.scalars import RegionCode
from schema.common.subscriptions import listen, subscription
from schema.finance.types import PledgeRegistration


@strawberry.type(description=zh_en("订阅", "Subscriptions"))
class Subscription:
    @subscription(
        description=zh_en(
            "新登记的质押，或已登记质押新增专利",
            "Pledges as they are registered, or come to include another patent",
        )
    )
    async def pledge_registered(
        self,
        info: Info,
        region: Annotated[
            RegionCode | None,
            strawberry.argument(
                description=zh_en(
                    "专利申请人或出质人所在地区（含下级）",
                    "Region of a patent's applicant or a pledgor, with those below",
                )
            ),
        ] = None,
    ) -> AsyncGenerator[PledgeRegistration, None]:
        async for event in listen(
            info, "finance.pledge_registered", wanted=lambda event: _is_in(event, region)
        ):
            row = await info.context.loaders.finance.pledges.load(event.key)
            if row is not None:
                yield PledgeRegistration.from_row(row)


def _is_in(event: Event, region: str | None) -> bool:
    if region is None:
        return True
    low, high = region_range(region)
    return any(low <= code < high for code in event.payload.get("regions", ()))
