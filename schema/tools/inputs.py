"""Inputs of `tools`, and their checks."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from enum import Enum
from typing import Final

import strawberry
from strawberry import field

from resolvers.input_texts import TEXT, TITLE, optional_text, required_text
from resolvers.refusal import Problems
from resolvers.tools.commands.credit import CreditDraft
from resolvers.tools.commands.products import ProductDraft
from resolvers.tools.commands.recording import AssessmentDraft, GradingDraft, NavigationDraft
from resolvers.tools.commands.residency import ResidencyDraft
from resolvers.tools.rows import ApplicationRow
from resolvers.tools.rules.credit_grade import Indicator
from schema.common import descriptions
from schema.common.descriptions import enum_value, zh_en
from schema.common.entities import id_text
from schema.common.scalars import (
    USCC,
    ApplicationNumber,
    IndustryCode,
    IpcSymbol,
    RegionCode,
)
from schema.tools.enums import Grade, NavigationKind, ServiceCategory

NUMBERS: Final = zh_en("主要专利的申请号（1–100 件，不重复）", "1 to 100 main patents, none twice")
INSTITUTION: Final = zh_en("机构的代码", "Code of the institution")


@strawberry.input(description=zh_en("专利密集型产品备案", "The filing of an intensive product"))
class IntensiveProductInput:
    name: str = field(description=zh_en("产品名称（最多 200 字）", "Name, up to 200 characters"))
    filer_uscc: USCC = field(description=zh_en("备案企业的代码", "Code of the filer"))
    filer_is_holder: bool = field(
        description=zh_en(
            "备案企业持有全部专利为 true；否则每件须持有或有在效的备案许可",
            "True when the filer holds all the patents; else it holds each or has a recorded "
            "licence in force",
        )
    )
    industry_code: IndustryCode = field(description=descriptions.INDUSTRY_CODE)
    application_numbers: list[ApplicationNumber] = field(description=NUMBERS)
    year: int = field(description=zh_en("统计年度", "Year the figures are of"))
    revenue_cny: Decimal = field(description=zh_en("销售收入（元）", "Revenue in CNY"))
    revenue_share: float | None = field(
        default=None,
        description=zh_en("占企业销售收入的比例（0–1）", "Share of the filer's revenue, 0 to 1"),
    )

    def to_draft(self, problems: Problems) -> ProductDraft:
        return ProductDraft(
            required_text(problems, self.name, TITLE, "input", "name"),
            self.filer_uscc,
            self.filer_is_holder,
            self.industry_code,
            tuple(self.application_numbers),
            self.year,
            self.revenue_cny,
            self.revenue_share,
        )


@strawberry.input(description=zh_en("信用评价指标", "An indicator of a credit evaluation"))
class CreditIndicatorInput:
    name: str = field(
        description=zh_en(
            "指标名称；含“处罚”的指标得分低于 100 即视为有处罚",
            "Name; one about penalties (处罚, penalty) that scores below 100 tells of a penalty",
        )
    )
    weight: float = field(description=zh_en("权重（合计为 1）", "Weight; all sum to 1"))
    score: float = field(description=zh_en("得分（0–100）", "Score, 0 to 100"))
    source: str = field(description=zh_en("数据来源", "Where the score is from"))


def to_indicators(
    given: list[CreditIndicatorInput], problems: Problems, *path: str
) -> tuple[Indicator, ...]:
    """Return the indicators; what is wrong with their texts goes to `problems`."""
    return tuple(
        Indicator(
            required_text(problems, each.name, TITLE, *path, str(place), "name"),
            # the shortest decimal that the given number is nearest to, so that sums are exact
            Decimal(repr(each.weight)),
            Decimal(repr(each.score)),
            required_text(problems, each.source, TITLE, *path, str(place), "source"),
        )
        for place, each in enumerate(given)
    )


@strawberry.input(description=zh_en("信用评价", "A credit evaluation"))
class CreditInput:
    institution_uscc: USCC = field(description=INSTITUTION)
    platform_code: strawberry.ID = field(description=descriptions.CENTER_CODE)
    indicators: list[CreditIndicatorInput] = field(
        description=zh_en(
            "指标（1–20 项，权重合计为 1，误差不超过 0.001）",
            "1 to 20 indicators whose weights sum to 1 (tolerance 0.001)",
        )
    )
    valid_from: date = field(description=zh_en("有效期起始日", "First day of its term"))
    valid_to: date = field(description=zh_en("有效期截止日", "Last day of its term"))

    def to_draft(self, problems: Problems) -> CreditDraft:
        return CreditDraft(
            self.institution_uscc,
            id_text(self.platform_code),
            to_indicators(self.indicators, problems, "input", "indicators"),
            self.valid_from,
            self.valid_to,
        )


@strawberry.input(description=zh_en("入驻申请", "An application for residency"))
class ResidencyInput:
    institution_uscc: USCC = field(description=INSTITUTION)
    platform_code: strawberry.ID = field(description=descriptions.CENTER_CODE)
    category: ServiceCategory = field(description=zh_en("服务类别", "Category of services"))

    def to_draft(self) -> ResidencyDraft:
        return ResidencyDraft(
            self.institution_uscc, id_text(self.platform_code), self.category.value
        )


@strawberry.enum(
    description=zh_en("导航报告全文的开放程度", "Openness of the text of a navigation report")
)
class ReportOpenness(Enum):
    OPEN = enum_value("OPEN", "开放", "Open")
    CONDITIONAL = enum_value("CONDITIONAL", "有条件开放（申请下载）", "On request")
    RESTRICTED = enum_value("RESTRICTED", "受限", "Restricted")


@strawberry.input(description=zh_en("专利导航报告的应用", "A use that was made of a report"))
class NavigationApplicationInput:
    by: str = field(description=zh_en("应用单位", "Who used it"))
    on: date | None = field(default=None, description=zh_en("应用日期", "When"))
    effect: str | None = field(default=None, description=zh_en("成效", "To what effect"))


@strawberry.input(
    description=zh_en(
        "专利导航报告；编号已有的整体更新（限本平台）",
        "A navigation report; one with the same number is replaced if it is the platform's own",
    )
)
class NavigationReportInput:
    report_number: strawberry.ID = field(description=zh_en("报告编号", "Number of the report"))
    title: str = field(description=zh_en("报告名称", "Title"))
    kind: NavigationKind = field(description=zh_en("导航类型", "Kind"))
    completed_on: date = field(description=zh_en("完成日期", "Day of completion"))
    openness: ReportOpenness = field(description=zh_en("全文的开放程度", "Openness of its text"))
    commissioned_by: str | None = field(
        default=None, description=zh_en("委托单位", "Who commissioned it")
    )
    completed_by_uscc: USCC | None = field(
        default=None, description=zh_en("完成单位的代码", "Code of who made it")
    )
    industry_code: IndustryCode | None = field(default=None, description=descriptions.INDUSTRY_CODE)
    region_code: RegionCode | None = field(default=None, description=descriptions.REGION_CODE)
    ipc_symbols: list[IpcSymbol] = field(
        default_factory=list, description=zh_en("IPC 分类（最多 50 个）", "At most 50 IPC classes")
    )
    patents_analysed: int | None = field(
        default=None, description=zh_en("分析的专利数", "Patents analysed")
    )
    applications: list[NavigationApplicationInput] = field(
        default_factory=list,
        description=zh_en("应用情况（最多 200 项）", "Uses made of it, at most 200"),
    )
    views: int = field(default=0, description=zh_en("点击数", "Views"))
    download_requests: int = field(
        default=0, description=zh_en("下载申请数", "Requests to download")
    )
    comments: int = field(default=0, description=zh_en("评论数", "Comments"))

    def to_draft(self, problems: Problems) -> NavigationDraft:
        commissioned = optional_text(
            problems, self.commissioned_by, TITLE, "input", "commissionedBy"
        )
        return NavigationDraft(
            id_text(self.report_number),
            required_text(problems, self.title, TITLE, "input", "title"),
            self.kind.value,
            commissioned,
            self.completed_by_uscc,
            self.industry_code,
            self.region_code,
            tuple(dict.fromkeys(self.ipc_symbols)),
            self.completed_on,
            self.patents_analysed,
            self.openness.value,
            tuple(
                _application(each, problems, "input", "applications", str(place))
                for place, each in enumerate(self.applications)
            ),
            self.views,
            self.download_requests,
            self.comments,
        )


def _application(
    given: NavigationApplicationInput, problems: Problems, *path: str
) -> ApplicationRow:
    return ApplicationRow(
        required_text(problems, given.by, TITLE, *path, "by"),
        given.on,
        optional_text(problems, given.effect, TEXT, *path, "effect"),
    )


@strawberry.input(description=zh_en("管理测评", "A management assessment"))
class ManagementAssessmentInput:
    organization_uscc: USCC = field(
        description=zh_en("被测评组织的代码", "Code of who was assessed")
    )
    standard: str = field(description=zh_en("标准", "The standard"))
    level: int = field(description=zh_en("等级（1–5）", "Level, 1 to 5"))
    score: float = field(description=zh_en("得分（0–100）", "Score, 0 to 100"))
    assessed_on: date = field(description=zh_en("测评日期", "Day of the assessment"))
    assessor_uscc: USCC | None = field(
        default=None, description=zh_en("测评机构的代码", "Code of who assessed")
    )

    def to_draft(self, problems: Problems) -> AssessmentDraft:
        return AssessmentDraft(
            self.organization_uscc,
            required_text(problems, self.standard, TITLE, "input", "standard"),
            self.level,
            self.score,
            self.assessed_on,
            self.assessor_uscc,
        )


@strawberry.input(description=zh_en("服务分级", "The grading of a service institution"))
class ServiceGradingInput:
    institution_uscc: USCC = field(description=INSTITUTION)
    category: ServiceCategory = field(description=zh_en("服务类别", "Category of services"))
    grade: Grade = field(description=zh_en("等级", "Grade"))
    year: int = field(description=zh_en("评价年度", "Year"))
    score: float | None = field(default=None, description=zh_en("得分（0–100）", "Score, 0 to 100"))

    def to_draft(self) -> GradingDraft:
        return GradingDraft(
            self.institution_uscc, self.category.value, self.grade.value, self.score, self.year
        )
