"""Types of `platforms` that lead to no other object: papers, names, layout."""

from __future__ import annotations

from datetime import date

import strawberry
from strawberry import field

from resolvers.platforms.rows import CenterNameRow, LayoutRow, PolicyDocumentRow
from schema.common.descriptions import zh_en
from schema.platforms.enums import CenterKind, NamingScheme, PlatformFunction


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
