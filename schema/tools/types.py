"""Types of `tools`: it owns product filings, navigation reports, assessments, gradings, credit and
residencies, and adds to Patent, Organization, OperationCenter, Industry, Region and IpcClass."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from decimal import Decimal
from typing import Annotated

import strawberry
from strawberry import field

from resolvers.sight import sight_of
from resolvers.tools.rows import (
    ApplicationRow,
    AssessmentRow,
    CreditRow,
    GradingRow,
    IndicatorRow,
    NavigationRow,
    ProductRow,
    ResidencyRow,
)
from resolvers.tools.sight import is_concerned_with_product, sees_appeal
from schema.common import descriptions
from schema.common.access import forbidden_error
from schema.common.context import Info
from schema.common.descriptions import zh_en
from schema.common.entities import id_text
from schema.common.fields import computed, loaded
from schema.common.scalars import (
    USCC,
    ApplicationNumber,
    IndustryCode,
    IpcSymbol,
    RegionCode,
)
from schema.common.sizes import sized
from schema.tools.enums import (
    CreditStatus,
    Grade,
    NavigationKind,
    ProductFilingStatus,
    ResidencyStatus,
    ServiceCategory,
)


@strawberry.federation.type(
    keys=["filingNumber"],
    description=zh_en("专利密集型产品备案", "The filing of a patent-intensive product"),
)
class PatentIntensiveProduct:
    row: strawberry.Private[ProductRow]
    filing_number: strawberry.ID = field(
        description=zh_en(
            "备案号，由枢纽编制：PIP、年份和流水号",
            "Filing number, given by the hub: PIP, year, serial",
        )
    )
    name: str = field(description=zh_en("产品名称", "Name of the product"))
    filer: Organization = field(description=zh_en("备案企业", "Who filed it"))
    filer_is_holder: bool = field(
        description=zh_en(
            "备案企业是否为全部专利的专利权人；否则为被许可人",
            "Whether the filer holds all the patents; else it is licensed",
        )
    )
    industry: Industry = field(description=zh_en("国民经济行业", "Industry"))
    year: int = field(description=zh_en("统计年度", "Year the figures are of"))
    status: ProductFilingStatus = field(description=zh_en("状态", "Status"))
    filed_on: date = field(
        description=zh_en("申报日；草稿为建立日", "Day of filing; of a draft, the day it was made")
    )
    recognised_on: date | None = field(description=zh_en("认定日", "Day of recognition"))
    valid_to: date | None = field(
        description=zh_en("认定有效期至（三年）", "Last day of the recognition: three years")
    )

    @classmethod
    def from_row(cls, row: ProductRow) -> PatentIntensiveProduct:
        return cls(
            row=row,
            filing_number=strawberry.ID(row.filing_number),
            name=row.name,
            filer=_organization(row.filer_uscc),
            filer_is_holder=row.filer_is_holder,
            industry=Industry(code=IndustryCode(row.industry_code)),
            year=row.year,
            status=ProductFilingStatus(row.status),
            filed_on=row.filed_on,
            recognised_on=row.recognised_on,
            valid_to=row.valid_to,
        )

    @loaded(description=zh_en("主要专利", "Its main patents"), directives=sized(5))
    async def patents(self, info: Info) -> list[Patent]:
        numbers = await info.context.loaders.tools.patents_of_product.load(self.filing_number)
        return [Patent(application_number=ApplicationNumber(number)) for number in numbers]

    @computed(
        description=zh_en(
            "销售收入（元）；受限：备案企业、代为提交的中心、支撑工具平台、企业所在地主管局和国家知识产权局",
            "Revenue in CNY; restricted to the filer, the centre that handed it in, support tool "
            "platforms, the office where the filer is, and CNIPA",
        )
    )
    def revenue_cny(self, info: Info) -> Decimal | None:
        self._require(info)
        return self.row.revenue_cny

    @computed(
        description=zh_en(
            "占企业销售收入的比例（0–1）；受限，同 revenueCny",
            "Share of the filer's revenue, 0 to 1; restricted as revenueCny",
        )
    )
    def revenue_share(self, info: Info) -> float | None:
        self._require(info)
        return self.row.revenue_share

    def _require(self, info: Info) -> None:
        caller = info.context.caller
        if not is_concerned_with_product(sight_of(caller), self.row):
            raise forbidden_error(caller)


@strawberry.type(description=zh_en("专利导航报告的使用情况", "How much a report was used"))
class NavigationUsage:
    views: int = field(description=zh_en("点击数", "Views"))
    download_requests: int = field(description=zh_en("下载申请数", "Requests to download"))
    comments: int = field(description=zh_en("评论数", "Comments"))


@strawberry.type(description=zh_en("专利导航报告的应用", "A use that was made of a report"))
class NavigationApplication:
    by: str = field(description=zh_en("应用单位", "Who used it"))
    on: date | None = field(description=zh_en("应用日期", "When"))
    effect: str | None = field(description=zh_en("成效", "To what effect"))

    @classmethod
    def from_row(cls, row: ApplicationRow) -> NavigationApplication:
        return cls(by=row.applied_by, on=row.applied_on, effect=row.effect)


@strawberry.federation.type(
    keys=["reportNumber"], description=zh_en("专利导航报告", "A report of patent navigation")
)
class NavigationReport:
    report_number: strawberry.ID = field(description=zh_en("报告编号", "Number of the report"))
    title: str = field(description=zh_en("报告名称", "Title"))
    kind: NavigationKind = field(description=zh_en("导航类型", "Kind"))
    commissioned_by: str | None = field(description=zh_en("委托单位", "Who commissioned it"))
    completed_by: Organization | None = field(description=zh_en("完成单位", "Who made it"))
    industry: Industry | None = field(description=zh_en("产业领域", "Industry"))
    region: Region | None = field(description=zh_en("区域", "Region"))
    completed_on: date = field(description=zh_en("完成日期", "Day of completion"))
    patents_analysed: int | None = field(description=zh_en("分析的专利数", "Patents analysed"))
    openness: str = field(
        description=zh_en(
            "报告全文的开放程度：OPEN、CONDITIONAL 或 RESTRICTED",
            "Openness of the report's text: OPEN, CONDITIONAL or RESTRICTED",
        )
    )
    usage: NavigationUsage = field(description=zh_en("使用情况", "How much it was used"))

    @classmethod
    def from_row(cls, row: NavigationRow) -> NavigationReport:
        industry, region = row.industry_code, row.region_code
        return cls(
            report_number=strawberry.ID(row.report_number),
            title=row.title,
            kind=NavigationKind(row.kind),
            commissioned_by=row.commissioned_by,
            completed_by=_organization_or_none(row.completed_by_uscc),
            industry=Industry(code=IndustryCode(industry)) if industry else None,
            region=Region(code=RegionCode(region)) if region else None,
            completed_on=row.completed_on,
            patents_analysed=row.patents_analysed,
            openness=row.openness,
            usage=NavigationUsage(
                views=row.views, download_requests=row.download_requests, comments=row.comments
            ),
        )

    @loaded(description=zh_en("IPC 分类", "IPC classes"), directives=sized(5))
    async def ipc_classes(self, info: Info) -> list[IpcClass]:
        loader = info.context.loaders.tools.classes_of_navigation
        return [IpcClass(symbol=IpcSymbol(each)) for each in await loader.load(self.report_number)]

    @loaded(description=zh_en("应用情况", "Uses made of it"), directives=sized(5))
    async def applications(self, info: Info) -> list[NavigationApplication]:
        loader = info.context.loaders.tools.applications_of_navigation
        rows = await loader.load(self.report_number)
        return [NavigationApplication.from_row(row) for row in rows]


@strawberry.federation.type(
    keys=["id"],
    description=zh_en(
        "管理测评：创新管理与知识产权国际标准",
        "An assessment of innovation and IP management against a standard",
    ),
)
class ManagementAssessment:
    id: strawberry.ID = field(description=zh_en("标识", "Id"))
    organization: Organization = field(description=zh_en("被测评的组织", "Who was assessed"))
    standard: str = field(
        description=zh_en("标准，如 ISO 56005", "The standard, such as ISO 56005")
    )
    level: int = field(description=zh_en("等级（1–5）", "Level, 1 to 5"))
    score: float = field(description=zh_en("得分（0–100）", "Score, 0 to 100"))
    assessed_on: date = field(description=zh_en("测评日期", "Day of the assessment"))
    assessor: Organization | None = field(description=zh_en("测评机构", "Who assessed"))

    @classmethod
    def from_row(cls, row: AssessmentRow) -> ManagementAssessment:
        return cls(
            id=strawberry.ID(str(row.id)),
            organization=_organization(row.organization_uscc),
            standard=row.standard,
            level=row.level,
            score=row.score,
            assessed_on=row.assessed_on,
            assessor=_organization_or_none(row.assessor_uscc),
        )


@strawberry.federation.type(
    keys=["id"],
    description=zh_en("知识产权服务分级分类评价", "The grading of a service institution"),
)
class ServiceGrading:
    id: strawberry.ID = field(description=zh_en("标识", "Id"))
    institution: Organization = field(description=zh_en("服务机构", "The institution"))
    category: ServiceCategory = field(description=zh_en("服务类别", "Category of services"))
    grade: Grade = field(description=zh_en("等级", "Grade"))
    score: float | None = field(description=zh_en("得分（0–100）", "Score, 0 to 100"))
    year: int = field(description=zh_en("评价年度", "Year"))

    @classmethod
    def from_row(cls, row: GradingRow) -> ServiceGrading:
        return cls(
            id=strawberry.ID(str(row.id)),
            institution=_organization(row.institution_uscc),
            category=ServiceCategory(row.category),
            grade=Grade(row.grade),
            score=row.score,
            year=row.year,
        )


@strawberry.type(description=zh_en("信用评价指标", "An indicator of a credit evaluation"))
class CreditIndicator:
    name: str = field(description=zh_en("指标名称", "Name"))
    weight: float = field(description=zh_en("权重（合计为 1）", "Weight; all sum to 1"))
    score: float = field(description=zh_en("得分（0–100）", "Score, 0 to 100"))
    source: str = field(description=zh_en("数据来源", "Where the score is from"))

    @classmethod
    def from_row(cls, row: IndicatorRow) -> CreditIndicator:
        return cls(name=row.name, weight=row.weight, score=row.score, source=row.source)


@strawberry.federation.type(
    keys=["id"],
    description=zh_en(
        "入驻第三方机构的信用评价", "A platform's evaluation of an institution's credit"
    ),
)
class CreditEvaluation:
    row: strawberry.Private[CreditRow]
    id: strawberry.ID = field(description=zh_en("标识", "Id"))
    institution: Organization = field(description=zh_en("被评价的机构", "The institution"))
    platform: OperationCenter = field(description=zh_en("作出评价的平台", "The platform"))
    grade: Grade = field(
        description=zh_en(
            "等级，由得分得出；有处罚的不高于 C", "Grade, by the score; C at most with a penalty"
        )
    )
    score: float = field(
        description=zh_en("得分：指标的加权平均", "Score: weighted mean of the indicators")
    )
    valid_from: date = field(description=zh_en("有效期起始日", "First day of its term"))
    valid_to: date = field(description=zh_en("有效期截止日", "Last day of its term"))
    status: CreditStatus = field(description=zh_en("状态", "Status"))
    published_at: datetime | None = field(
        description=zh_en("发布时间；草稿为空", "When it was published; null for a draft")
    )

    @classmethod
    def from_row(cls, row: CreditRow) -> CreditEvaluation:
        return cls(
            row=row,
            id=strawberry.ID(str(row.id)),
            institution=_organization(row.institution_uscc),
            platform=OperationCenter(code=strawberry.ID(row.platform_code)),
            grade=Grade(row.grade),
            score=row.score,
            valid_from=row.valid_from,
            valid_to=row.valid_to,
            status=CreditStatus(row.status),
            published_at=row.published_at,
        )

    @loaded(description=zh_en("各项指标", "The indicators"), directives=sized(10))
    async def indicators(self, info: Info) -> list[CreditIndicator]:
        rows = await info.context.loaders.tools.indicators_of_credit.load(self.row.id)
        return [CreditIndicator.from_row(row) for row in rows]

    @computed(
        description=zh_en(
            "申诉内容；受限：机构、平台、主管局和国家知识产权局",
            "What the institution says against it; restricted to it, the platform, the office in "
            "charge and CNIPA",
        )
    )
    def appeal(self, info: Info) -> str | None:
        caller = info.context.caller
        if self.row.appeal is not None and not sees_appeal(sight_of(caller), self.row):
            raise forbidden_error(caller)
        return self.row.appeal


@strawberry.federation.type(
    keys=["id"], description=zh_en("第三方机构的入驻", "Residency of an institution at a platform")
)
class Residency:
    id: strawberry.ID = field(description=zh_en("标识", "Id"))
    institution: Organization = field(description=zh_en("入驻机构", "The institution"))
    platform: OperationCenter = field(description=zh_en("入驻的平台", "The platform"))
    category: ServiceCategory = field(description=zh_en("服务类别", "Category of services"))
    from_: date = field(
        name="from", description=zh_en("入驻日；申请中为申请日", "Day of admission, or application")
    )
    to: date | None = field(description=zh_en("退出或清退日", "Day it left or was expelled"))
    status: ResidencyStatus = field(description=zh_en("状态", "Status"))

    @classmethod
    def from_row(cls, row: ResidencyRow) -> Residency:
        return cls(
            id=strawberry.ID(str(row.id)),
            institution=_organization(row.institution_uscc),
            platform=OperationCenter(code=strawberry.ID(row.platform_code)),
            category=ServiceCategory(row.category),
            from_=row.begins_on,
            to=row.ends_on,
            status=ResidencyStatus(row.status),
        )


@strawberry.federation.type(keys=["applicationNumber"], description=descriptions.PATENT)
class Patent:
    application_number: ApplicationNumber = field(description=descriptions.APPLICATION_NUMBER)

    @loaded(
        description=zh_en(
            "用到该专利的专利密集型产品（由新到旧）；未公示的只对有关各方可见",
            "Intensive products on it, latest filing first; before public notice only for those "
            "concerned",
        ),
        directives=sized(2),
    )
    async def intensive_products(self, info: Info) -> list[PatentIntensiveProduct]:
        rows = await info.context.loaders.tools.products_of_patent.load(
            sight_of(info.context.caller), self.application_number
        )
        return [PatentIntensiveProduct.from_row(row) for row in rows]


@strawberry.federation.type(keys=["uscc"], description=descriptions.ORGANIZATION)
class Organization:
    uscc: USCC = field(description=descriptions.USCC)

    @loaded(
        description=zh_en(
            "备案的专利密集型产品（由新到旧，最多 1000 条）；未公示的只对有关各方可见",
            "Intensive products it filed, latest first, at most 1000; before public notice only "
            "for those concerned",
        ),
        directives=sized(5),
    )
    async def intensive_products(self, info: Info) -> list[PatentIntensiveProduct]:
        rows = await info.context.loaders.tools.products_of_filer.load(
            sight_of(info.context.caller), self.uscc
        )
        return [PatentIntensiveProduct.from_row(row) for row in rows]

    @loaded(
        description=zh_en(
            "有效期内最近发布的信用评价（可限定平台）；不含草稿",
            "The credit evaluation published last that is in its term, perhaps of one platform; "
            "never a draft",
        )
    )
    async def credit(
        self,
        info: Info,
        platform: Annotated[
            strawberry.ID | None, strawberry.argument(description=descriptions.CENTER_CODE)
        ] = None,
    ) -> CreditEvaluation | None:
        code = id_text(platform) if platform is not None else None
        row = await info.context.loaders.tools.credit_of_organization.load(
            (info.context.today, code), self.uscc
        )
        return CreditEvaluation.from_row(row) if row else None

    @loaded(
        description=zh_en("服务分级（由近到远）", "Service gradings, latest year first"),
        directives=sized(3),
    )
    async def service_gradings(self, info: Info) -> list[ServiceGrading]:
        rows = await info.context.loaders.tools.gradings_of_organization.load(self.uscc)
        return [ServiceGrading.from_row(row) for row in rows]

    @loaded(
        description=zh_en("管理测评（由近到远）", "Management assessments, latest first"),
        directives=sized(3),
    )
    async def management_assessments(self, info: Info) -> list[ManagementAssessment]:
        rows = await info.context.loaders.tools.assessments_of_organization.load(self.uscc)
        return [ManagementAssessment.from_row(row) for row in rows]

    @loaded(
        description=zh_en(
            "入驻的平台（由近到远，最多 1000 条）；申请中的只对有关各方可见",
            "Where it is resident, latest first, at most 1000; applications only for those "
            "concerned",
        ),
        directives=sized(3),
    )
    async def residencies(self, info: Info) -> list[Residency]:
        rows = await info.context.loaders.tools.residencies_of_institution.load(
            sight_of(info.context.caller), self.uscc
        )
        return [Residency.from_row(row) for row in rows]


@strawberry.federation.type(keys=["code"], description=descriptions.OPERATION_CENTER)
class OperationCenter:
    code: strawberry.ID = field(description=descriptions.CENTER_CODE)

    @loaded(
        description=zh_en(
            "入驻的第三方机构（由近到远，最多 1000 条）；申请中的只对有关各方可见",
            "Institutions resident at it, latest first, at most 1000; applications only for those "
            "concerned",
        ),
        directives=sized(30),
    )
    async def resident_institutions(
        self,
        info: Info,
        status: Annotated[
            ResidencyStatus | None, strawberry.argument(description=zh_en("状态", "Status"))
        ] = None,
    ) -> list[Residency]:
        rows = await info.context.loaders.tools.residencies_of_platform.load(
            (sight_of(info.context.caller), status.value if status else None), self.code
        )
        return [Residency.from_row(row) for row in rows]


@strawberry.federation.type(keys=["code"], description=descriptions.INDUSTRY)
class Industry:
    code: IndustryCode = field(description=descriptions.INDUSTRY_CODE)

    @loaded(
        description=zh_en(
            "该行业（含下级）的专利导航报告（由近到远，最多 1000 条）",
            "Navigation reports on it and those below, latest first, at most 1000",
        ),
        directives=sized(10),
    )
    async def navigation_reports(self, info: Info) -> list[NavigationReport]:
        rows = await info.context.loaders.tools.navigation_in_industry.load(self.code)
        return _reports(rows)

    @loaded(
        description=zh_en(
            "该行业（含下级）已认定的专利密集型产品数；每五分钟更新",
            "Recognised intensive products in it and below; renewed every five minutes",
        )
    )
    async def intensive_product_count(self, info: Info) -> int:
        return await info.context.loaders.tools.products_in_industry.load(self.code)


@strawberry.federation.type(keys=["code"], description=descriptions.REGION)
class Region:
    code: RegionCode = field(description=descriptions.REGION_CODE)

    @loaded(
        description=zh_en(
            "该地（含下级）的专利导航报告（由近到远，最多 1000 条）",
            "Navigation reports on it and those below, latest first, at most 1000",
        ),
        directives=sized(10),
    )
    async def navigation_reports(self, info: Info) -> list[NavigationReport]:
        rows = await info.context.loaders.tools.navigation_in_region.load(self.code)
        return _reports(rows)


@strawberry.federation.type(keys=["symbol"], description=descriptions.IPC_CLASS)
class IpcClass:
    symbol: IpcSymbol = field(description=descriptions.IPC_SYMBOL)

    @loaded(
        description=zh_en(
            "该分类（含下级）的专利导航报告（由近到远，最多 1000 条）",
            "Navigation reports on it and those below, latest first, at most 1000",
        ),
        directives=sized(5),
    )
    async def navigation_reports(self, info: Info) -> list[NavigationReport]:
        rows = await info.context.loaders.tools.navigation_in_class.load(self.symbol)
        return _reports(rows)


def _reports(rows: Iterable[NavigationRow]) -> list[NavigationReport]:
    return [NavigationReport.from_row(row) for row in rows]


def _organization(uscc: str) -> Organization:
    return Organization(uscc=USCC(uscc))


def _organization_or_none(uscc: str | None) -> Organization | None:
    return _organization(uscc) if uscc else None
