"""What trading adds to an organisation."""

from __future__ import annotations

import strawberry
from strawberry import field

from schema.common import descriptions
from schema.common.context import Info
from schema.common.descriptions import zh_en
from schema.common.fields import loaded
from schema.common.scalars import USCC
from schema.common.sizes import sized
from schema.trading.access import sight
from schema.trading.arguments import StatusArgument
from schema.trading.demands import Demand
from schema.trading.listings import Listing
from schema.trading.statements import OpenLicenceStatement


@strawberry.federation.type(keys=["uscc"], description=descriptions.ORGANIZATION)
class Organization:
    uscc: USCC = field(description=descriptions.USCC)

    @loaded(
        description=zh_en(
            "作为转让方的挂牌项目（由新到旧，最多 1000 条）",
            "Listings it sells, newest first, at most 1000",
        ),
        directives=sized(10),
    )
    async def listings(self, info: Info, status: StatusArgument = None) -> list[Listing]:
        rows = await info.context.loaders.trading.listings_of_seller.load(
            (status.value if status else None, sight(info)), self.uscc
        )
        return [Listing.from_row(row) for row in rows]

    @loaded(
        description=zh_en("发布的需求（最多 1000 条）", "Demands it published, at most 1000"),
        directives=sized(5),
    )
    async def demands(self, info: Info) -> list[Demand]:
        rows = await info.context.loaders.trading.demands_of_organization.load(self.uscc)
        return [Demand.from_row(row) for row in rows]

    @loaded(
        description=zh_en(
            "作为许可人的开放许可声明（由新到旧，最多 1000 条）",
            "Open-licence statements it is a licensor of, latest first, at most 1000",
        ),
        directives=sized(10),
    )
    async def open_licences(self, info: Info) -> list[OpenLicenceStatement]:
        rows = await info.context.loaders.trading.open_licences_of_licensor.load(self.uscc)
        seen = sight(info)
        return [OpenLicenceStatement.from_row(row) for row in rows if seen.of_statement(row)]
