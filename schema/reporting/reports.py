"""Indicators and business reports (DOMAIN §2.8).

Reports are restricted: their centre, its office and CNIPA see them. An object of these types is
made only once `sees_report` or a list limited by `Sight` has said so.
"""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal

import strawberry
from strawberry import field

from resolvers.hub.history import ChangeRow
from resolvers.reporting.report_rows import ReportRow
from resolvers.reporting.rules.change_rate import change_rate
from resolvers.reporting.rules.deviation import deviates
from resolvers.reporting.rules.periods import Period as ReportPeriod
from resolvers.reporting.rules.report_check import IndicatorRow, Reported
from schema.common.context import Info
from schema.common.descriptions import zh_en
from schema.common.fields import computed, loaded
from schema.common.sizes import sized
from schema.reporting.enums import (
    Aggregation,
    IndicatorUnit,
    PeriodKind,
    ReportAction,
    ReportStatus,
)
from schema.reporting.ingest import DataIssue
from schema.reporting.references import LazyCenter, center_of


@strawberry.federation.type(
    keys=["code"], description=zh_en("业务数据指标", "An indicator of business data")
)
class Indicator:
    code: strawberry.ID = field(description=zh_en("代码", "Code"))
    name: str = field(description=zh_en("英文名称", "Name in English"))
    name_zh: str = field(description=zh_en("中文名称", "Name in Chinese"))
    unit: IndicatorUnit = field(description=zh_en("单位", "Unit"))
    definition: str = field(description=zh_en("口径（中文在前）", "What is counted, Chinese first"))
    applies_to: list[str] = field(
        description=zh_en(
            "适用的平台功能与中心类型", "Platform functions and kinds of centres it applies to"
        )
    )
    aggregation: Aggregation = field(
        description=zh_en("由短期间汇总的方法", "How shorter periods make a longer one")
    )
    reconciled_with: str | None = field(
        description=zh_en(
            "与枢纽的哪项记录核对；为空则不核对",
            "Field of the graph it is compared with; null: none",
        )
    )

    @classmethod
    def from_row(cls, row: IndicatorRow) -> Indicator:
        return cls(
            code=strawberry.ID(row.code),
            name=row.name,
            name_zh=row.name_zh,
            unit=IndicatorUnit(row.unit),
            definition=row.definition,
            applies_to=list(row.applies_to),
            aggregation=Aggregation(row.aggregation),
            reconciled_with=row.reconciled_with,
        )


@strawberry.type(description=zh_en("期间", "A period"))
class Period:
    kind: PeriodKind = field(description=zh_en("种类", "Kind"))
    label: str = field(
        description=zh_en("写法：2023-Q4、2023-11、2023", "As written: 2023-Q4, 2023-11, 2023")
    )
    from_: date = field(name="from", description=zh_en("首日", "First day"))
    to: date = field(description=zh_en("末日", "Last day"))

    @classmethod
    def from_period(cls, period: ReportPeriod) -> Period:
        return cls(
            kind=PeriodKind(period.kind.value),
            label=period.label,
            from_=period.begins,
            to=period.ends,
        )


@strawberry.type(description=zh_en("报送的一项指标", "One reported value"))
class IndicatorValue:
    report: strawberry.Private[ReportRow]
    said: strawberry.Private[Reported]
    indicator: Indicator = field(description=zh_en("指标", "The indicator"))
    value: Decimal = field(description=zh_en("报送数", "The value reported"))
    note: str | None = field(
        description=zh_en("对差异等的说明", "What the centre says of it, a deviation for instance")
    )
    derived: Decimal | None = field(
        description=zh_en(
            "枢纽记录得出的数；枢纽没有该平台（中心）的记录时为空",
            "What the hub's records say; null where it holds none of the centre",
        )
    )
    deviates: bool = field(
        description=zh_en(
            "是否不一致：相差超过 max(1, 5%)", "Whether they differ by more than max(1, 5 %)"
        )
    )

    @classmethod
    def from_value(cls, said: Reported, report: ReportRow) -> IndicatorValue:
        return cls(
            report=report,
            said=said,
            indicator=Indicator.from_row(said.indicator),
            value=said.value,
            note=said.note,
            derived=said.derived,
            deviates=deviates(said.value, said.derived),
        )

    @loaded(
        description=zh_en(
            "上一同类期间的报送数（已提交的）", "The value of the period before, once submitted"
        )
    )
    async def previous(self, info: Info) -> Decimal | None:
        before = self.report.period.previous.label
        loader = info.context.loaders.reporting.reports.sent_values
        return (await loader.load((self.report.center_code, before))).get(self.said.indicator.code)

    @computed(
        description=zh_en(
            "与上一同类期间相比的增长率，小数（0.15 即 15%）",
            "Growth against the period before as a fraction: 0.15 is 15 %",
        )
    )
    async def change_rate(self, info: Info) -> Decimal | None:
        return change_rate(self.value, await self.previous(info))


@strawberry.type(description=zh_en("报送状态的一次变更", "One change of a report's status"))
class ReportChange:
    from_: ReportStatus | None = field(
        name="from", description=zh_en("原状态；新建时为空", "Status before; null when it was made")
    )
    to: ReportStatus = field(description=zh_en("新状态", "Status after"))
    action: ReportAction | None = field(
        description=zh_en("操作；新建时为空", "What was done; null when it was made")
    )
    by: str = field(description=zh_en("由谁", "By whom"))
    at: datetime = field(description=zh_en("时间", "When"))
    comment: str | None = field(description=zh_en("说明", "Comment"))

    @classmethod
    def from_row(cls, row: ChangeRow) -> ReportChange:
        return cls(
            from_=ReportStatus(row.from_status) if row.from_status else None,
            to=ReportStatus(row.to_status),
            action=ReportAction(row.action) if row.action else None,
            by=row.by_subject,
            at=row.at,
            comment=row.comment,
        )


@strawberry.federation.type(
    keys=["id"],
    description=zh_en(
        "业务数据报送；仅本平台（中心）、主管局和国家知识产权局可见",
        "A business report; only its centre, the office and CNIPA see it",
    ),
)
class BusinessReport:
    row: strawberry.Private[ReportRow]
    id: strawberry.ID = field(description=zh_en("标识", "Id"))
    number: str = field(description=zh_en("报送编号", "Number"))
    period: Period = field(description=zh_en("期间", "The period"))
    status: ReportStatus = field(description=zh_en("状态", "Status"))
    version: int = field(
        description=zh_en("版本，用于 expectedVersion", "Version, for expectedVersion")
    )
    submitted_at: datetime | None = field(
        description=zh_en("最近一次通过校验的提交时间", "When it was last submitted with success")
    )
    due_on: date = field(
        description=zh_en(
            "截止日：月、季后第 15 日，年度为次年 1 月 31 日",
            "Due: 15 days after a month or quarter, 31 January after a year",
        )
    )
    late: bool = field(
        description=zh_en(
            "是否逾期（按首次通过校验的提交日）",
            "Whether it is late, by the day it was first submitted with success",
        )
    )

    @classmethod
    def from_row(cls, row: ReportRow, today: date) -> BusinessReport:
        return cls(
            row=row,
            id=strawberry.ID(str(row.id)),
            number=row.number,
            period=Period.from_period(row.period),
            status=ReportStatus(row.status),
            version=row.version,
            submitted_at=row.submitted_at,
            due_on=row.due_on,
            late=row.is_late(today),
        )

    @computed(description=zh_en("平台（中心）", "The centre"))
    def center(self, info: Info) -> LazyCenter:
        return center_of(info, self.row.center_code)

    @loaded(
        description=zh_en("各项指标（按指标次序）", "The values, in the order of indicators"),
        directives=sized(30),
    )
    async def values(self, info: Info) -> list[IndicatorValue]:
        values = await info.context.loaders.reporting.reports.values.load(self.row.id)
        return [IndicatorValue.from_value(each, self.row) for each in values]

    @loaded(
        description=zh_en(
            "最近一次校验发现的问题（错误在前）", "What the last check found, errors first"
        ),
        directives=sized(5),
    )
    async def issues(self, info: Info) -> list[DataIssue]:
        rows = await info.context.loaders.reporting.reports.issues.load(self.row.id)
        return [DataIssue.from_report(row) for row in rows]

    @loaded(
        description=zh_en("状态变更（由早到晚）", "Changes of status, oldest first"),
        directives=sized(5),
    )
    async def history(self, info: Info) -> list[ReportChange]:
        rows = await info.context.loaders.reporting.reports.history.load(self.row.id)
        return [ReportChange.from_row(row) for row in rows]
