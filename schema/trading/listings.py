"""Listings and how they were screened."""

from __future__ import annotations

from datetime import date, datetime

import strawberry
from strawberry import field

from resolvers.identity import Subject
from resolvers.trading.rows import FindingRow, ListingRow, ScreeningRow
from resolvers.trading.workflows.listing import LISTINGS
from schema.common import descriptions
from schema.common.context import Info
from schema.common.descriptions import zh_en
from schema.common.fields import computed, loaded
from schema.common.pages import Connection
from schema.common.provenance import note_read
from schema.common.sizes import sized
from schema.common.values import Money, Provenance
from schema.trading.access import sees_screenings, sight
from schema.trading.arguments import MinScoreArgument, least_score
from schema.trading.codes import Industry, Region, industry_of, region_of
from schema.trading.enums import (
    DealKind,
    ListingAction,
    ListingStatus,
    ScreeningOutcome,
    ScreeningRule,
    TradingMethod,
)
from schema.trading.references import (
    LazyCenter,
    LazyMatch,
    LazyPatent,
    Party,
    center_of,
    match_of,
    patent_of,
    patents_of,
)


@strawberry.federation.type(
    keys=["id"], description=zh_en("交易标的（挂牌项目）", "An object of trade: a listing")
)
class Listing:
    row: strawberry.Private[ListingRow]
    id: strawberry.ID = field(description=zh_en("标识", "Id"))
    number: str = field(
        description=zh_en("项目编号（由平台给出）", "Number given by the platform, unique there")
    )
    title: str = field(description=zh_en("项目名称", "Title"))
    summary: str | None = field(description=zh_en("简介", "Summary"))
    seller: Party = field(description=zh_en("转让方", "Seller"))
    deal: DealKind = field(description=zh_en("交易方式（标的）", "What is traded"))
    trading_method: TradingMethod = field(description=zh_en("成交方式", "How it is traded"))
    price: Money = field(description=zh_en("挂牌价格", "Price asked"))
    listed_from: date = field(description=zh_en("挂牌起始日期", "First day of the listing"))
    listed_to: date = field(description=zh_en("挂牌截止日期", "Last day of the listing"))
    status: ListingStatus = field(description=zh_en("状态", "Status"))

    @classmethod
    def from_row(cls, row: ListingRow) -> Listing:
        note_read("Listing", row.provenance)
        return cls(
            row=row,
            id=strawberry.ID(str(row.id)),
            number=row.number,
            title=row.title,
            summary=row.summary,
            seller=Party.from_row(row.seller),
            deal=DealKind(row.deal),
            trading_method=TradingMethod(row.trading_method),
            price=Money.from_row(row.price),
            listed_from=row.listed_from,
            listed_to=row.listed_to,
            status=ListingStatus(row.status),
        )

    @computed(description=zh_en("挂牌的平台", "The platform it is listed on"))
    def platform(self, info: Info) -> LazyCenter:
        return center_of(info, self.row.platform_code)

    @loaded(description=zh_en("所含专利", "The patents in it"), directives=sized(3))
    async def patents(self, info: Info) -> list[LazyPatent]:
        numbers = await info.context.loaders.trading.patents_of_listing.load(self.row.id)
        return patents_of(info, numbers)

    @computed(description=zh_en("所属行业", "Industry"))
    def industry(self) -> Industry | None:
        return industry_of(self.row.industry_code)

    @computed(description=zh_en("所在地区", "Region"))
    def region(self) -> Region | None:
        return region_of(self.row.region_code)

    @computed(
        description=zh_en(
            "最近一次排查；仅平台、主管部门和国家知识产权局可见",
            "Its latest screening; shown to the platform, its office and CNIPA",
        )
    )
    async def screening(self, info: Info) -> ListingScreening | None:
        rows = await self._screenings(info)
        return ListingScreening.from_row(rows[0]) if rows else None

    @computed(
        description=zh_en(
            "历次排查（由近到远，最多 100 次）；仅平台、主管部门和国家知识产权局可见",
            "Its screenings, latest first, at most 100; shown to the platform, its office and "
            "CNIPA",
        ),
        directives=sized(3),
    )
    async def screenings(self, info: Info) -> list[ListingScreening]:
        return [ListingScreening.from_row(row) for row in await self._screenings(info)]

    @loaded(
        description=zh_en(
            "匹配的需求（得分由高到低，最多 200 项）", "Matching demands, best first, at most 200"
        ),
        directives=sized(20),
    )
    async def matches(self, info: Info, min_score: MinScoreArgument = None) -> list[LazyMatch]:
        loader = info.context.loaders.trading.matches_of_listing
        rows = await loader.load(least_score(min_score, 0.0), self.row.id)
        return [match_of(info, row) for row in rows]

    @computed(description=descriptions.PROVENANCE)
    def provenance(self) -> Provenance:
        return Provenance.from_row(self.row.provenance)

    @computed(
        description=zh_en("您现在可以对其进行的操作", "What you may do with it now"),
    )
    def allowed_actions(self, info: Info) -> list[ListingAction]:
        subject = Subject.of(platform=self.row.platform_code)
        found = LISTINGS.allowed_actions(self.row.status, info.context.caller, subject)
        return [ListingAction(action) for action in found]

    async def _screenings(self, info: Info) -> tuple[ScreeningRow, ...]:
        if not sees_screenings(info, self.row):
            return ()
        return await info.context.loaders.trading.screenings_of_listing.load(self.row.id)


@strawberry.federation.type(
    keys=["id"], description=zh_en("交易标的排查", "One screening of a listing")
)
class ListingScreening:
    row: strawberry.Private[ScreeningRow]
    id: strawberry.ID = field(description=zh_en("标识", "Id"))
    run_at: datetime = field(description=zh_en("排查时间", "When it ran"))
    outcome: ScreeningOutcome = field(
        description=zh_en("结论（各项中最严重者）", "Outcome: the worst finding")
    )
    reviewed_by: str | None = field(
        description=zh_en("复核放行者", "Who lowered its blocking findings")
    )
    override_reason: str | None = field(description=zh_en("放行理由", "Why they were lowered"))

    @classmethod
    def from_row(cls, row: ScreeningRow) -> ListingScreening:
        return cls(
            row=row,
            id=strawberry.ID(str(row.id)),
            run_at=row.run_at,
            outcome=ScreeningOutcome(row.outcome),
            reviewed_by=row.reviewed_by,
            override_reason=row.override_reason,
        )

    @loaded(description=zh_en("所排查的挂牌项目", "The listing that was screened"))
    async def listing(self, info: Info) -> Listing:
        row = await info.context.loaders.trading.listings.load(sight(info), self.row.listing_id)
        assert row is not None  # who sees a screening sees its listing
        return Listing.from_row(row)

    @loaded(description=zh_en("各条规则的结果", "What each rule found"), directives=sized(14))
    async def findings(self, info: Info) -> list[ScreeningFinding]:
        rows = await info.context.loaders.trading.findings.load(self.row.id)
        return [ScreeningFinding.from_row(row) for row in rows]


@strawberry.type(description=zh_en("一条规则的结果", "What one rule found"))
class ScreeningFinding:
    row: strawberry.Private[FindingRow]
    rule: ScreeningRule = field(description=zh_en("规则", "The rule"))
    outcome: ScreeningOutcome = field(description=zh_en("结论", "Outcome"))
    message: str = field(
        description=zh_en("说明（中文在前，英文在后）", "What was found, in Chinese and English")
    )

    @classmethod
    def from_row(cls, row: FindingRow) -> ScreeningFinding:
        return cls(
            row=row,
            rule=ScreeningRule(row.rule),
            outcome=ScreeningOutcome(row.outcome),
            message=row.message,
        )

    @computed(description=zh_en("所涉专利；空为整个项目", "The patent; null: the whole listing"))
    def patent(self, info: Info) -> LazyPatent | None:
        number = self.row.application_number
        return patent_of(info, number) if number else None


ListingConnection = Connection[Listing]


async def screening_seen(info: Info, row: ScreeningRow | None) -> ListingScreening | None:
    """Return the screening if the caller may see it."""
    if row is None:
        return None
    listing = await info.context.loaders.trading.listings.load(sight(info), row.listing_id)
    if listing is None or not sees_screenings(info, listing):
        return None
    return ListingScreening.from_row(row)
