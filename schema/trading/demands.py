"""Demands, and their matches with listings."""

from __future__ import annotations

from datetime import date

import strawberry
from strawberry import field

from resolvers.trading.rows import DemandRow, MatchRow
from schema.common.context import Info
from schema.common.descriptions import zh_en
from schema.common.fields import computed, loaded
from schema.common.pages import Connection
from schema.common.provenance import note_read
from schema.common.scalars import IpcSymbol
from schema.common.sizes import sized
from schema.common.values import Money
from schema.trading.access import sight
from schema.trading.arguments import MinScoreArgument, least_score
from schema.trading.codes import Industry, IpcClass, Region, industry_of, region_of
from schema.trading.enums import DealKind, DemandStatus, MatchStatus
from schema.trading.listings import Listing
from schema.trading.references import Party


@strawberry.federation.type(
    keys=["id"], description=zh_en("知识产权需求", "A demand for intellectual property")
)
class Demand:
    row: strawberry.Private[DemandRow]
    id: strawberry.ID = field(description=zh_en("标识", "Id"))
    number: str = field(description=zh_en("需求编号", "Number given by the source"))
    title: str = field(description=zh_en("名称", "Title"))
    demander: Party = field(description=zh_en("需求方", "Who is looking for it"))
    kind: DealKind | None = field(description=zh_en("期望的交易方式", "Kind of deal wanted"))
    budget: Money = field(description=zh_en("预算", "Budget"))
    valid_until: date = field(description=zh_en("有效期至", "Last day of validity"))
    status: DemandStatus = field(description=zh_en("状态", "Status"))

    @classmethod
    def from_row(cls, row: DemandRow) -> Demand:
        note_read("Demand", row.provenance)
        return cls(
            row=row,
            id=strawberry.ID(str(row.id)),
            number=row.number,
            title=row.title,
            demander=Party.from_row(row.demander),
            kind=DealKind(row.kind) if row.kind else None,
            budget=Money.from_row(row.budget),
            valid_until=row.valid_until,
            status=DemandStatus(row.status),
        )

    @computed(description=zh_en("行业", "Industry"))
    def industry(self) -> Industry | None:
        return industry_of(self.row.industry_code)

    @computed(description=zh_en("地区", "Region"))
    def region(self) -> Region | None:
        return region_of(self.row.region_code)

    @computed(
        description=zh_en("所需技术的 IPC 分类", "IPC classes of what is wanted"),
        directives=sized(3),
    )
    def ipc_classes(self) -> list[IpcClass]:
        return [IpcClass(symbol=IpcSymbol(symbol)) for symbol in self.row.ipc_symbols]

    @loaded(
        description=zh_en(
            "匹配的挂牌项目（得分由高到低，最多 200 项）",
            "Matching listings, best first, at most 200",
        ),
        directives=sized(20),
    )
    async def matches(
        self, info: Info, min_score: MinScoreArgument = None
    ) -> list[SupplyDemandMatch]:
        loader = info.context.loaders.trading.matches_of_demand
        rows = await loader.load(least_score(min_score, 0.0), self.row.id)
        return [SupplyDemandMatch.from_row(row) for row in rows]


@strawberry.federation.type(
    keys=["id"],
    description=zh_en(
        "供需对接：得分由各分项加权，可以解释",
        "A match of supply and demand; its score is explained by weighted components",
    ),
)
class SupplyDemandMatch:
    row: strawberry.Private[MatchRow]
    id: strawberry.ID = field(description=zh_en("标识", "Id"))
    score: float = field(description=zh_en("得分（0–1）", "Score, from 0 to 1"))
    components: list[MatchComponent] = field(
        description=zh_en("各分项", "What the score is made of"), directives=sized(5)
    )
    status: MatchStatus = field(description=zh_en("状态", "Status"))

    @classmethod
    def from_row(cls, row: MatchRow) -> SupplyDemandMatch:
        return cls(
            row=row,
            id=strawberry.ID(str(row.id)),
            score=row.score,
            components=[
                MatchComponent(name=name, weight=weight, value=value)
                for name, weight, value in row.components
            ],
            status=MatchStatus(row.status),
        )

    @loaded(description=zh_en("挂牌项目", "The listing"))
    async def listing(self, info: Info) -> Listing:
        row = await info.context.loaders.trading.listings.load(sight(info), self.row.listing_id)
        assert row is not None  # only listings that were on offer are matched
        return Listing.from_row(row)

    @loaded(description=zh_en("需求", "The demand"))
    async def demand(self, info: Info) -> Demand:
        row = await info.context.loaders.trading.demands.load(self.row.demand_id)
        assert row is not None  # a match goes with its demand
        return Demand.from_row(row)


@strawberry.type(description=zh_en("得分的一项", "One component of a score"))
class MatchComponent:
    name: str = field(
        description=zh_en(
            "名称：IPC、INDUSTRY、DEAL_KIND、PRICE、REGION",
            "Name: IPC, INDUSTRY, DEAL_KIND, PRICE, REGION",
        )
    )
    weight: float = field(description=zh_en("权重", "Its weight"))
    value: float = field(description=zh_en("取值（0–1）", "Its value, from 0 to 1"))


DemandConnection = Connection[Demand]
