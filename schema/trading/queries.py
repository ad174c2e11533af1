"""Queries of `trading`."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated

import strawberry
from strawberry import field

from resolvers.trading.lists import (
    ListingFilterRow,
    OpenLicenceFilterRow,
    list_demands,
    list_listings,
    list_open_licences,
)
from resolvers.trading.records import demand_row, listing_row, open_licence_row
from schema.common import descriptions
from schema.common.context import Info
from schema.common.descriptions import zh_en
from schema.common.entities import id_text, uuid_key
from schema.common.errors import input_error
from schema.common.fields import computed, loaded
from schema.common.pages import connect, page_size
from schema.common.scalars import USCC, IndustryCode, IpcSymbol, RegionCode
from schema.common.sizes import SEARCH, dear, paged, sized
from schema.common.texts import search_text
from schema.trading.access import sight
from schema.trading.arguments import least_score
from schema.trading.demands import Demand, DemandConnection, SupplyDemandMatch
from schema.trading.enums import (
    DealKind,
    DemandStatus,
    ListingOrder,
    ListingStatus,
    OpenLicenceFeeMode,
    OpenLicenceOrder,
    OpenLicenceStatus,
)
from schema.trading.licences import LicenceRecord
from schema.trading.listings import Listing, ListingConnection
from schema.trading.statements import OpenLicenceConnection, OpenLicenceStatement

First = Annotated[int | None, strawberry.argument(description=descriptions.FIRST)]
After = Annotated[str | None, strawberry.argument(description=descriptions.AFTER)]


@strawberry.input(
    description=zh_en(
        "挂牌项目筛选；所有条件同时满足，行业、地区、分类包括其下级",
        "Filter of listings; all given conditions hold, industries, regions and classes include "
        "those below",
    )
)
class ListingFilter:
    status: ListingStatus | None = field(default=None, description=zh_en("状态", "Status"))
    platform: strawberry.ID | None = field(default=None, description=descriptions.CENTER_CODE)
    deal: DealKind | None = field(
        default=None, description=zh_en("交易方式（标的）", "What is traded")
    )
    industry: IndustryCode | None = field(
        default=None, description=zh_en("行业（含下级）", "Industry, with those below")
    )
    region: RegionCode | None = field(
        default=None, description=zh_en("地区（含下级）", "Region, with those below")
    )
    ipc_prefix: IpcSymbol | None = field(
        default=None,
        description=zh_en("所含专利的 IPC 分类（含下级）", "IPC class of a patent in it"),
    )
    price_min_cny: Decimal | None = field(
        default=None, description=zh_en("价格不低于（元）", "Price in CNY at least")
    )
    price_max_cny: Decimal | None = field(
        default=None, description=zh_en("价格不高于（元）", "Price in CNY at most")
    )
    text: str | None = field(
        default=None,
        description=zh_en("项目名称中包含的文字", "Text the title contains"),
        directives=dear(SEARCH),
    )

    order_by: ListingOrder | None = field(
        default=None, description=zh_en("次序，默认 NEWEST", "Order; NEWEST by default")
    )

    def to_row(self) -> ListingFilterRow:
        return ListingFilterRow(
            self.status.value if self.status else None,
            id_text(self.platform) if self.platform is not None else None,
            self.deal.value if self.deal else None,
            self.industry,
            self.region,
            self.ipc_prefix,
            self.price_min_cny,
            self.price_max_cny,
            search_text(self.text),
            self.order_by.value if self.order_by else "NEWEST",
        )


@strawberry.input(
    description=zh_en(
        "开放许可声明筛选；所有条件同时满足，分类、地区包括其下级",
        "Filter of open-licence statements; all given conditions hold, classes and regions include "
        "those below",
    )
)
class OpenLicenceFilter:
    status: OpenLicenceStatus | None = field(default=None, description=zh_en("状态", "Status"))
    fee_mode: OpenLicenceFeeMode | None = field(
        default=None, description=zh_en("支付方式", "How the fee is paid")
    )
    max_fixed_fee_cny: Decimal | None = field(
        default=None,
        description=zh_en(
            "固定费用不高于（元），含免费", "Fixed fee in CNY at most, free ones included"
        ),
    )
    ipc_prefix: IpcSymbol | None = field(
        default=None, description=zh_en("专利的 IPC 分类（含下级）", "IPC class of the patent")
    )
    holder_uscc: USCC | None = field(
        default=None, description=zh_en("许可人的统一社会信用代码", "Code of a licensor")
    )
    region: RegionCode | None = field(
        default=None,
        description=zh_en("专利申请人所在地区（含下级）", "Region of the patent's applicant"),
    )

    order_by: OpenLicenceOrder | None = field(
        default=None, description=zh_en("次序，默认 NEWEST", "Order; NEWEST by default")
    )

    def to_row(self) -> OpenLicenceFilterRow:
        return OpenLicenceFilterRow(
            self.status.value if self.status else None,
            self.fee_mode.value if self.fee_mode else None,
            self.max_fixed_fee_cny,
            self.ipc_prefix,
            self.holder_uscc,
            self.region,
            self.order_by.value if self.order_by else "NEWEST",
        )


@strawberry.type(description=zh_en("查询", "Queries"))
class Query:
    @loaded(description=zh_en("按标识查询挂牌项目", "One listing by its id"))
    async def listing(
        self,
        info: Info,
        id: Annotated[strawberry.ID, strawberry.argument(description=zh_en("标识", "Id"))],
    ) -> Listing | None:
        row = await info.context.loaders.trading.listings.load(sight(info), uuid_key(id))
        return Listing.from_row(row) if row else None

    @computed(
        description=zh_en("挂牌项目列表（由新到旧）", "Listings, newest first"),
        directives=paged(20),
    )
    async def listings(
        self,
        info: Info,
        filter: Annotated[
            ListingFilter | None, strawberry.argument(description=zh_en("筛选", "Filter"))
        ] = None,
        first: First = 20,
        after: After = None,
    ) -> ListingConnection:
        wanted = filter.to_row() if filter else ListingFilterRow()
        await info.context.refresh_list("LISTING", wanted.platform)
        return connect(
            list_listings(wanted, sight(info)),
            info.context.loaders.queries,
            page_size(first, 20),
            after,
            lambda record: Listing.from_row(listing_row(record)),
            ListingConnection,
        )

    @loaded(description=zh_en("按编号查询开放许可声明", "One statement by its number"))
    async def open_licence(
        self,
        info: Info,
        statement_number: Annotated[
            strawberry.ID,
            strawberry.argument(description=zh_en("声明编号", "Number of the statement")),
        ],
    ) -> OpenLicenceStatement | None:
        row = await info.context.loaders.trading.open_licences.load(id_text(statement_number))
        if row is None or not sight(info).of_statement(row):
            return None
        return OpenLicenceStatement.from_row(row)

    @computed(
        description=zh_en("开放许可声明列表（起始日由近到远）", "Statements, latest term first"),
        directives=paged(20),
    )
    def open_licences(
        self,
        info: Info,
        filter: Annotated[
            OpenLicenceFilter | None, strawberry.argument(description=zh_en("筛选", "Filter"))
        ] = None,
        first: First = 20,
        after: After = None,
    ) -> OpenLicenceConnection:
        return connect(
            list_open_licences(filter.to_row() if filter else OpenLicenceFilterRow(), sight(info)),
            info.context.loaders.queries,
            page_size(first, 20),
            after,
            lambda record: OpenLicenceStatement.from_row(open_licence_row(record)),
            OpenLicenceConnection,
        )

    @loaded(description=zh_en("按备案号查询许可合同备案", "One recorded licence by its number"))
    async def licence_record(
        self,
        info: Info,
        record_number: Annotated[
            strawberry.ID,
            strawberry.argument(description=zh_en("合同备案号", "Number of the recordal")),
        ],
    ) -> LicenceRecord | None:
        row = await info.context.loaders.trading.licences.load(id_text(record_number))
        return LicenceRecord.from_row(row, info.context.today) if row else None

    @computed(
        description=zh_en("需求列表（有效期由远到近）", "Demands, the longest valid first"),
        directives=paged(20),
    )
    def demands(
        self,
        info: Info,
        status: Annotated[
            DemandStatus | None, strawberry.argument(description=zh_en("状态", "Status"))
        ] = None,
        industry: Annotated[
            IndustryCode | None,
            strawberry.argument(description=zh_en("行业（含下级）", "Industry, with those below")),
        ] = None,
        first: First = 20,
        after: After = None,
    ) -> DemandConnection:
        return connect(
            list_demands(status.value if status else None, industry),
            info.context.loaders.queries,
            page_size(first, 20),
            after,
            lambda record: Demand.from_row(demand_row(record)),
            DemandConnection,
        )

    @computed(
        description=zh_en(
            "某挂牌项目或需求的匹配（得分由高到低，最多 200 项；同分时挂牌新者在前）",
            "Matches of a listing or a demand, best first, at most 200; of equal scores the newer "
            "listing first",
        ),
        directives=sized(50),
    )
    async def matches(
        self,
        info: Info,
        listing_id: Annotated[
            strawberry.ID | None,
            strawberry.argument(description=zh_en("挂牌项目的标识", "Id of the listing")),
        ] = None,
        demand_id: Annotated[
            strawberry.ID | None,
            strawberry.argument(description=zh_en("需求的标识", "Id of the demand")),
        ] = None,
        min_score: Annotated[
            float | None,
            strawberry.argument(description=zh_en("最低得分（0–1）", "Least score, from 0 to 1")),
        ] = 0.5,
    ) -> list[SupplyDemandMatch]:
        least = least_score(min_score, 0.5)
        loaders = info.context.loaders.trading
        if listing_id is None and demand_id is None:
            raise input_error("请指明挂牌项目或需求", "Name a listing or a demand")
        if listing_id is None:
            rows = await loaders.matches_of_demand.load(least, uuid_key(demand_id))
        elif demand_id is None:
            rows = await loaders.matches_of_listing.load(least, uuid_key(listing_id))
        else:
            rows = await loaders.match_of_pair(uuid_key(listing_id), uuid_key(demand_id), least)
        return [SupplyDemandMatch.from_row(row) for row in rows]
