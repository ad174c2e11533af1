"""Queries of `reference`."""

from __future__ import annotations

from datetime import date
from typing import Annotated, cast

import strawberry

from resolvers.reference import pages
from resolvers.reference.loaders import plain_row, region_row
from resolvers.reference.rows import OrganizationRow
from resolvers.values.kinds import IdentifierKind as CheckedKind
from resolvers.values.kinds import check
from schema.common import descriptions
from schema.common.context import Info
from schema.common.descriptions import zh_en
from schema.common.fields import computed, loaded
from schema.common.pages import connect, page_size
from schema.common.scalars import (
    USCC,
    IndustryCode,
    IpcSymbol,
    OfficeCode,
    RegionCode,
)
from schema.common.sizes import SEARCH, dear, paged, sized
from schema.common.texts import bounded_text, search_text
from schema.reference.enums import (
    IdentifierKind,
    JurisdictionKind,
    OrganizationKind,
    RegionLevel,
)
from schema.reference.types import (
    IdentifierCheck,
    Industry,
    IpcClass,
    Jurisdiction,
    Office,
    Organization,
    OrganizationConnection,
    Region,
    RegionConnection,
    find_industry,
)

First = Annotated[int | None, strawberry.argument(description=descriptions.FIRST)]
After = Annotated[str | None, strawberry.argument(description=descriptions.AFTER)]
NameContains = Annotated[
    str | None,
    strawberry.argument(description=zh_en("名称中包含的文字", "Text the name contains")),
]
# Of regions there are a few thousand, of organisations any number.
OrganizationNameContains = Annotated[
    str | None,
    strawberry.argument(
        description=zh_en("名称中包含的文字", "Text the name contains"), directives=dear(SEARCH)
    ),
]


@strawberry.type(description=zh_en("查询", "Queries"))
class Query:
    @loaded(description=zh_en("按代码查询行政区划", "One region by its code"))
    async def region(
        self,
        info: Info,
        code: Annotated[RegionCode, strawberry.argument(description=descriptions.REGION_CODE)],
        as_of: Annotated[
            date | None,
            strawberry.argument(
                description=zh_en(
                    "按该日的状况（缺省为今天）", "As it stood on this day (default: today)"
                )
            ),
        ] = None,
    ) -> Region | None:
        year = (as_of or info.context.today).year
        row = await info.context.loaders.reference.regions.load((code, year))
        return Region.from_row(row) if row else None

    @computed(
        description=zh_en("行政区划列表（按代码排序）", "Regions, in order of their codes"),
        directives=paged(50),
    )
    def regions(
        self,
        info: Info,
        parent: Annotated[
            RegionCode | None,
            strawberry.argument(description=zh_en("上级代码", "Code of the region above")),
        ] = None,
        level: Annotated[
            RegionLevel | None, strawberry.argument(description=zh_en("级别", "Level"))
        ] = None,
        name_contains: NameContains = None,
        include_retired: Annotated[
            bool | None,
            strawberry.argument(
                description=zh_en("是否包括已停用的代码", "Whether codes no longer used are listed")
            ),
        ] = False,
        first: First = 50,
        after: After = None,
    ) -> RegionConnection:
        listed = pages.list_regions(
            parent,
            level.value if level else None,
            search_text(name_contains),
            bool(include_retired),
        )
        year = info.context.today.year
        return connect(
            listed,
            info.context.loaders.queries,
            page_size(first, 50),
            after,
            lambda record: Region.from_row(region_row(record, year)),
            RegionConnection,
        )

    @computed(
        description=zh_en("管辖范围列表（按代码排序）", "Jurisdictions, in order of their codes"),
        directives=sized(50),
    )
    async def jurisdictions(
        self,
        info: Info,
        kind: Annotated[
            JurisdictionKind | None, strawberry.argument(description=zh_en("种类", "Kind"))
        ] = None,
    ) -> list[Jurisdiction]:
        rows = await pages.find_jurisdictions(
            info.context.loaders.queries, kind.value if kind else None
        )
        return [Jurisdiction.from_row(row) for row in rows]

    @computed(description=zh_en("按代码查询行业", "One industry by its code"))
    async def industry(
        self,
        info: Info,
        code: Annotated[IndustryCode, strawberry.argument(description=descriptions.INDUSTRY_CODE)],
    ) -> Industry | None:
        return await find_industry(info, code)

    @computed(
        description=zh_en(
            "行业列表：缺省为门类；给出上级则为其直接下级；给出层级则为上级之下该层级的全部行业",
            "Industries: the sections by default; with parent those right below it; with level all "
            "of that level below parent",
        ),
        directives=sized(100),
    )
    async def industries(
        self,
        info: Info,
        parent: Annotated[
            IndustryCode | None,
            strawberry.argument(description=zh_en("上级代码", "Code of the industry above")),
        ] = None,
        level: Annotated[
            int | None, strawberry.argument(description=zh_en("层级（1–4）", "Level (1 to 4)"))
        ] = None,
    ) -> list[Industry]:
        rows = await pages.find_industries(info.context.loaders.queries, parent, level)
        return [Industry.from_row(row) for row in rows]

    @loaded(description=zh_en("按分类号查询 IPC", "One IPC class by its symbol"))
    async def ipc_class(
        self,
        info: Info,
        symbol: Annotated[IpcSymbol, strawberry.argument(description=descriptions.IPC_SYMBOL)],
    ) -> IpcClass | None:
        row = await info.context.loaders.reference.ipc_classes.load(symbol)
        return IpcClass.from_row(row) if row else None

    @loaded(description=zh_en("按 ST.3 代码查询", "One office or state by its ST.3 code"))
    async def office(
        self,
        info: Info,
        code: Annotated[OfficeCode, strawberry.argument(description=descriptions.OFFICE_CODE)],
    ) -> Office | None:
        row = await info.context.loaders.reference.offices.load(code)
        return Office.from_row(row) if row else None

    @loaded(description=zh_en("按统一社会信用代码查询组织", "One organisation by its code"))
    async def organization(
        self,
        info: Info,
        uscc: Annotated[USCC, strawberry.argument(description=descriptions.USCC)],
    ) -> Organization | None:
        row = await info.context.loaders.reference.organizations.load(uscc)
        return Organization.from_row(row) if row else None

    @computed(
        description=zh_en(
            "组织列表（按代码排序）；地区与行业包括其下级",
            "Organisations, in order of their codes; region and industry include those below",
        ),
        directives=paged(20),
    )
    def organizations(
        self,
        info: Info,
        name_contains: OrganizationNameContains = None,
        region: Annotated[
            RegionCode | None, strawberry.argument(description=descriptions.REGION_CODE)
        ] = None,
        industry: Annotated[
            IndustryCode | None, strawberry.argument(description=descriptions.INDUSTRY_CODE)
        ] = None,
        kind: Annotated[
            OrganizationKind | None, strawberry.argument(description=zh_en("种类", "Kind"))
        ] = None,
        first: First = 20,
        after: After = None,
    ) -> OrganizationConnection:
        listed = pages.list_organizations(
            search_text(name_contains), region, industry, kind.value if kind else None
        )
        return connect(
            listed,
            info.context.loaders.queries,
            page_size(first, 20),
            after,
            lambda record: Organization.from_row(plain_row(OrganizationRow, record)),
            OrganizationConnection,
        )

    @computed(
        description=zh_en(
            "校验并规范化一个标识符或数值，供适配器和前端在发送前使用",
            "Checks and normalises one identifier or value; adapters and frontends use it before "
            "sending",
        )
    )
    async def check_identifier(
        self,
        info: Info,
        kind: Annotated[
            IdentifierKind, strawberry.argument(description=zh_en("按哪一种校验", "Check as"))
        ],
        value: Annotated[str, strawberry.argument(description=zh_en("原文", "Text as met"))],
    ) -> IdentifierCheck:
        text = bounded_text(value)
        lists = await info.context.lists.current(info.context.loaders.queries)
        checked = check(cast(CheckedKind, kind.value), text, lists=lists)
        return IdentifierCheck(
            kind=kind,
            input=value,
            valid=checked.ok,
            canonical=checked.canonical,
            display=checked.display,
            issues=list(checked.codes),
        )
