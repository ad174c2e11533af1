"""Types of `featured`: it owns projects of advanced technology and of international operation, and
adds them to Patent, Organization, OperationCenter and Office."""

from __future__ import annotations

from datetime import date

import strawberry
from strawberry import field
from strawberry.federation.schema_directives import Key
from strawberry.federation.types import FieldSet

from resolvers.featured.rows import AdvancedTechRow, InternationalRow
from resolvers.featured.sight import Sight
from schema.common import descriptions
from schema.common.context import Info
from schema.common.descriptions import zh_en
from schema.common.fields import computed, loaded
from schema.common.scalars import USCC, ApplicationNumber, IndustryCode, OfficeCode
from schema.common.sizes import sized
from schema.featured.enums import InternationalKind, InternationalStatus, TransformationStage

ADVANCED = zh_en(
    "先进技术转化项目（由新到旧，最多 1000 个）；未解密的只有其平台和国家知识产权局可见",
    "Projects of advanced technology, newest first, at most 1000; those not declassified are shown "
    "to their platform and CNIPA only",
)
INTERNATIONAL = zh_en(
    "国际化运营项目（由新到旧，最多 1000 个）；未实施的只有有关单位可见",
    "Projects of international operation, newest first, at most 1000; those that never ran are "
    "shown to those concerned",
)


def sight_of(info: Info) -> Sight:
    """Return what the caller may see."""
    return Sight.of(info.context.caller)


@strawberry.federation.type(
    keys=["id"],
    description=zh_en("先进技术转化项目", "A project that transforms advanced technology"),
)
class AdvancedTechProject:
    row: strawberry.Private[AdvancedTechRow]
    id: strawberry.ID = field(description=zh_en("标识", "Id"))
    title: str = field(description=zh_en("名称", "Title"))
    readiness_level: int = field(
        description=zh_en("技术成熟度（1 至 9 级）", "Technology readiness level, 1 to 9")
    )
    stage: TransformationStage = field(description=zh_en("阶段", "Stage"))
    declassified: bool = field(
        description=zh_en("是否已解密（或本不涉密）", "Whether it is, or never was, classified")
    )
    started_on: date = field(description=zh_en("登记日期", "Date of registration"))

    @classmethod
    def from_row(cls, row: AdvancedTechRow) -> AdvancedTechProject:
        return cls(
            row=row,
            id=strawberry.ID(str(row.id)),
            title=row.title,
            readiness_level=row.readiness_level,
            stage=TransformationStage(row.stage),
            declassified=row.declassified,
            started_on=row.started_on,
        )

    @computed(description=zh_en("负责的平台", "The platform in charge"))
    def platform(self) -> OperationCenter:
        return OperationCenter(code=strawberry.ID(self.row.platform_code))

    @computed(description=zh_en("技术持有单位", "Who owns the technology"))
    def owner(self) -> Organization:
        return Organization(uscc=USCC(self.row.owner_uscc))

    @computed(
        description=zh_en("承接单位；对接前为空", "Who takes it up; null before it is matched")
    )
    def adopter(self) -> Organization | None:
        uscc = self.row.adopter_uscc
        return Organization(uscc=USCC(uscc)) if uscc else None

    @loaded(description=zh_en("所涉专利", "The patents concerned"), directives=sized(5))
    async def patents(self, info: Info) -> list[Patent]:
        return _patents(await info.context.loaders.featured.patents_of_advanced.load(self.row.id))

    @computed(description=zh_en("所属行业", "Industry"))
    def industry(self) -> Industry | None:
        code = self.row.industry_code
        return Industry(code=IndustryCode(code)) if code else None


@strawberry.federation.type(
    keys=["id"],
    description=zh_en("国际化运营项目", "A project of international operation"),
)
class InternationalProject:
    row: strawberry.Private[InternationalRow]
    id: strawberry.ID = field(description=zh_en("标识", "Id"))
    title: str = field(description=zh_en("名称", "Title"))
    kind: InternationalKind = field(description=zh_en("类型", "Kind"))
    status: InternationalStatus = field(description=zh_en("状态", "Status"))
    export_control_checked: bool = field(
        description=zh_en("是否已完成出口管制审查", "Whether export control was checked")
    )
    started_on: date = field(description=zh_en("登记日期", "Date of registration"))

    @classmethod
    def from_row(cls, row: InternationalRow) -> InternationalProject:
        return cls(
            row=row,
            id=strawberry.ID(str(row.id)),
            title=row.title,
            kind=InternationalKind(row.kind),
            status=InternationalStatus(row.status),
            export_control_checked=row.export_control_checked,
            started_on=row.started_on,
        )

    @computed(description=zh_en("负责的平台", "The platform in charge"))
    def platform(self) -> OperationCenter:
        return OperationCenter(code=strawberry.ID(self.row.platform_code))

    @computed(description=zh_en("权利人", "Who owns the patents"))
    def owner(self) -> Organization:
        return Organization(uscc=USCC(self.row.owner_uscc))

    @loaded(description=zh_en("所涉专利", "The patents concerned"), directives=sized(5))
    async def patents(self, info: Info) -> list[Patent]:
        loader = info.context.loaders.featured.patents_of_international
        return _patents(await loader.load(self.row.id))

    @loaded(description=zh_en("目标局", "The offices it aims at"), directives=sized(3))
    async def target_offices(self, info: Info) -> list[Office]:
        codes = await info.context.loaders.featured.offices_of_international.load(self.row.id)
        return [Office(code=OfficeCode(code)) for code in codes]


@strawberry.federation.type(keys=["applicationNumber"], description=descriptions.PATENT)
class Patent:
    application_number: ApplicationNumber = field(description=descriptions.APPLICATION_NUMBER)

    @loaded(description=ADVANCED, directives=sized(2))
    async def advanced_tech_projects(self, info: Info) -> list[AdvancedTechProject]:
        loader = info.context.loaders.featured.advanced_of_patent
        return _advanced(await loader.load(sight_of(info), self.application_number))

    @loaded(description=INTERNATIONAL, directives=sized(2))
    async def international_projects(self, info: Info) -> list[InternationalProject]:
        loader = info.context.loaders.featured.international_of_patent
        return _international(await loader.load(sight_of(info), self.application_number))


@strawberry.federation.type(keys=["uscc"], description=descriptions.ORGANIZATION)
class Organization:
    uscc: USCC = field(description=descriptions.USCC)

    @loaded(
        description=zh_en(
            "作为持有或承接单位的先进技术转化项目（由新到旧，最多 1000 个）；未解密的只有其平台和"
            "国家知识产权局可见",
            "Projects of advanced technology it owns or takes up, newest first, at most 1000; "
            "those not declassified are shown to their platform and CNIPA only",
        ),
        directives=sized(5),
    )
    async def advanced_tech_projects(self, info: Info) -> list[AdvancedTechProject]:
        loader = info.context.loaders.featured.advanced_of_organization
        return _advanced(await loader.load(sight_of(info), self.uscc))

    @loaded(description=INTERNATIONAL, directives=sized(5))
    async def international_projects(self, info: Info) -> list[InternationalProject]:
        loader = info.context.loaders.featured.international_of_organization
        return _international(await loader.load(sight_of(info), self.uscc))


@strawberry.federation.type(keys=["code"], description=descriptions.OPERATION_CENTER)
class OperationCenter:
    code: strawberry.ID = field(description=descriptions.CENTER_CODE)

    @loaded(description=ADVANCED, directives=sized(20))
    async def advanced_tech_projects(self, info: Info) -> list[AdvancedTechProject]:
        loader = info.context.loaders.featured.advanced_of_platform
        return _advanced(await loader.load(sight_of(info), self.code))

    @loaded(description=INTERNATIONAL, directives=sized(20))
    async def international_projects(self, info: Info) -> list[InternationalProject]:
        loader = info.context.loaders.featured.international_of_platform
        return _international(await loader.load(sight_of(info), self.code))


@strawberry.federation.type(
    keys=[Key(fields=FieldSet("code"), resolvable=False)], description=descriptions.INDUSTRY
)
class Industry:
    code: IndustryCode = field(description=descriptions.INDUSTRY_CODE)


@strawberry.federation.type(keys=["code"], description=descriptions.OFFICE)
class Office:
    code: OfficeCode = field(description=descriptions.OFFICE_CODE)

    @loaded(
        description=zh_en(
            "以其为目标局的国际化运营项目（由新到旧，最多 1000 个）；未实施的只有有关单位可见",
            "Projects of international operation that aim at it, newest first, at most 1000; those "
            "that never ran are shown to those concerned",
        ),
        directives=sized(20),
    )
    async def targeting_projects(self, info: Info) -> list[InternationalProject]:
        loader = info.context.loaders.featured.international_of_office
        return _international(await loader.load(sight_of(info), self.code))


def _patents(numbers: tuple[str, ...]) -> list[Patent]:
    return [Patent(application_number=ApplicationNumber(number)) for number in numbers]


def _advanced(rows: tuple[AdvancedTechRow, ...]) -> list[AdvancedTechProject]:
    return [AdvancedTechProject.from_row(row) for row in rows]


def _international(rows: tuple[InternationalRow, ...]) -> list[InternationalProject]:
    return [InternationalProject.from_row(row) for row in rows]
