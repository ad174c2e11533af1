"""Subscriptions of `trading`."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Iterable
from typing import Annotated, Any

import strawberry

from resolvers.conditions import code_range, ipc_range, region_range
from resolvers.hub.events import Event
from resolvers.trading.commands.listings import CHANGED
from resolvers.trading.commands.open_licences import ANNOUNCED
from schema.common import descriptions
from schema.common.context import Info
from schema.common.descriptions import zh_en
from schema.common.entities import id_text, uuid_key
from schema.common.scalars import IndustryCode, IpcSymbol, RegionCode
from schema.common.subscriptions import listen, subscription
from schema.trading.access import sight
from schema.trading.listings import Listing
from schema.trading.statements import OpenLicenceStatement

InIndustry = Annotated[
    IndustryCode | None,
    strawberry.argument(description=zh_en("行业（含下级）", "Industry, with those below")),
]


@strawberry.type(description=zh_en("订阅", "Subscriptions"))
class Subscription:
    @subscription(
        description=zh_en(
            "状态有变的挂牌项目（您可见的）", "Listings whose status changed, as far as you may see"
        )
    )
    async def listing_changed(
        self,
        info: Info,
        platform: Annotated[
            strawberry.ID | None, strawberry.argument(description=descriptions.CENTER_CODE)
        ] = None,
        industry: InIndustry = None,
        region: Annotated[
            RegionCode | None,
            strawberry.argument(description=zh_en("地区（含下级）", "Region, with those below")),
        ] = None,
    ) -> AsyncGenerator[Listing, None]:
        code = id_text(platform) if platform is not None else None

        def wanted(event: Event) -> bool:
            payload = event.payload
            return (
                (code is None or payload.get("platform") == code)
                and (industry is None or _within(code_range(industry), payload.get("industry")))
                and (region is None or _within(region_range(region), payload.get("region")))
            )

        async for event in listen(info, CHANGED, wanted=wanted):
            loader = info.context.loaders.trading.listings
            row = await loader.load(sight(info), uuid_key(event.key))
            if row is not None:
                yield Listing.from_row(row)

    @subscription(
        description=zh_en("新公告的开放许可声明", "Open-licence statements as they are announced")
    )
    async def open_licence_announced(
        self,
        info: Info,
        ipc_prefix: Annotated[
            IpcSymbol | None,
            strawberry.argument(
                description=zh_en("专利的 IPC 分类（含下级）", "IPC class of the patent")
            ),
        ] = None,
        industry: InIndustry = None,
    ) -> AsyncGenerator[OpenLicenceStatement, None]:
        def wanted(event: Event) -> bool:
            payload = event.payload
            return (ipc_prefix is None or _any(ipc_range(ipc_prefix), payload.get("ipc"))) and (
                industry is None or _any(code_range(industry), payload.get("industries"))
            )

        async for event in listen(info, ANNOUNCED, wanted=wanted):
            row = await info.context.loaders.trading.open_licences.load(event.key)
            if row is not None and sight(info).of_statement(row):
                yield OpenLicenceStatement.from_row(row)


def _within(bounds: tuple[str, str], code: Any) -> bool:
    return isinstance(code, str) and bounds[0] <= code < bounds[1]


def _any(bounds: tuple[str, str], codes: Any) -> bool:
    """Whether one of the codes is within; a publisher may give a single one as a text."""
    given: Iterable[Any] = [codes] if isinstance(codes, str) else codes or ()
    return any(_within(bounds, code) for code in given)
