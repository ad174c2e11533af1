"""Queries of `featured`."""

from __future__ import annotations

from typing import Annotated

import strawberry

from schema.common import descriptions
from schema.common.context import Info
from schema.common.descriptions import zh_en
from schema.common.entities import id_text
from schema.common.fields import computed
from schema.common.scalars import OfficeCode
from schema.common.sizes import sized
from schema.featured.enums import InternationalKind, TransformationStage
from schema.featured.types import (
    ADVANCED,
    INTERNATIONAL,
    AdvancedTechProject,
    InternationalProject,
    sight_of,
)


@strawberry.type(description=zh_en("查询", "Queries"))
class Query:
    @computed(description=ADVANCED, directives=sized(50))
    async def advanced_tech_projects(
        self,
        info: Info,
        stage: Annotated[
            TransformationStage | None, strawberry.argument(description=zh_en("阶段", "Stage"))
        ] = None,
        platform: Annotated[
            strawberry.ID | None, strawberry.argument(description=descriptions.CENTER_CODE)
        ] = None,
    ) -> list[AdvancedTechProject]:
        rows = await info.context.loaders.featured.listed_advanced(
            stage.value if stage else None,
            id_text(platform) if platform is not None else None,
            sight_of(info),
        )
        return [AdvancedTechProject.from_row(row) for row in rows]

    @computed(description=INTERNATIONAL, directives=sized(50))
    async def international_projects(
        self,
        info: Info,
        target_office: Annotated[
            OfficeCode | None, strawberry.argument(description=descriptions.OFFICE_CODE)
        ] = None,
        kind: Annotated[
            InternationalKind | None, strawberry.argument(description=zh_en("类型", "Kind"))
        ] = None,
    ) -> list[InternationalProject]:
        rows = await info.context.loaders.featured.listed_international(
            target_office, kind.value if kind else None, sight_of(info)
        )
        return [InternationalProject.from_row(row) for row in rows]
