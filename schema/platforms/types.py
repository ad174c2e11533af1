"""Types of `platforms`: it owns OperationCenter and PolicyDocument and adds centres to others."""

from __future__ import annotations

from datetime import date
from typing import Annotated

import strawberry
from strawberry import field

from resolvers.platforms.loaders import Centers
from resolvers.platforms.rows import CenterNameRow, CenterRow, LayoutRow, PolicyDocumentRow
from schema.common import descriptions
from schema.common.context import Info
from schema.common.descriptions import zh_en
from schema.common.fields import computed
from schema.common.pages import Connection
from schema.common.scalars import USCC, IndustryCode, RegionCode
from schema.platforms.enums import (
    CenterKind,
    CenterStatus,
    Circle,
    NamingScheme,
    PlatformFunction,
    SupportToolKind,
)

KindArgument = Annotated[CenterKind | None, strawberry.argument(description=zh_en("类型", "Kind"))]
StatusArgument = Annotated[
    CenterStatus | None, strawberry.argument(description=zh_en("状态", "Status"))
]


@strawberry.federation.type(
    keys=["number"],
    description=zh_en("政策文件", "A paper the platform system rests on"),
)
class PolicyDocument:
    number: strawberry.ID = field(
        description=zh_en(
            "文号；公开文本没有文号的为文件名称",
            "Document number; its title where the published text has none",
        )
    )
    title: str = field(description=zh_en("名称", "Title"))
    issuer: str = field(description=zh_en("发文机关", "Issuer"))
    issued_on: date | None = field(description=zh_en("成文日期", "Date under the signature"))
    published_on: date | None = field(description=zh_en("发布日期", "Date of publication"))

    @classmethod
    def from_row(cls, row: PolicyDocumentRow) -> PolicyDocument:
        return cls(
            number=strawberry.ID(row.number),
            title=row.title,
            issuer=row.issuer,
            issued_on=row.issued_on,
            published_on=row.published_on,
        )


@strawberry.type(description=zh_en("平台（中心）用过的一个名称", "A name of a platform or centre"))
class CenterName:
    name: str = field(description=zh_en("名称", "Name"))
    scheme: NamingScheme = field(description=zh_en("命名依据", "What the name rests on"))
    from_: date | None = field(name="from", description=zh_en("起用日期", "Borne since"))
    to: date | None = field(
        description=zh_en("停用日期；现用名称为空", "Borne until; null for the present name")
    )

    @classmethod
    def from_row(cls, row: CenterNameRow) -> CenterName:
        return cls(
            name=row.name, scheme=NamingScheme(row.scheme), from_=row.valid_from, to=row.valid_to
        )


@strawberry.federation.type(keys=["code"], description=descriptions.OPERATION_CENTER)
class OperationCenter:
    row: strawberry.Private[CenterRow]
    code: strawberry.ID = field(description=descriptions.CENTER_CODE)
    kind: CenterKind = field(description=zh_en("类型", "Kind"))
    function: PlatformFunction | None = field(
        description=zh_en("功能；只有功能性平台有", "Function, of functional platforms only")
    )
    support_tool: SupportToolKind | None = field(
        description=zh_en("支撑工具的类别", "Kind of a support tool")
    )
    circle: Circle = field(
        description=zh_en("圈层，由类型决定", "Circle, which follows from the kind")
    )
    # Nullable, so that a record of a centre nobody registered shows its code and no error.
    name: str | None = field(
        description=zh_en(
            "现用名称，与 officialName 相同；未登记的平台（中心）为空",
            "The present name, as officialName, but null for a centre that is not registered",
        )
    )
    official_name: str = field(
        description=zh_en(
            "名称：认定后为正式名称，认定前为工作名称",
            "Name: the official one once recognised, a working name before",
        )
    )
    status: CenterStatus = field(description=zh_en("状态", "Status"))
    recognised_on: date | None = field(description=zh_en("认定日期", "Date of recognition"))
    functional_positioning: str | None = field(
        description=zh_en("功能定位", "Functional positioning")
    )

    @classmethod
    def from_row(cls, row: CenterRow) -> OperationCenter:
        return cls(
            row=row,
            code=strawberry.ID(row.code),
            kind=CenterKind(row.kind),
            function=PlatformFunction(row.function) if row.function else None,
            support_tool=SupportToolKind(row.support_tool) if row.support_tool else None,
            circle=Circle(row.circle),
            name=row.name,
            official_name=row.name,
            status=CenterStatus(row.status),
            recognised_on=row.recognised_on,
            functional_positioning=row.functional_positioning,
        )

    @computed(
        description=zh_en(
            "用过的名称（由早到晚），最后一个为现用名称",
            "Its names, oldest first; the last one is the present name",
        )
    )
    async def name_history(self, info: Info) -> list[CenterName]:
        former = await info.context.loaders.platforms.former_names.load(self.row.code)
        present = CenterNameRow(self.row.name, self.row.name_scheme, self.row.named_on, None)
        return [CenterName.from_row(row) for row in (*former, present)]

    @computed(
        description=zh_en(
            "建设主体；平台（中心）本身不是法人", "The host; a centre itself is no legal person"
        )
    )
    def host(self) -> Organization:
        return Organization(uscc=USCC(self.row.host_uscc))

    @computed(description=zh_en("所在地", "Where it sits"))
    def region(self) -> Region:
        return Region(code=RegionCode(self.row.region_code))

    @computed(description=zh_en("负责日常指导监督的管辖范围", "The jurisdiction that guides it"))
    def jurisdiction(self) -> Jurisdiction:
        return Jurisdiction(code=self.row.jurisdiction_code)

    @computed(description=zh_en("辐射范围", "The regions it serves"))
    async def service_regions(self, info: Info) -> list[Region]:
        codes = await info.context.loaders.platforms.service_regions.load(self.row.code)
        return [Region(code=RegionCode(code)) for code in codes]

    @computed(description=zh_en("服务的重点产业", "The industries it serves"))
    async def industries(self, info: Info) -> list[Industry]:
        codes = await info.context.loaders.platforms.industries.load(self.row.code)
        return [Industry(code=IndustryCode(code)) for code in codes]

    @computed(
        description=zh_en(
            "认定文件；只有文号而未登记的为空",
            "Document of recognition; null while only its number is known",
        )
    )
    async def recognition_document(self, info: Info) -> PolicyDocument | None:
        number = self.row.recognition_document
        if number is None:
            return None
        row = await info.context.loaders.platforms.documents.load(number)
        return PolicyDocument.from_row(row) if row else None


@strawberry.type(
    description=zh_en(
        "布局情况：计划数与现有数。区域中心未定数量，不在其列",
        "Layout: planned and present numbers. Regional centres have no planned number",
    )
)
class LayoutStatus:
    kind: CenterKind = field(description=zh_en("类型", "Kind"))
    function: PlatformFunction | None = field(
        description=zh_en("功能；空为各功能合计", "Function; null: all together")
    )
    planned: int = field(
        description=zh_en(
            "计划数：功能性平台 15 个左右，产业中心不超过 50 个",
            "Planned: about 15 functional platforms, at most 50 industry centres",
        )
    )
    recognised: int = field(description=zh_en("已认定", "Recognised"))
    in_progress: int = field(
        description=zh_en(
            "试点、评价、整改、过渡中", "In pilot, evaluation, rectification or transition"
        )
    )
    over_limit: bool = field(
        description=zh_en("已认定数是否超过计划数", "Whether more are recognised than planned")
    )

    @classmethod
    def from_row(cls, row: LayoutRow) -> LayoutStatus:
        return cls(
            kind=CenterKind(row.kind),
            function=PlatformFunction(row.function) if row.function else None,
            planned=row.planned,
            recognised=row.recognised,
            in_progress=row.in_progress,
            over_limit=row.recognised > row.planned,
        )


@strawberry.type(description=zh_en("名称核查结果", "Result of checking a name"))
class NameCheck:
    ok: bool = field(description=zh_en("是否符合规定", "Whether the name keeps the rule"))
    canonical: str | None = field(
        description=zh_en("规范写法；不符合时为空", "Canonical spelling; null when refused")
    )
    issues: list[str] = field(
        description=zh_en(
            "问题代码，W_ 开头的只是提示", "Codes of issues; those with W_ are only warnings"
        )
    )


@strawberry.federation.type(keys=["uscc"], description=descriptions.ORGANIZATION)
class Organization:
    uscc: USCC = field(description=descriptions.USCC)

    @computed(description=zh_en("作为建设主体的平台（中心）", "The centres it hosts"))
    async def hosted_centers(self, info: Info) -> list[OperationCenter]:
        return _centers(await info.context.loaders.platforms.centers_of_host.load(self.uscc))


@strawberry.federation.type(keys=["code"], description=descriptions.REGION)
class Region:
    code: RegionCode = field(description=descriptions.REGION_CODE)

    @computed(
        description=zh_en("设在该地（含下级）的平台（中心）", "The centres that sit here or below")
    )
    async def operation_centers(
        self, info: Info, kind: KindArgument = None
    ) -> list[OperationCenter]:
        loader = info.context.loaders.platforms.centers_in_region
        return _centers(await loader.load(kind.value if kind else None, self.code))


@strawberry.federation.type(keys=["code"], description=descriptions.INDUSTRY)
class Industry:
    code: IndustryCode = field(description=descriptions.INDUSTRY_CODE)

    @computed(
        description=zh_en(
            "服务该行业（含下级）的平台（中心）", "The centres that serve it or one below"
        )
    )
    async def operation_centers(self, info: Info) -> list[OperationCenter]:
        return _centers(await info.context.loaders.platforms.centers_in_industry.load(self.code))


@strawberry.federation.type(keys=["code"], description=descriptions.JURISDICTION)
class Jurisdiction:
    code: str = field(description=descriptions.JURISDICTION_CODE)

    @computed(description=zh_en("由其指导监督的平台（中心）", "The centres it guides"))
    async def supervised_centers(
        self, info: Info, status: StatusArgument = None
    ) -> list[OperationCenter]:
        loader = info.context.loaders.platforms.centers_of_jurisdiction
        return _centers(await loader.load(status.value if status else None, self.code))


OperationCenterConnection = Connection[OperationCenter]


def _centers(rows: Centers) -> list[OperationCenter]:
    return [OperationCenter.from_row(row) for row in rows]
