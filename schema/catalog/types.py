"""Types of `catalog`: it owns data foundations, grants, service standards and service products, and
adds to OperationCenter, Organization, Region and Industry."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated

import strawberry
from strawberry import field

from resolvers.catalog.commands.transitions import subject_of
from resolvers.catalog.rows import FoundationRow, GrantRow, ProductRow, StandardRow
from resolvers.catalog.rules.kinds import OWES_BASIC_SERVICES
from resolvers.catalog.sight import Sight
from resolvers.catalog.workflows.products import PRODUCTS
from schema.catalog.enums import (
    DataTopic,
    GrantStatus,
    Openness,
    ProductAction,
    ProductStatus,
    ServiceKind,
    StandardStatus,
    UpdateCycle,
)
from schema.catalog.parts import (
    ConformanceResult,
    DataField,
    EvidenceLink,
    GrantUsage,
    ProductStatusChange,
    StandardRequirement,
    bounded,
)
from schema.common import descriptions
from schema.common.context import Info
from schema.common.descriptions import zh_en
from schema.common.fields import computed, loaded
from schema.common.pages import Connection
from schema.common.scalars import USCC, IndustryCode, RegionCode
from schema.common.sizes import sized
from schema.common.values import Money

GrantsWith = Annotated[GrantStatus | None, strawberry.argument(description=zh_en("状态", "Status"))]
OfKind = Annotated[ServiceKind | None, strawberry.argument(description=zh_en("类型", "Kind"))]


def sight_of(info: Info) -> Sight:
    """Return what the caller may see."""
    return Sight.of(info.context.caller)


@strawberry.federation.type(
    keys=["code"],
    description=zh_en(
        "数据底座：有说明、可申请使用的数据资源", "A data foundation: a described data resource"
    ),
)
class DataFoundation:
    row: strawberry.Private[FoundationRow]
    code: strawberry.ID = field(description=zh_en("代码", "Code"))
    name: str = field(description=zh_en("名称", "Name"))
    description: str = field(description=zh_en("说明", "What it holds"))
    topic: DataTopic = field(description=zh_en("主题", "Topic"))
    openness: Openness = field(description=zh_en("开放程度", "How open it is"))
    licence_terms: str = field(description=zh_en("使用条件", "Terms of use"))
    update_cycle: UpdateCycle = field(description=zh_en("更新周期", "How often it is updated"))
    coverage_from: date | None = field(description=zh_en("数据起始日", "Covers from"))
    coverage_to: date | None = field(
        description=zh_en("数据截止日；空为至今", "Covers up to; null: until now")
    )
    record_count: int = field(
        description=zh_en(
            "枢纽所存的记录数（定时更新）", "Records the hub holds, counted now and then"
        )
    )
    last_refreshed_at: datetime | None = field(
        description=zh_en("最近一次入库时间", "When the latest record came in")
    )

    @classmethod
    def from_row(cls, row: FoundationRow) -> DataFoundation:
        return cls(
            row=row,
            code=strawberry.ID(row.code),
            name=row.name,
            description=row.description,
            topic=DataTopic(row.topic),
            openness=Openness(row.openness),
            licence_terms=row.licence_terms,
            update_cycle=UpdateCycle(row.update_cycle),
            coverage_from=row.coverage_from,
            coverage_to=row.coverage_to,
            record_count=bounded(row.record_count),
            last_refreshed_at=row.last_refreshed_at,
        )

    @computed(
        description=zh_en("提供平台；空为枢纽", "The platform that provides it; null: the hub")
    )
    def provider(self) -> OperationCenter | None:
        return _center(self.row.provider_code)

    @loaded(description=zh_en("字段", "Its fields"), directives=sized(20))
    async def fields(self, info: Info) -> list[DataField]:
        rows = await info.context.loaders.catalog.fields.load(self.row.code)
        return [DataField.from_row(row) for row in rows]

    @loaded(
        description=zh_en(
            "对其的使用授权（由新到旧，最多 1000 个）；只有有关单位可见",
            "Grants on it, newest first, at most 1000; shown to those concerned",
        ),
        directives=sized(20),
    )
    async def grants(self, info: Info, status: GrantsWith = None) -> list[DataAccessGrant]:
        wanted = (sight_of(info), status.value if status else None, info.context.today)
        rows = await info.context.loaders.catalog.grants_of_foundation.load(wanted, self.row.code)
        return [DataAccessGrant.from_row(row, info.context.today) for row in rows]


@strawberry.federation.type(
    keys=["id"],
    description=zh_en(
        "数据使用授权：一个平台（中心）对有条件开放的数据的使用权",
        "A grant: what a centre may use of conditional data",
    ),
)
class DataAccessGrant:
    row: strawberry.Private[GrantRow]
    id: strawberry.ID = field(description=zh_en("标识", "Id"))
    purpose: str = field(description=zh_en("用途", "What the data are for"))
    status: GrantStatus = field(description=zh_en("状态", "Status"))
    fields: list[str] | None = field(
        description=zh_en("所及字段；空为全部", "The fields it covers; null: all")
    )
    valid_from: date | None = field(description=zh_en("起始日", "First day"))
    valid_to: date | None = field(description=zh_en("截止日", "Last day"))
    approved_by: str | None = field(
        description=zh_en(
            "作出决定者：平台代码或 CNIPA", "Who decided: a platform's code, or CNIPA"
        )
    )
    usage: GrantUsage = field(description=zh_en("使用情况", "Use made of it"))

    @classmethod
    def from_row(cls, row: GrantRow, today: date) -> DataAccessGrant:
        return cls(
            row=row,
            id=strawberry.ID(str(row.id)),
            purpose=row.purpose,
            status=GrantStatus(row.status_on(today)),
            fields=None if row.fields is None else list(row.fields),
            valid_from=row.valid_from,
            valid_to=row.valid_to,
            approved_by=row.decided_by,
            usage=GrantUsage.from_row(row),
        )

    @loaded(description=zh_en("所及数据底座", "The data foundation it is for"))
    async def data_foundation(self, info: Info) -> DataFoundation:
        row = await info.context.loaders.catalog.foundations.load(self.row.foundation_code)
        assert row is not None  # a foreign key
        return DataFoundation.from_row(row)

    @loaded(
        description=zh_en(
            "作出决定或撤销时的说明", "What was said when it was decided on or revoked"
        )
    )
    async def decision_comment(self, info: Info) -> str | None:
        rows = await info.context.loaders.catalog.changes_of_grant.load(str(self.row.id))
        said = [row.comment for row in rows if row.comment is not None]
        return said[-1] if said else None

    @computed(description=zh_en("被授权的平台（中心）", "The centre it is given to"))
    def grantee(self) -> OperationCenter:
        return OperationCenter(code=strawberry.ID(self.row.grantee_code))


@strawberry.federation.type(
    keys=["code version"],
    description=zh_en("服务标准（一个版本）", "A service standard, in one version"),
)
class ServiceStandard:
    row: strawberry.Private[StandardRow]
    code: strawberry.ID = field(description=zh_en("标准代码，如 SS-VAL-001", "Code, as SS-VAL-001"))
    version: str = field(description=zh_en("版本号，如 1.0", "Version, as 1.0"))
    title: str = field(description=zh_en("名称", "Title"))
    basis: list[str] = field(description=zh_en("制定依据", "What it rests on"))
    service_kind: ServiceKind = field(description=zh_en("适用的服务类型", "Kind of service"))
    status: StandardStatus = field(description=zh_en("状态", "Status"))
    effective_from: date | None = field(description=zh_en("生效日", "In force since"))

    @classmethod
    def from_row(cls, row: StandardRow) -> ServiceStandard:
        return cls(
            row=row,
            code=strawberry.ID(row.code),
            version=row.version,
            title=row.title,
            basis=list(row.basis),
            service_kind=ServiceKind(row.service_kind),
            status=StandardStatus(row.status),
            effective_from=row.effective_from,
        )

    @computed(
        description=zh_en(
            "发布标准的功能性平台；空为国家知识产权局", "The platform that issued it; null: CNIPA"
        )
    )
    def issued_by(self) -> OperationCenter | None:
        return _center(self.row.issuer_code)

    @loaded(description=zh_en("各项要求", "What it asks for"), directives=sized(10))
    async def requirements(self, info: Info) -> list[StandardRequirement]:
        rows = await info.context.loaders.catalog.requirements.load(self.row.key)
        return [StandardRequirement.from_row(row) for row in rows]

    @loaded(description=zh_en("取代它的版本", "The version that replaced it"))
    async def replaced_by(self, info: Info) -> ServiceStandard | None:
        if self.row.replaced_by is None:
            return None
        key = (self.row.code, self.row.replaced_by)
        row = await info.context.loaders.catalog.standards.load(key)
        return ServiceStandard.from_row(row) if row else None


@strawberry.federation.type(
    keys=["id"],
    description=zh_en("服务产品：依据一项服务标准发布", "A service, published against a standard"),
)
class ServiceProduct:
    row: strawberry.Private[ProductRow]
    id: strawberry.ID = field(description=zh_en("标识", "Id"))
    number: str = field(
        description=zh_en("编号，由发布单位依次取得", "Number, in sequence for each publisher")
    )
    title: str = field(description=zh_en("名称", "Title"))
    summary: str = field(description=zh_en("简介", "Summary"))
    kind: ServiceKind = field(description=zh_en("类型", "Kind"))
    price: Money = field(description=zh_en("价格", "Price"))
    response_days: int | None = field(
        description=zh_en("响应天数", "Days until the customer is answered")
    )
    status: ProductStatus = field(description=zh_en("状态", "Status"))
    version: int = field(
        description=zh_en(
            "数据版本，每次修改加一", "Version of the data, one more with each change"
        )
    )
    published_at: datetime | None = field(description=zh_en("发布时间", "When it was published"))

    @classmethod
    def from_row(cls, row: ProductRow) -> ServiceProduct:
        return cls(
            row=row,
            id=strawberry.ID(str(row.id)),
            number=row.number,
            title=row.title,
            summary=row.summary,
            kind=ServiceKind(row.kind),
            price=Money.from_row(row.price),
            response_days=row.response_days,
            status=ProductStatus(row.status),
            version=row.version,
            published_at=row.published_at,
        )

    @computed(description=zh_en("发布的平台（中心）", "The centre that publishes it"))
    def publisher(self) -> OperationCenter:
        return OperationCenter(code=strawberry.ID(self.row.publisher_code))

    @computed(description=zh_en("提供服务的机构", "The organisation that renders the service"))
    def provider(self) -> Organization | None:
        uscc = self.row.provider_uscc
        return Organization(uscc=USCC(uscc)) if uscc else None

    @loaded(description=zh_en("所依据的服务标准", "The standard it is published against"))
    async def standard(self, info: Info) -> ServiceStandard:
        row = await info.context.loaders.catalog.standards.load(self.row.standard_key)
        assert row is not None  # a foreign key
        return ServiceStandard.from_row(row)

    @loaded(
        description=zh_en("使用的数据底座", "The data foundations it uses"), directives=sized(3)
    )
    async def uses_data_foundations(self, info: Info) -> list[DataFoundation]:
        rows = await info.context.loaders.catalog.foundations_of_product.load(self.row.id)
        return [DataFoundation.from_row(row) for row in rows]

    @loaded(description=zh_en("服务地区", "The regions it is offered in"), directives=sized(5))
    async def regions(self, info: Info) -> list[Region]:
        codes = await info.context.loaders.catalog.regions_of_product.load(self.row.id)
        return [Region(code=RegionCode(code)) for code in codes]

    @loaded(
        description=zh_en("面向的行业；空为不限", "The industries it is for; none: all"),
        directives=sized(5),
    )
    async def industries(self, info: Info) -> list[Industry]:
        codes = await info.context.loaders.catalog.industries_of_product.load(self.row.id)
        return [Industry(code=IndustryCode(code)) for code in codes]

    @loaded(
        description=zh_en(
            "最近一次检查的结果，按标准的顺序",
            "Results of the last checks, in the standard's order",
        ),
        directives=sized(10),
    )
    async def conformance(self, info: Info) -> list[ConformanceResult]:
        rows = await info.context.loaders.catalog.conformance.load(self.row.id)
        return [ConformanceResult.from_row(row) for row in rows]

    @loaded(
        description=zh_en(
            "证明材料；只有有关单位可见，其他人为空",
            "Evidence, for those concerned; null for others",
        ),
        directives=sized(5),
    )
    async def evidence(self, info: Info) -> list[EvidenceLink] | None:
        if not sight_of(info).inside_product(self.row):
            return None
        rows = await info.context.loaders.catalog.evidence.load(self.row.id)
        return [EvidenceLink.from_row(row) for row in rows]

    @loaded(
        description=zh_en("状态变化（由早到晚）", "Changes of its status, oldest first"),
        directives=sized(5),
    )
    async def history(self, info: Info) -> list[ProductStatusChange]:
        rows = await info.context.loaders.catalog.changes_of_product.load(str(self.row.id))
        inside = sight_of(info).inside_product(self.row)
        return [ProductStatusChange.from_row(row, inside=inside) for row in rows]

    @computed(description=zh_en("您现在可进行的操作", "What you may do with it now"))
    def allowed_actions(self, info: Info) -> list[ProductAction]:
        subject = subject_of(self.row)
        allowed = PRODUCTS.allowed_actions(self.row.status, info.context.caller, subject)
        return [ProductAction(action) for action in allowed]


@strawberry.federation.type(keys=["code"], description=descriptions.OPERATION_CENTER)
class OperationCenter:
    code: strawberry.ID = field(description=descriptions.CENTER_CODE)

    @loaded(
        description=zh_en(
            "其服务产品（由新到旧，最多 1000 个）；未发布的只有有关单位可见",
            "Its service products, newest first, at most 1000; drafts are shown to those concerned",
        ),
        directives=sized(10),
    )
    async def service_products(
        self,
        info: Info,
        status: Annotated[
            ProductStatus | None, strawberry.argument(description=zh_en("状态", "Status"))
        ] = None,
    ) -> list[ServiceProduct]:
        wanted = (sight_of(info), status.value if status else None)
        loader = info.context.loaders.catalog.products_of_center
        return _products(await loader.load(wanted, self.code))

    @loaded(description=zh_en("已发布的服务产品数", "Number of its published service products"))
    async def published_product_count(self, info: Info) -> int:
        return await info.context.loaders.catalog.published_count.load(self.code)

    @loaded(
        description=zh_en(
            "是否已发布运营基础服务（供需对接、交易撮合、评估评价、投融资、保险）；交易、金融服务平台"
            "至少应有一项，其他为空",
            "Whether it has published a basic service (matching, brokering, valuation, financing, "
            "insurance); trading and financial platforms must, null for others",
        )
    )
    async def offers_basic_service(self, info: Info) -> bool | None:
        if not self.code.startswith(OWES_BASIC_SERVICES):
            return None
        return await info.context.loaders.catalog.offers_basic_service.load(self.code)

    @loaded(
        description=zh_en("其提供的数据底座", "The data foundations it provides"),
        directives=sized(5),
    )
    async def provided_data_foundations(self, info: Info) -> list[DataFoundation]:
        rows = await info.context.loaders.catalog.foundations_of_provider.load(self.code)
        return [DataFoundation.from_row(row) for row in rows]

    @loaded(
        description=zh_en(
            "其数据使用授权（由新到旧，最多 1000 个）；只有有关单位可见",
            "Grants given to it, newest first, at most 1000; shown to those concerned",
        ),
        directives=sized(10),
    )
    async def data_grants(self, info: Info, status: GrantsWith = None) -> list[DataAccessGrant]:
        wanted = (sight_of(info), status.value if status else None, info.context.today)
        rows = await info.context.loaders.catalog.grants_of_center.load(wanted, self.code)
        return [DataAccessGrant.from_row(row, info.context.today) for row in rows]


@strawberry.federation.type(keys=["uscc"], description=descriptions.ORGANIZATION)
class Organization:
    uscc: USCC = field(description=descriptions.USCC)

    @loaded(
        description=zh_en(
            "由其提供的服务产品（由新到旧，最多 1000 个）；未发布的只有有关单位可见",
            "Service products it renders, newest first, at most 1000; drafts are shown to those "
            "concerned",
        ),
        directives=sized(5),
    )
    async def provided_products(self, info: Info) -> list[ServiceProduct]:
        loader = info.context.loaders.catalog.products_of_provider
        return _products(await loader.load((sight_of(info), None), self.uscc))


@strawberry.federation.type(keys=["code"], description=descriptions.REGION)
class Region:
    code: RegionCode = field(description=descriptions.REGION_CODE)

    @loaded(
        description=zh_en(
            "面向该地（含其上级、下级）的已发布服务产品（由新到旧，最多 1000 个）",
            "Published products offered here, in what contains it or in a part of it, newest "
            "first, at most 1000",
        ),
        directives=sized(20),
    )
    async def service_products(self, info: Info, kind: OfKind = None) -> list[ServiceProduct]:
        loader = info.context.loaders.catalog.products_in_region
        return _products(await loader.load(kind.value if kind else None, self.code))


@strawberry.federation.type(keys=["code"], description=descriptions.INDUSTRY)
class Industry:
    code: IndustryCode = field(description=descriptions.INDUSTRY_CODE)

    @loaded(
        description=zh_en(
            "面向该行业（含其上级、下级）的已发布服务产品（由新到旧，最多 1000 个）",
            "Published products for it, for what contains it or for a part of it, newest first, at "
            "most 1000",
        ),
        directives=sized(20),
    )
    async def service_products(self, info: Info, kind: OfKind = None) -> list[ServiceProduct]:
        loader = info.context.loaders.catalog.products_in_industry
        return _products(await loader.load(kind.value if kind else None, self.code))


ServiceProductConnection = Connection[ServiceProduct]


def _center(code: str | None) -> OperationCenter | None:
    return OperationCenter(code=strawberry.ID(code)) if code else None


def _products(rows: tuple[ProductRow, ...]) -> list[ServiceProduct]:
    return [ServiceProduct.from_row(row) for row in rows]
