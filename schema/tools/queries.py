"""Queries of `tools`."""

from __future__ import annotations

from typing import Annotated, Final

import strawberry

from resolvers.paging import check_page_size
from resolvers.sight import sight_of
from resolvers.tools.lists import list_credit, list_navigation, list_products
from resolvers.tools.records import credit_row, navigation_row, product_row
from resolvers.tools.sight import sees_product
from schema.common import descriptions
from schema.common.context import Info
from schema.common.descriptions import zh_en
from schema.common.entities import id_text
from schema.common.fields import computed, loaded
from schema.common.pages import page_size
from schema.common.scalars import USCC, IndustryCode, IpcSymbol, RegionCode
from schema.common.sizes import sized, sliced
from schema.tools.enums import CreditStatus, Grade, NavigationKind, ProductFilingStatus
from schema.tools.types import CreditEvaluation, NavigationReport, PatentIntensiveProduct

MOST_REPORTS: Final = 500
MOST_EVALUATIONS: Final = 500


@strawberry.type(description=zh_en("查询", "Queries"))
class Query:
    @loaded(
        description=zh_en(
            "按备案号查询专利密集型产品；无权知悉的为空",
            "One intensive product by its number; null for one the caller may not know of",
        )
    )
    async def intensive_product(
        self,
        info: Info,
        filing_number: Annotated[
            strawberry.ID, strawberry.argument(description=zh_en("备案号", "Filing number"))
        ],
    ) -> PatentIntensiveProduct | None:
        row = await info.context.loaders.tools.products.load(id_text(filing_number))
        if row is None or not sees_product(sight_of(info.context.caller), row):
            return None
        return PatentIntensiveProduct.from_row(row)

    @computed(
        description=zh_en(
            "可见的专利密集型产品（由新到旧）；所有条件同时满足，行业包括其下级",
            "Intensive products the caller may know of, latest filing first; all given conditions "
            "hold, the industry includes those below",
        ),
        directives=sliced(50),
    )
    async def intensive_products(
        self,
        info: Info,
        industry: Annotated[
            IndustryCode | None,
            strawberry.argument(description=zh_en("行业（含下级）", "Industry, with those below")),
        ] = None,
        status: Annotated[
            ProductFilingStatus | None, strawberry.argument(description=zh_en("状态", "Status"))
        ] = None,
        filer_uscc: Annotated[
            USCC | None,
            strawberry.argument(description=zh_en("备案企业的代码", "Code of the filer")),
        ] = None,
        first: Annotated[int | None, strawberry.argument(description=descriptions.FIRST)] = 50,
    ) -> list[PatentIntensiveProduct]:
        size = page_size(first, 50)
        check_page_size(size)
        sight = sight_of(info.context.caller)
        listed = list_products(industry, status.value if status else None, filer_uscc, sight)
        records = await listed.load_first(info.context.loaders.queries, size)
        return [PatentIntensiveProduct.from_row(product_row(record)) for record in records]

    @computed(
        description=zh_en(
            "专利导航报告（由近到远，最多 500 条）；所有条件同时满足，行业、地区、分类包括其下级",
            "Navigation reports, latest first, at most 500; all given conditions hold, industry, "
            "region and class include those below",
        ),
        directives=sized(50),
    )
    async def navigation_reports(
        self,
        info: Info,
        kind: Annotated[
            NavigationKind | None, strawberry.argument(description=zh_en("导航类型", "Kind"))
        ] = None,
        industry: Annotated[
            IndustryCode | None,
            strawberry.argument(description=zh_en("行业（含下级）", "Industry, with those below")),
        ] = None,
        region: Annotated[
            RegionCode | None,
            strawberry.argument(description=zh_en("地区（含下级）", "Region, with those below")),
        ] = None,
        ipc_prefix: Annotated[
            IpcSymbol | None,
            strawberry.argument(
                description=zh_en("IPC 分类（含下级）", "IPC class, with those below")
            ),
        ] = None,
    ) -> list[NavigationReport]:
        listed = list_navigation(kind.value if kind else None, industry, region, ipc_prefix)
        records = await listed.load_first(info.context.loaders.queries, MOST_REPORTS)
        return [NavigationReport.from_row(navigation_row(record)) for record in records]

    @computed(
        description=zh_en(
            "信用评价（有效期由远到近，最多 500 条）；草稿只对平台、主管局和国家知识产权局可见",
            "Credit evaluations, the longest valid first, at most 500; drafts only for the "
            "platform, the office in charge and CNIPA",
        ),
        directives=sized(50),
    )
    async def credit_evaluations(
        self,
        info: Info,
        platform: Annotated[
            strawberry.ID | None, strawberry.argument(description=descriptions.CENTER_CODE)
        ] = None,
        grade: Annotated[
            Grade | None, strawberry.argument(description=zh_en("等级", "Grade"))
        ] = None,
        status: Annotated[
            CreditStatus | None, strawberry.argument(description=zh_en("状态", "Status"))
        ] = None,
    ) -> list[CreditEvaluation]:
        listed = list_credit(
            id_text(platform) if platform is not None else None,
            grade.value if grade else None,
            status.value if status else None,
            sight_of(info.context.caller),
        )
        records = await listed.load_first(info.context.loaders.queries, MOST_EVALUATIONS)
        return [CreditEvaluation.from_row(credit_row(record)) for record in records]
