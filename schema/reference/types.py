"""Types of `reference`: it owns regions, jurisdictions, industries, IPC classes, offices and
organisations."""

from __future__ import annotations

from datetime import date

import strawberry
from strawberry import field

from resolvers.reference.rows import (
    IndustryRow,
    IpcClassRow,
    JurisdictionRow,
    OfficeRow,
    OrganizationRow,
    RegionRow,
)
from schema.common import descriptions
from schema.common.context import Info
from schema.common.descriptions import zh_en
from schema.common.fields import computed, loaded
from schema.common.pages import Connection
from schema.common.scalars import USCC, IndustryCode, IpcSymbol, OfficeCode, RegionCode
from schema.common.sizes import sized
from schema.reference.enums import (
    CodeStatus,
    IdentifierKind,
    IpcLevel,
    JurisdictionKind,
    OfficeKind,
    OrganizationKind,
    RegionLevel,
)


@strawberry.federation.type(keys=["code"], description=descriptions.REGION)
class Region:
    row: strawberry.Private[RegionRow]
    code: RegionCode = field(description=descriptions.REGION_CODE)
    name: str = field(description=zh_en("名称", "Name"))
    full_name: str = field(description=zh_en("从省级起的全称", "Name from the province downwards"))
    level: RegionLevel = field(description=zh_en("级别", "Level"))
    status: CodeStatus = field(description=zh_en("代码状态", "State of the code"))
    valid_from: int = field(description=zh_en("启用年份", "Year from which it holds"))
    valid_to: int | None = field(
        description=zh_en("停用年份（自该年起不再使用）", "Year from which it no longer holds")
    )

    @classmethod
    def from_row(cls, row: RegionRow) -> Region:
        return cls(
            row=row,
            code=RegionCode(row.code),
            name=row.name,
            full_name=row.full_name,
            level=RegionLevel(row.level),
            status=CodeStatus(row.status),
            valid_from=row.valid_from,
            valid_to=row.valid_to,
        )

    @loaded(description=zh_en("上级行政区划", "The region above"))
    async def parent(self, info: Info) -> Region | None:
        if self.row.parent_code is None:
            return None
        regions = info.context.loaders.reference.regions
        row = await regions.load((self.row.parent_code, self.row.year_within))
        return Region.from_row(row) if row else None

    @loaded(
        description=zh_en(
            "下级行政区划（按代码排序）", "The regions below, in order of their codes"
        ),
        directives=sized(25),
    )
    async def children(self, info: Info) -> list[Region]:
        children = info.context.loaders.reference.children
        rows = await children.load((self.row.code, self.row.year_within))
        return [Region.from_row(row) for row in rows]

    @loaded(
        description=zh_en(
            "停用后接替的代码", "Codes that took over when this one was retired or renamed"
        ),
        directives=sized(2),
    )
    async def successors(self, info: Info) -> list[Region]:
        reference = info.context.loaders.reference
        codes = await reference.successors.load((self.row.code, self.row.valid_from))
        year = max(self.row.valid_to or self.row.year, self.row.year, info.context.today.year)
        rows = await reference.regions.load_many([(code, year) for code in codes])
        return [Region.from_row(row) for row in rows if row]

    @loaded(
        description=zh_en(
            "负责该地的知识产权局管辖范围", "The jurisdiction whose office acts for this region"
        )
    )
    async def jurisdiction(self, info: Info) -> Jurisdiction | None:
        row = await info.context.loaders.reference.jurisdictions_of_regions.load(self.row.code)
        return Jurisdiction.from_row(row) if row else None


@strawberry.federation.type(keys=["code"], description=descriptions.JURISDICTION)
class Jurisdiction:
    region_code: strawberry.Private[str | None]
    code: str = field(description=descriptions.JURISDICTION_CODE)
    name: str = field(description=zh_en("名称", "Name"))
    kind: JurisdictionKind = field(description=zh_en("种类", "Kind"))
    lead_office: str = field(
        description=zh_en(
            "牵头部门；四川省为四川省知识产权服务促进中心",
            "Lead office; for Sichuan 四川省知识产权服务促进中心",
        )
    )

    @classmethod
    def from_row(cls, row: JurisdictionRow) -> Jurisdiction:
        return cls(
            region_code=row.region_code,
            code=row.code,
            name=row.name,
            kind=JurisdictionKind(row.kind),
            lead_office=row.lead_office,
        )

    @computed(description=zh_en("所辖行政区划", "Its region"))
    async def region(self, info: Info) -> Region | None:
        return await find_region(info, self.region_code)


@strawberry.federation.type(keys=["code"], description=descriptions.INDUSTRY)
class Industry:
    parent_code: strawberry.Private[str | None]
    code: IndustryCode = field(description=descriptions.INDUSTRY_CODE)
    name: str = field(description=zh_en("名称", "Name"))
    level: int = field(
        description=zh_en(
            "层级：1 门类、2 大类、3 中类、4 小类", "1 section, 2 division, 3 group, 4 class"
        )
    )
    revision: str = field(description=zh_en("标准版本", "Edition of the standard"))

    @classmethod
    def from_row(cls, row: IndustryRow) -> Industry:
        return cls(
            parent_code=row.parent_code,
            code=IndustryCode(row.code),
            name=row.name,
            level=row.level,
            revision=row.revision,
        )

    @computed(description=zh_en("上级行业", "The industry above"))
    async def parent(self, info: Info) -> Industry | None:
        return await find_industry(info, self.parent_code)

    @loaded(
        description=zh_en("下级行业（按代码排序）", "The industries below, in order of codes"),
        directives=sized(10),
    )
    async def children(self, info: Info) -> list[Industry]:
        rows = await info.context.loaders.reference.industry_children.load(self.code)
        return [Industry.from_row(row) for row in rows]


@strawberry.federation.type(keys=["symbol"], description=descriptions.IPC_CLASS)
class IpcClass:
    parent_symbol: strawberry.Private[str | None]
    symbol: IpcSymbol = field(description=descriptions.IPC_SYMBOL)
    display: str = field(description=zh_en("带空格的写法", "Spelling with a space"))
    level: IpcLevel = field(description=zh_en("层级", "Level"))
    title_en: str | None = field(description=zh_en("英文类名", "English title"))
    title_zh: str | None = field(description=zh_en("中文类名", "Chinese title"))

    @classmethod
    def from_row(cls, row: IpcClassRow) -> IpcClass:
        return cls(
            parent_symbol=row.parent_symbol,
            symbol=IpcSymbol(row.symbol),
            display=row.display,
            level=IpcLevel(row.level),
            title_en=row.title_en,
            title_zh=row.title_zh,
        )

    @loaded(description=zh_en("上级分类", "The class above"))
    async def parent(self, info: Info) -> IpcClass | None:
        if self.parent_symbol is None:
            return None
        row = await info.context.loaders.reference.ipc_classes.load(self.parent_symbol)
        return IpcClass.from_row(row) if row else None


@strawberry.federation.type(keys=["code"], description=descriptions.OFFICE)
class Office:
    code: OfficeCode = field(description=descriptions.OFFICE_CODE)
    name_en: str = field(description=zh_en("英文名称", "English name"))
    name_zh: str | None = field(description=zh_en("中文名称", "Chinese name"))
    kind: OfficeKind = field(description=zh_en("种类", "Kind"))

    @classmethod
    def from_row(cls, row: OfficeRow) -> Office:
        return cls(
            code=OfficeCode(row.code),
            name_en=row.name_en,
            name_zh=row.name_zh,
            kind=OfficeKind(row.kind),
        )


@strawberry.federation.type(keys=["uscc"], description=descriptions.ORGANIZATION)
class Organization:
    region_code: strawberry.Private[str | None]
    industry_code: strawberry.Private[str | None]
    uscc: USCC = field(description=descriptions.USCC)
    name: str = field(description=zh_en("现名称", "Present name"))
    kind: OrganizationKind = field(description=zh_en("种类", "Kind"))
    registration_authority: str = field(description=zh_en("登记管理部门", "Registering authority"))

    @classmethod
    def from_row(cls, row: OrganizationRow) -> Organization:
        return cls(
            region_code=row.region_code,
            industry_code=row.industry_code,
            uscc=USCC(row.uscc),
            name=row.name,
            kind=OrganizationKind(row.kind),
            registration_authority=row.registration_authority or authority_of(row.uscc),
        )

    @loaded(
        description=zh_en("曾用名（由早到晚）", "Former names, oldest first"), directives=sized(2)
    )
    async def name_history(self, info: Info) -> list[OrganizationName]:
        rows = await info.context.loaders.reference.organization_names.load(self.uscc)
        return [
            OrganizationName(name=row.name, from_=row.valid_from, to=row.valid_to) for row in rows
        ]

    @computed(description=zh_en("所在行政区划", "Region where it is registered"))
    async def region(self, info: Info) -> Region | None:
        return await find_region(info, self.region_code)

    @computed(description=zh_en("所属行业", "Its industry"))
    async def industry(self, info: Info) -> Industry | None:
        return await find_industry(info, self.industry_code)


@strawberry.type(description=zh_en("组织曾用的名称", "A name an organisation had"))
class OrganizationName:
    name: str = field(description=zh_en("名称", "Name"))
    from_: date | None = field(name="from", description=zh_en("启用日期", "From this day"))
    to: date | None = field(description=zh_en("停用日期", "Until this day"))


@strawberry.type(
    description=zh_en("对一个标识符或数值的校验结果", "What checking one identifier or value found")
)
class IdentifierCheck:
    kind: IdentifierKind = field(description=zh_en("按哪一种校验", "Checked as"))
    input: str = field(description=zh_en("原文", "Text as given"))
    valid: bool = field(description=zh_en("是否可接受", "Whether it is accepted"))
    canonical: str | None = field(description=zh_en("规范形式（存储用）", "Form to store"))
    display: str | None = field(description=zh_en("显示形式", "Form to show"))
    issues: list[str] = field(
        description=zh_en(
            "规则代码；W_ 开头的仅为提示", "Codes of rules; those that begin with W_ only warn"
        )
    )


RegionConnection = Connection[Region]
OrganizationConnection = Connection[Organization]

# Position 1 of the code names the authority that registers (GB 32100-2015, table of authorities).
_AUTHORITIES = {
    "1": "机构编制",
    "2": "外交",
    "3": "司法行政",
    "4": "文化",
    "5": "民政",
    "6": "旅游",
    "7": "宗教",
    "8": "工会",
    "9": "市场监督管理",
    "A": "中央军委改革和编制办公室",
    "N": "农业农村",
    "Y": "其他",
}


def authority_of(uscc: str) -> str:
    """Return the kind of authority that position 1 of the code names.

    >>> authority_of("91110000600037341L")
    '市场监督管理'
    """
    return _AUTHORITIES[uscc[0]]


async def find_region(info: Info, code: str | None) -> Region | None:
    """Return the region as it is today, or None."""
    if code is None:
        return None
    row = await info.context.loaders.reference.regions.load((code, info.context.today.year))
    return Region.from_row(row) if row else None


async def find_industry(info: Info, code: str | None) -> Industry | None:
    if code is None:
        return None
    row = await info.context.loaders.reference.industries.load(code)
    return Industry.from_row(row) if row else None
