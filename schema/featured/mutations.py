"""Mutations of `featured`, and their inputs."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

import strawberry
from strawberry import field

from resolvers.featured.commands.advanced_tech import (
    advance_tech_project,
    register_advanced_tech,
    update_advanced_tech,
)
from resolvers.featured.commands.given import AdvancedTechGiven, InternationalGiven
from resolvers.featured.commands.international import (
    advance_international,
    register_international,
)
from resolvers.featured.workflows.advanced_tech import PLATFORM
from resolvers.input_texts import TITLE, required_text
from resolvers.refusal import Problems
from schema.common import descriptions
from schema.common.context import Info
from schema.common.descriptions import zh_en
from schema.common.entities import id_text, uuid_key
from schema.common.mutations import UserError, errors_field, mutation
from schema.common.scalars import USCC, ApplicationNumber, IndustryCode, OfficeCode
from schema.featured.enums import InternationalKind, InternationalStatus, TransformationStage
from schema.featured.types import AdvancedTechProject, InternationalProject

TITLE_FIELD = zh_en("名称（最多 200 字）", "Title, at most 200 characters")
OWN_CODE = zh_en("负责的平台，即您自己的代码", "The platform in charge: your own code")
NUMBERS = zh_en("所涉专利的申请号（1 至 100 个）", "Application numbers, 1 to 100")

IdArgument = Annotated[strawberry.ID, strawberry.argument(description=zh_en("标识", "Id"))]


@strawberry.input(
    description=zh_en("先进技术转化项目", "A project that transforms advanced technology")
)
class AdvancedTechInput:
    title: str = field(description=TITLE_FIELD)
    platform_code: strawberry.ID = field(description=OWN_CODE)
    owner_uscc: USCC = field(description=zh_en("技术持有单位", "Who owns the technology"))
    application_numbers: list[ApplicationNumber] = field(description=NUMBERS)
    industry_code: IndustryCode | None = field(default=None, description=descriptions.INDUSTRY_CODE)
    readiness_level: int = field(
        description=zh_en("技术成熟度（1 至 9 级）", "Technology readiness level, 1 to 9")
    )
    declassified: bool = field(
        description=zh_en("是否已解密（或本不涉密）", "Whether it is, or never was, classified")
    )

    def to_given(self, problems: Problems) -> AdvancedTechGiven:
        return AdvancedTechGiven(
            required_text(problems, self.title, TITLE, "input", "title"),
            id_text(self.platform_code),
            self.owner_uscc,
            tuple(self.application_numbers),
            self.industry_code,
            self.readiness_level,
            self.declassified,
        )


@strawberry.input(description=zh_en("国际化运营项目", "A project of international operation"))
class InternationalInput:
    title: str = field(description=TITLE_FIELD)
    platform_code: strawberry.ID = field(description=OWN_CODE)
    owner_uscc: USCC = field(description=zh_en("权利人", "Who owns the patents"))
    application_numbers: list[ApplicationNumber] = field(description=NUMBERS)
    target_offices: list[OfficeCode] = field(
        description=zh_en("目标局（1 至 50 个）", "Target offices, 1 to 50")
    )
    kind: InternationalKind = field(description=zh_en("类型", "Kind"))
    export_control_checked: bool = field(
        default=False,
        description=zh_en("是否已完成出口管制审查", "Whether export control was checked"),
    )

    def to_given(self, problems: Problems) -> InternationalGiven:
        return InternationalGiven(
            required_text(problems, self.title, TITLE, "input", "title"),
            id_text(self.platform_code),
            self.owner_uscc,
            tuple(self.application_numbers),
            tuple(self.target_offices),
            self.kind.value,
            self.export_control_checked,
        )


@strawberry.type(
    description=zh_en("先进技术转化项目变更的结果", "What a mutation of a project returns")
)
class AdvancedTechPayload:
    project: AdvancedTechProject | None = field(
        default=None, description=zh_en("项目；未成功时为空", "The project; null when refused")
    )
    errors: list[UserError] = errors_field()


@strawberry.type(
    description=zh_en("国际化运营项目变更的结果", "What a mutation of a project returns")
)
class InternationalPayload:
    project: InternationalProject | None = field(
        default=None, description=zh_en("项目；未成功时为空", "The project; null when refused")
    )
    errors: list[UserError] = errors_field()


@strawberry.type(description=zh_en("变更", "Mutations"))
class Mutation:
    @mutation(
        description=zh_en("登记先进技术转化项目", "Register a project of advanced technology"),
        permits=PLATFORM,
        payload=AdvancedTechPayload,
    )
    async def register_advanced_tech(
        self,
        info: Info,
        input: Annotated[
            AdvancedTechInput, strawberry.argument(description=zh_en("项目", "The project"))
        ],
    ) -> AdvancedTechPayload:
        problems = Problems()
        given = input.to_given(problems)
        context = info.context
        command = context.command("registerAdvancedTech")
        made = await register_advanced_tech(command, context.ask(), given, problems, context.today)
        return await _advanced(info, made)

    @mutation(
        description=zh_en(
            "推进先进技术转化项目的阶段；自对接起须有承接单位",
            "Move a project of advanced technology on; from MATCHED on it has an adopter",
        ),
        permits=PLATFORM,
        payload=AdvancedTechPayload,
    )
    async def advance_tech_project(
        self,
        info: Info,
        id: IdArgument,
        to: Annotated[
            TransformationStage, strawberry.argument(description=zh_en("新阶段", "The new stage"))
        ],
        adopter_uscc: Annotated[
            USCC | None, strawberry.argument(description=zh_en("承接单位", "The adopter"))
        ] = None,
    ) -> AdvancedTechPayload:
        context = info.context
        command = context.command("advanceTechProject")
        moved = await advance_tech_project(
            command, context.ask(), uuid_key(id), to.value, adopter_uscc
        )
        return await _advanced(info, moved)

    @mutation(
        description=zh_en(
            "更新先进技术转化项目的技术成熟度，或标明已解密（不可撤回）",
            "Note a new readiness level, or that a project was declassified, which is for good",
        ),
        permits=PLATFORM,
        payload=AdvancedTechPayload,
    )
    async def update_advanced_tech(
        self,
        info: Info,
        id: IdArgument,
        readiness_level: Annotated[
            int | None,
            strawberry.argument(description=zh_en("技术成熟度（1 至 9 级）", "Level, 1 to 9")),
        ] = None,
        declassified: Annotated[
            bool | None, strawberry.argument(description=zh_en("是否已解密", "Declassified"))
        ] = None,
    ) -> AdvancedTechPayload:
        command = info.context.command("updateAdvancedTech")
        changed = await update_advanced_tech(command, uuid_key(id), readiness_level, declassified)
        return await _advanced(info, changed)

    @mutation(
        description=zh_en("登记国际化运营项目", "Register a project of international operation"),
        permits=PLATFORM,
        payload=InternationalPayload,
    )
    async def register_international(
        self,
        info: Info,
        input: Annotated[
            InternationalInput, strawberry.argument(description=zh_en("项目", "The project"))
        ],
    ) -> InternationalPayload:
        problems = Problems()
        given = input.to_given(problems)
        context = info.context
        command = context.command("registerInternational")
        made = await register_international(command, context.ask(), given, problems, context.today)
        return await _international(info, made)

    @mutation(
        description=zh_en(
            "推进国际化运营项目；对外许可、转让须完成出口管制审查后方可实施",
            "Move a project of international operation on; licensing or transfer out runs only "
            "after the check of export control",
        ),
        permits=PLATFORM,
        payload=InternationalPayload,
    )
    async def advance_international(
        self,
        info: Info,
        id: IdArgument,
        to: Annotated[
            InternationalStatus,
            strawberry.argument(description=zh_en("新状态", "The new status")),
        ],
        export_control_checked: Annotated[
            bool | None,
            strawberry.argument(
                description=zh_en("出口管制审查现已完成", "Export control has been checked now")
            ),
        ] = None,
    ) -> InternationalPayload:
        command = info.context.command("advanceInternational")
        moved = await advance_international(
            command, uuid_key(id), to.value, export_control_checked or False
        )
        return await _international(info, moved)


async def _advanced(info: Info, project_id: UUID) -> AdvancedTechPayload:
    row = await info.context.loaders.featured.advanced_tech.load(project_id)
    assert row is not None
    return AdvancedTechPayload(project=AdvancedTechProject.from_row(row))


async def _international(info: Info, project_id: UUID) -> InternationalPayload:
    row = await info.context.loaders.featured.international.load(project_id)
    assert row is not None
    return InternationalPayload(project=InternationalProject.from_row(row))
