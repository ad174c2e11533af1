"""Queries of `platforms`."""

from __future__ import annotations

from typing import Annotated

import strawberry

from resolvers.platforms.lists import CenterFilterRow, list_cases, list_centers
from resolvers.platforms.loaders import center_row
from resolvers.platforms.rights import sees_some
from resolvers.values import check_center_name
from schema.common import descriptions
from schema.common.context import Info
from schema.common.descriptions import zh_en
from schema.common.entities import id_text
from schema.common.fields import computed, loaded
from schema.common.pages import connect, page_size
from schema.common.scalars import IndustryCode, RegionCode
from schema.common.sizes import paged, sized
from schema.common.texts import bounded_text
from schema.platforms.enums import CenterKind, CenterStatus, Circle, PlatformFunction
from schema.platforms.recognition_enums import RecognitionStage
from schema.platforms.recognition_parts import RecognitionRound
from schema.platforms.register import LayoutStatus, NameCheck, PolicyDocument
from schema.platforms.types import (
    KindArgument,
    OperationCenter,
    OperationCenterConnection,
    RecognitionCase,
    StatusArgument,
)

First = Annotated[int | None, strawberry.argument(description=descriptions.FIRST)]
After = Annotated[str | None, strawberry.argument(description=descriptions.AFTER)]
Function = Annotated[
    PlatformFunction | None, strawberry.argument(description=zh_en("功能", "Function"))
]
InCircle = Annotated[Circle | None, strawberry.argument(description=zh_en("圈层", "Circle"))]
InRegion = Annotated[
    RegionCode | None,
    strawberry.argument(description=zh_en("所在地（含下级）", "Where it sits, with those below")),
]
InIndustry = Annotated[
    IndustryCode | None,
    strawberry.argument(description=zh_en("行业（含下级）", "Industry, with those below")),
]


def _filter(
    kind: CenterKind | None,
    function: PlatformFunction | None,
    circle: Circle | None,
    region: RegionCode | None,
    industry: IndustryCode | None,
    status: CenterStatus | None,
) -> CenterFilterRow:
    return CenterFilterRow(
        kind.value if kind else None,
        function.value if function else None,
        circle.value if circle else None,
        region,
        industry,
        status.value if status else None,
    )


@strawberry.type(description=zh_en("查询", "Queries"))
class Query:
    @loaded(description=zh_en("按代码查询平台（中心）", "One platform or centre by its code"))
    async def operation_center(
        self,
        info: Info,
        code: Annotated[strawberry.ID, strawberry.argument(description=descriptions.CENTER_CODE)],
    ) -> OperationCenter | None:
        row = await info.context.loaders.platforms.centers.load(id_text(code))
        return OperationCenter.from_row(row) if row else None

    @computed(
        description=zh_en(
            "平台（中心）名录（按代码排序，最多 1000 个）；所有条件同时满足",
            "Platforms and centres by code, at most 1000; all given conditions hold",
        ),
        directives=sized(100),
    )
    async def operation_centers(
        self,
        info: Info,
        kind: KindArgument = None,
        function: Function = None,
        circle: InCircle = None,
        region: InRegion = None,
        industry: InIndustry = None,
        status: StatusArgument = None,
    ) -> list[OperationCenter]:
        wanted = _filter(kind, function, circle, region, industry, status)
        rows = await info.context.loaders.platforms.listed(wanted)
        return [OperationCenter.from_row(row) for row in rows]

    @computed(
        description=zh_en(
            "平台（中心）名录，分页（按代码排序）；所有条件同时满足",
            "Platforms and centres in pages, by code; all given conditions hold",
        ),
        directives=paged(20),
    )
    def operation_center_pages(
        self,
        info: Info,
        kind: KindArgument = None,
        function: Function = None,
        circle: InCircle = None,
        region: InRegion = None,
        industry: InIndustry = None,
        status: StatusArgument = None,
        first: First = 20,
        after: After = None,
    ) -> OperationCenterConnection:
        return connect(
            list_centers(_filter(kind, function, circle, region, industry, status)),
            info.context.loaders.queries,
            page_size(first, 20),
            after,
            lambda record: OperationCenter.from_row(center_row(record)),
            OperationCenterConnection,
        )

    @computed(
        description=zh_en(
            "认定案件（由近到远，最多 1000 件）；只列出当前用户可见的，所有条件同时满足",
            "Recognition cases the caller may see, newest first, at most 1000; all given "
            "conditions hold",
        ),
        directives=sized(50),
    )
    async def recognition_cases(
        self,
        info: Info,
        stage: Annotated[
            RecognitionStage | None, strawberry.argument(description=zh_en("阶段", "Stage"))
        ] = None,
        jurisdiction: Annotated[
            str | None, strawberry.argument(description=descriptions.JURISDICTION_CODE)
        ] = None,
        round: Annotated[
            str | None, strawberry.argument(description=zh_en("轮次", "Round of evaluation"))
        ] = None,
    ) -> list[RecognitionCase]:
        listed = list_cases(
            info.context.caller,
            stage.value if stage else None,
            None if jurisdiction is None else id_text(jurisdiction),
            None if round is None else bounded_text(round),
        )
        rows = await info.context.loaders.platforms.recognition.listed(listed)
        return [RecognitionCase.from_row(row) for row in rows]

    @computed(
        description=zh_en(
            "评价轮次（按代码排序）；平台（中心）、知识产权局可见，其他人为空列表",
            "Rounds of evaluation by code; an empty list but for centres and offices",
        ),
        directives=sized(10),
    )
    async def recognition_rounds(self, info: Info) -> list[RecognitionRound]:
        if not sees_some(info.context.caller):
            return []
        rows = await info.context.loaders.platforms.recognition.rounds()
        return [RecognitionRound.from_row(row) for row in rows]

    @computed(
        description=zh_en(
            "布局情况：功能性平台 15 个左右，产业中心 50 个以内",
            "Layout: about 15 functional platforms, at most 50 industry centres",
        ),
        directives=sized(20),
    )
    async def layout_status(self, info: Info) -> list[LayoutStatus]:
        rows = await info.context.loaders.platforms.layout()
        return [LayoutStatus.from_row(row) for row in rows]

    @computed(
        description=zh_en(
            "政策文件（由新到旧，未知日期的在后）", "Policy documents, newest first, undated last"
        ),
        directives=sized(50),
    )
    async def policy_documents(self, info: Info) -> list[PolicyDocument]:
        rows = await info.context.loaders.platforms.all_documents()
        return [PolicyDocument.from_row(row) for row in rows]

    @computed(
        description=zh_en(
            "核查平台（中心）名称是否符合国知办函运字〔2022〕1002号",
            "Check a name against the naming rule of the notice",
        )
    )
    def check_center_name(
        self,
        name: Annotated[
            str, strawberry.argument(description=zh_en("拟用名称", "The name to check"))
        ],
        kind: Annotated[CenterKind, strawberry.argument(description=zh_en("类型", "Kind"))],
        function: Function = None,
    ) -> NameCheck:
        checked = check_center_name(
            bounded_text(name), kind.value, function.value if function else None
        )
        return NameCheck(ok=checked.ok, canonical=checked.canonical, issues=list(checked.codes))
