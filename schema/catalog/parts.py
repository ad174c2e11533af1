"""Types of `catalog` that are parts of others and name nothing of other subgraphs."""

from __future__ import annotations

from datetime import datetime
from typing import Final

import strawberry
from strawberry import field

from resolvers.catalog.rows import (
    ConformanceRow,
    EvidenceRow,
    FieldRow,
    GrantRow,
    RequirementRow,
)
from resolvers.hub.history import ChangeRow
from schema.catalog.enums import ProductAction, ProductStatus, RequirementCheck, Sensitivity
from schema.common.descriptions import zh_en

LARGEST_INT: Final = 2**31 - 1
_ACTIONS: Final = frozenset(each.value for each in ProductAction)


def bounded(number: int) -> int:
    """Return the number, or the largest that GraphQL's Int can say."""
    return min(number, LARGEST_INT)


@strawberry.type(description=zh_en("数据底座的字段", "A field of a data foundation"))
class DataField:
    name: str = field(description=zh_en("字段名", "Name in the graph"))
    name_zh: str = field(description=zh_en("中文名称", "Chinese name"))
    type: str = field(description=zh_en("类型", "Type in the graph"))
    required: bool = field(description=zh_en("是否必有", "Whether every record has it"))
    sensitivity: Sensitivity = field(description=zh_en("敏感程度", "How sensitive it is"))

    @classmethod
    def from_row(cls, row: FieldRow) -> DataField:
        return cls(
            name=row.name,
            name_zh=row.name_zh,
            type=row.type,
            required=row.required,
            sensitivity=Sensitivity(row.sensitivity),
        )


@strawberry.type(
    description=zh_en("授权的使用情况（约一分钟更新一次）", "Use made of a grant, some minute old")
)
class GrantUsage:
    requests: int = field(description=zh_en("请求数", "Requests it served"))
    records: int = field(description=zh_en("取得的数据项数", "Values it opened"))
    last_used_at: datetime | None = field(description=zh_en("最近使用时间", "When last used"))

    @classmethod
    def from_row(cls, row: GrantRow) -> GrantUsage:
        return cls(
            requests=bounded(row.requests),
            records=bounded(row.records),
            last_used_at=row.last_used_at,
        )


@strawberry.type(
    description=zh_en(
        "服务标准的一项要求；按检查方式对照产品的字段",
        "What a product must show, checked against its fields",
    )
)
class StandardRequirement:
    id: strawberry.ID = field(description=zh_en("标识", "Id"))
    text: str = field(description=zh_en("要求", "The requirement"))
    mandatory: bool = field(description=zh_en("是否强制", "Whether it must be met"))
    check: RequirementCheck = field(description=zh_en("检查方式", "How it is checked"))
    parameter: str | None = field(
        description=zh_en("检查的参数，见检查方式", "Parameter of the check, see there")
    )

    @classmethod
    def from_row(cls, row: RequirementRow) -> StandardRequirement:
        return cls(
            id=strawberry.ID(str(row.id)),
            text=row.text,
            mandatory=row.mandatory,
            check=RequirementCheck(row.check),
            parameter=row.parameter,
        )


@strawberry.type(
    description=zh_en("产品对一项要求的符合情况", "How a product meets one requirement")
)
class ConformanceResult:
    requirement: StandardRequirement = field(description=zh_en("要求", "The requirement"))
    passed: bool = field(description=zh_en("是否符合", "Whether it is met"))
    detail: str | None = field(
        description=zh_en("说明（中文在前，英文在后）", "What was found, in Chinese and English")
    )

    @classmethod
    def from_row(cls, row: ConformanceRow) -> ConformanceResult:
        return cls(
            requirement=StandardRequirement.from_row(row.requirement),
            passed=row.passed,
            detail=row.detail,
        )


@strawberry.type(
    description=zh_en("对一项要求的证明材料", "Evidence for one requirement of the standard")
)
class EvidenceLink:
    requirement_id: strawberry.ID = field(description=zh_en("要求的标识", "Id of the requirement"))
    title: str = field(description=zh_en("材料名称", "Title"))
    reference: str = field(description=zh_en("文号或链接", "Number or link"))

    @classmethod
    def from_row(cls, row: EvidenceRow) -> EvidenceLink:
        return cls(
            requirement_id=strawberry.ID(str(row.requirement_id)),
            title=row.title,
            reference=row.reference,
        )


@strawberry.type(description=zh_en("产品状态的一次变化", "One change of a product's status"))
class ProductStatusChange:
    from_: ProductStatus | None = field(
        name="from", description=zh_en("原状态；新建时为空", "Status before; null when it was made")
    )
    to: ProductStatus = field(description=zh_en("新状态", "Status after"))
    action: ProductAction | None = field(
        description=zh_en("操作；自动变化时为空", "Action; null for what happened by itself")
    )
    by: str = field(
        description=zh_en(
            "操作者；非有关单位只能看到其角色", "Who; only the role, for those not concerned"
        )
    )
    at: datetime = field(description=zh_en("时间", "When"))
    comment: str | None = field(
        description=zh_en("说明；只有有关单位可见", "Comment, for those concerned")
    )

    @classmethod
    def from_row(cls, row: ChangeRow, *, inside: bool) -> ProductStatusChange:
        """`inside`: the caller sees persons and comments."""
        return cls(
            from_=ProductStatus(row.from_status) if row.from_status else None,
            to=ProductStatus(row.to_status),
            action=ProductAction(row.action) if row.action in _ACTIONS else None,
            by=row.by_subject if inside else row.by_role,
            at=row.at,
            comment=row.comment if inside else None,
        )
