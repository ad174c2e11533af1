"""What `reporting` adds to centres, regions, industries and jurisdictions."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Annotated, Any, Final

import strawberry
from strawberry import field

from resolvers.reporting.dashboard.refresh import last_quarters
from resolvers.reporting.rules.activity import activity_score
from resolvers.reporting.sight import sight_of
from schema.common import descriptions
from schema.common.context import Info
from schema.common.descriptions import zh_en
from schema.common.entities import id_text
from schema.common.errors import CodedError, input_error
from schema.common.fields import computed, loaded, requiring
from schema.common.pages import page_size
from schema.common.scalars import IndustryCode, RegionCode
from schema.common.sizes import sized, sliced
from schema.reporting.access import bounded, sees_batches, sees_evaluation, sees_report
from schema.reporting.arguments import (
    First,
    IndicatorArgument,
    PeriodArgument,
    YearArgument,
    read_period,
)
from schema.reporting.data_sources import MOST_SOURCES, DataSource
from schema.reporting.enums import FeedKind, ReportStatus
from schema.reporting.evaluations import PerformanceEvaluation
from schema.reporting.ingest import IngestBatch
from schema.reporting.quarantine import DataDelivery
from schema.reporting.reports import BusinessReport, IndicatorValue

MOST_BATCHES: Final = 100
MOST_REPORTS: Final = 200
MOST_PENDING: Final = 500
MOST_POINTS: Final = 120


@strawberry.federation.type(keys=["code"], description=descriptions.OPERATION_CENTER)
class OperationCenter:
    # brought by @requires; null where the gateway did not ask for what needs them
    products: strawberry.Private[int | None] = None
    listings: strawberry.Private[int | None] = None
    code: strawberry.ID = field(description=descriptions.CENTER_CODE)
    published_product_count: int = strawberry.federation.field(
        default=0,
        external=True,
        description=zh_en("已发布的服务产品数", "Number of its published service products"),
    )
    active_listing_count: int = strawberry.federation.field(
        default=0,
        external=True,
        description=zh_en("挂牌中的项目数", "Number of listings with status LISTED"),
    )

    def take(self, representation: Mapping[str, Any]) -> None:
        """Take what the gateway fetched for `activityScore`.

        Raises:
            CodedError: BAD_REPRESENTATION for what is no count.
        """
        counts = [
            representation.get(name) for name in ("publishedProductCount", "activeListingCount")
        ]
        for count in counts:
            if count is not None and (type(count) is not int or count < 0):
                raise CodedError("BAD_REPRESENTATION", "计数应为非负整数", "A count is from 0")
        self.products, self.listings = counts

    @computed(
        description=zh_en(
            "业务数据报送（由新到旧）；无权查看的为空列表",
            "Its business reports, the latest first; none for those who may not see them",
        ),
        directives=sized(10),
    )
    async def reports(
        self,
        info: Info,
        year: Annotated[
            int | None, strawberry.argument(description=zh_en("年度", "The year"))
        ] = None,
        status: Annotated[
            ReportStatus | None, strawberry.argument(description=zh_en("状态", "Status"))
        ] = None,
    ) -> list[BusinessReport]:
        return await self._reports(info, year, status.value if status else None, MOST_REPORTS)

    @computed(
        description=zh_en(
            "最近期间的报送；没有或无权查看时为空",
            "The report of the latest period; null if none, or for those who may not see it",
        )
    )
    async def latest_report(self, info: Info) -> BusinessReport | None:
        found = await self._reports(info, None, None, 1)
        return found[0] if found else None

    async def _reports(
        self, info: Info, year: int | None, status: str | None, most: int
    ) -> list[BusinessReport]:
        sight = sight_of(info.context.caller)
        if sight.is_blind:
            return []
        loaders = info.context.loaders.reporting.reports
        rows = await loaders.of_center.load((sight, year, status, most), self.code)
        return [BusinessReport.from_row(row, info.context.today) for row in rows]

    @loaded(
        description=zh_en(
            "某年度的绩效评价；公布前仅本平台、主管局和国家知识产权局可见",
            "The evaluation of a year; before it is published only the centre, its office and "
            "CNIPA see it",
        )
    )
    async def performance(self, info: Info, year: YearArgument) -> PerformanceEvaluation | None:
        row = await info.context.loaders.reporting.evaluations.of_center.load(year, self.code)
        if row is None or not sees_evaluation(info.context, row):
            return None
        return PerformanceEvaluation.from_row(row)

    @computed(
        description=zh_en(
            "某期间报送的一项指标；没有或无权查看时为空",
            "One reported value; null if there is none or for those who may not see the report",
        )
    )
    async def indicator(
        self, info: Info, code: IndicatorArgument, period: PeriodArgument
    ) -> IndicatorValue | None:
        wanted, loaders = read_period(period), info.context.loaders.reporting.reports
        row = await loaders.of_period.load((self.code, wanted.label))
        if row is None or not sees_report(info.context, row):
            return None
        for value in await loaders.values.load(row.id):
            if value.indicator.code == code:
                return IndicatorValue.from_value(value, row)
        return None

    @requiring(
        "publishedProductCount activeListingCount",
        description=zh_en(
            "活跃度，0–100：已发布产品 p（40·p/(p+5)）、挂牌项目 l（40·l/(l+20)）、"
            "最近四个季度报送被接收的比例（20）",
            "Activity, 0 to 100, of published products p (40·p/(p+5)), active listings l "
            "(40·l/(l+20)), and the share of the last four quarters whose report was accepted (20)",
        ),
    )
    async def activity_score(self, info: Info) -> float:
        if self.products is None or self.listings is None:
            raise CodedError(
                "BAD_REPRESENTATION",
                "缺少 publishedProductCount 或 activeListingCount",
                "activityScore needs publishedProductCount and activeListingCount",
            )
        labels = tuple(period.label for period in last_quarters(info.context.today))
        loaders = info.context.loaders.reporting.reports
        accepted = await loaders.accepted.load(labels, self.code)
        return activity_score(self.products, self.listings, accepted)

    @computed(
        description=zh_en(
            "收到的批次（由新到旧）；无权查看的为空列表",
            "Batches received, latest first; none for those who may not see them",
        ),
        directives=sliced(20),
    )
    async def ingest_batches(
        self,
        info: Info,
        feed: Annotated[
            FeedKind | None, strawberry.argument(description=zh_en("数据种类", "Feed"))
        ] = None,
        first: First = 20,
    ) -> list[IngestBatch]:
        size = bounded(page_size(first, 20), MOST_BATCHES)
        if not await sees_batches(info.context, self.code):
            return []
        batches = info.context.loaders.reporting.batches_of_center
        rows = await batches.load((feed.value if feed else None, size), self.code)
        return [IngestBatch.from_row(row) for row in rows]

    @computed(
        description=zh_en(
            "数据来源（按代码），至多 200 个；无权查看的为空列表",
            "Its sources of data by code, at most 200; none for those who may not see them",
        ),
        directives=sized(5),
    )
    async def data_sources(self, info: Info) -> list[DataSource]:
        if not await sees_batches(info.context, self.code):
            return []
        loaders = info.context.loaders.reporting.data_sources
        rows = await loaders.of_center.load(MOST_SOURCES, self.code)
        return [DataSource.from_row(row) for row in rows]

    @computed(
        description=zh_en(
            "数据交付的完整程度（由新到旧），对所有人开放；业务数据报送仅有权查看批次者可见",
            "How complete its deliveries of data were, latest first, open to all; those of "
            "business reports only to who sees its batches",
        ),
        directives=sliced(20),
    )
    async def deliveries(
        self,
        info: Info,
        feed: Annotated[
            FeedKind | None, strawberry.argument(description=zh_en("数据种类", "Feed"))
        ] = None,
        first: First = 20,
    ) -> list[DataDelivery]:
        size = bounded(page_size(first, 20), MOST_BATCHES)
        sees_closed = await sees_batches(info.context, self.code)
        deliveries = info.context.loaders.reporting.deliveries
        rows = await deliveries.load((feed.value if feed else None, sees_closed, size), self.code)
        return [DataDelivery.from_row(row) for row in rows]


@strawberry.type(description=zh_en("一个期间的合计", "The total of one period"))
class TrendPoint:
    period: str = field(description=zh_en("期间", "The period"))
    value: Decimal = field(description=zh_en("合计", "The total"))


@strawberry.federation.type(keys=["code"], description=descriptions.REGION)
class Region:
    code: RegionCode = field(description=descriptions.REGION_CODE)

    @computed(
        description=zh_en(
            "该地（含下级）各平台（中心）某期间指标的合计，只计已接收和已锁定的报送；没有时为空",
            "An indicator of a period over the centres here and below, of accepted and locked "
            "reports only; null if there is none",
        )
    )
    async def indicator_total(
        self, info: Info, code: IndicatorArgument, period: PeriodArgument
    ) -> Decimal | None:
        return await _total(info, "REGION", self.code, code, period)

    @loaded(
        description=zh_en(
            "指标合计的走势；from 与 to 须为同类期间，没有合计的期间不列出",
            "The totals over time; from and to are of one kind, periods without one are left out",
        ),
        directives=sized(12),
    )
    async def indicator_trend(
        self,
        info: Info,
        code: IndicatorArgument,
        from_: Annotated[
            str,
            strawberry.argument(name="from", description=zh_en("起始期间", "First period")),
        ],
        to: Annotated[str, strawberry.argument(description=zh_en("截止期间", "Last period"))],
    ) -> list[TrendPoint]:
        first, last = read_period(from_), read_period(to)
        if first.kind is not last.kind:
            raise input_error(
                "from 与 to 须同为月、季度或年", "from and to are both months, quarters or years"
            )
        loaders = info.context.loaders.reporting.reports
        rows = await loaders.trend.load((str(code), first, last), self.code)
        return [TrendPoint(period=row.period_label, value=row.value) for row in rows[-MOST_POINTS:]]


@strawberry.federation.type(keys=["code"], description=descriptions.INDUSTRY)
class Industry:
    code: IndustryCode = field(description=descriptions.INDUSTRY_CODE)

    @computed(
        description=zh_en(
            "服务该行业（含下级）的各中心某期间指标的合计，只计已接收和已锁定的报送；没有时为空",
            "An indicator of a period over the centres that serve it or a part of it, of accepted "
            "and locked reports only; null if there is none",
        )
    )
    async def indicator_total(
        self, info: Info, code: IndicatorArgument, period: PeriodArgument
    ) -> Decimal | None:
        return await _total(info, "INDUSTRY", self.code, code, period)


@strawberry.federation.type(keys=["code"], description=descriptions.JURISDICTION)
class Jurisdiction:
    code: str = field(description=descriptions.JURISDICTION_CODE)

    @loaded(
        description=zh_en(
            "待省级确认的报送（由旧到新）；无权查看的为空列表",
            "Reports that wait for the office, oldest first; none for those who may not see them",
        ),
        directives=sized(20),
    )
    async def pending_reports(self, info: Info) -> list[BusinessReport]:
        sight = sight_of(info.context.caller)
        if sight.is_blind:
            return []
        loaders = info.context.loaders.reporting.reports
        rows = await loaders.pending.load((sight, MOST_PENDING), self.code)
        return [BusinessReport.from_row(row, info.context.today) for row in rows]


async def _total(info: Info, scope: str, area: str, indicator: str, period: str) -> Decimal | None:
    loaders = info.context.loaders.reporting.reports
    return await loaders.total.load((scope, id_text(indicator), read_period(period)), area)
