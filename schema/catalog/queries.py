"""Queries of `catalog`."""

from __future__ import annotations

from typing import Annotated

import strawberry
from strawberry import field

from resolvers.catalog.lists import ProductFilterRow, list_products
from resolvers.catalog.rows import product_row
from schema.catalog.enums import (
    DataTopic,
    Openness,
    ProductStatus,
    ServiceKind,
    StandardStatus,
)
from schema.catalog.types import (
    DataFoundation,
    OfKind,
    ServiceProduct,
    ServiceProductConnection,
    ServiceStandard,
    sight_of,
)
from schema.common import descriptions
from schema.common.context import Info
from schema.common.descriptions import zh_en
from schema.common.entities import id_text, uuid_key
from schema.common.fields import computed, loaded
from schema.common.pages import connect, page_size
from schema.common.scalars import IndustryCode, RegionCode
from schema.common.sizes import paged, sized
from schema.common.texts import search_text

First = Annotated[int | None, strawberry.argument(description=descriptions.FIRST)]
After = Annotated[str | None, strawberry.argument(description=descriptions.AFTER)]


@strawberry.input(
    description=zh_en(
        "服务产品筛选；所有条件同时满足。地区、行业包括其上级、下级",
        "Filter of service products; all given conditions hold. Region and industry find what "
        "reaches them, above and below included",
    )
)
class ServiceProductFilter:
    kind: ServiceKind | None = field(default=None, description=zh_en("类型", "Kind"))
    publisher: strawberry.ID | None = field(default=None, description=descriptions.CENTER_CODE)
    region: RegionCode | None = field(default=None, description=zh_en("服务地区", "Region"))
    industry: IndustryCode | None = field(default=None, description=zh_en("面向的行业", "Industry"))
    status: ProductStatus | None = field(default=None, description=zh_en("状态", "Status"))
    text: str | None = field(
        default=None,
        description=zh_en("名称或简介中包含的文字", "Text that title or summary contains"),
    )

    def to_row(self) -> ProductFilterRow:
        return ProductFilterRow(
            self.kind.value if self.kind else None,
            id_text(self.publisher) if self.publisher is not None else None,
            self.region,
            self.industry,
            self.status.value if self.status else None,
            search_text(self.text),
        )


@strawberry.type(description=zh_en("查询", "Queries"))
class Query:
    @loaded(description=zh_en("按代码查询数据底座", "One data foundation by its code"))
    async def data_foundation(
        self,
        info: Info,
        code: Annotated[strawberry.ID, strawberry.argument(description=zh_en("代码", "Code"))],
    ) -> DataFoundation | None:
        row = await info.context.loaders.catalog.foundations.load(id_text(code))
        return DataFoundation.from_row(row) if row else None

    @computed(
        description=zh_en(
            "数据底座名录（按代码排序，最多 1000 个）；所有条件同时满足",
            "The register of data foundations by code, at most 1000; all given conditions hold",
        ),
        directives=sized(50),
    )
    async def data_foundations(
        self,
        info: Info,
        topic: Annotated[
            DataTopic | None, strawberry.argument(description=zh_en("主题", "Topic"))
        ] = None,
        openness: Annotated[
            Openness | None, strawberry.argument(description=zh_en("开放程度", "Openness"))
        ] = None,
        provider: Annotated[
            strawberry.ID | None,
            strawberry.argument(description=zh_en("提供平台的代码", "Code of the provider")),
        ] = None,
    ) -> list[DataFoundation]:
        rows = await info.context.loaders.catalog.listed_foundations(
            topic.value if topic else None,
            openness.value if openness else None,
            id_text(provider) if provider is not None else None,
        )
        return [DataFoundation.from_row(row) for row in rows]

    @computed(
        description=zh_en(
            "按代码查询服务标准；不指明版本时为有效版本，没有时为最新版本",
            "One standard; without a version the one in force, else the latest",
        )
    )
    async def service_standard(
        self,
        info: Info,
        code: Annotated[strawberry.ID, strawberry.argument(description=zh_en("标准代码", "Code"))],
        version: Annotated[
            str | None, strawberry.argument(description=zh_en("版本号", "Version"))
        ] = None,
    ) -> ServiceStandard | None:
        sight = sight_of(info)
        loaders = info.context.loaders.catalog
        if version is None:
            row = await loaders.standard_now(id_text(code), sight)
        else:
            row = await loaders.standards.load((id_text(code), id_text(version)))
        return ServiceStandard.from_row(row) if row and sight.of_standard(row) else None

    @computed(
        description=zh_en(
            "服务标准列表（按代码排序，新版本在前，最多 1000 个）；草稿只有发布者可见",
            "Service standards by code, latest version first, at most 1000; drafts are shown to "
            "their issuer",
        ),
        directives=sized(50),
    )
    async def service_standards(
        self,
        info: Info,
        kind: OfKind = None,
        status: Annotated[
            StandardStatus | None, strawberry.argument(description=zh_en("状态", "Status"))
        ] = None,
    ) -> list[ServiceStandard]:
        rows = await info.context.loaders.catalog.listed_standards(
            kind.value if kind else None, status.value if status else None, sight_of(info)
        )
        return [ServiceStandard.from_row(row) for row in rows]

    @loaded(description=zh_en("按标识查询服务产品", "One service product by its id"))
    async def service_product(
        self,
        info: Info,
        id: Annotated[strawberry.ID, strawberry.argument(description=zh_en("标识", "Id"))],
    ) -> ServiceProduct | None:
        row = await info.context.loaders.catalog.products.load(uuid_key(id))
        return ServiceProduct.from_row(row) if row and sight_of(info).of_product(row) else None

    @computed(
        description=zh_en(
            "服务产品列表（由新到旧）；未发布的只有有关单位可见",
            "Service products, newest first; drafts are shown to those concerned",
        ),
        directives=paged(20),
    )
    def service_products(
        self,
        info: Info,
        filter: Annotated[
            ServiceProductFilter | None, strawberry.argument(description=zh_en("筛选", "Filter"))
        ] = None,
        first: First = 20,
        after: After = None,
    ) -> ServiceProductConnection:
        return connect(
            list_products(filter.to_row() if filter else ProductFilterRow(), sight_of(info)),
            info.context.loaders.queries,
            page_size(first, 20),
            after,
            lambda record: ServiceProduct.from_row(product_row(record)),
            ServiceProductConnection,
        )
