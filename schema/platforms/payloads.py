"""Payloads of the mutations of `platforms`."""

from __future__ import annotations

import strawberry
from strawberry import field

from schema.common.descriptions import zh_en
from schema.common.mutations import UserError, errors_field
from schema.platforms.recognition_parts import RecognitionRound
from schema.platforms.register import PolicyDocument
from schema.platforms.types import OperationCenter, RecognitionCase, SupervisionAction, WorkPlan


@strawberry.type(description=zh_en("认定案件操作的结果", "Result of a step of a recognition case"))
class RecognitionPayload:
    case: RecognitionCase | None = field(
        default=None, description=zh_en("案件；有错误时为空", "The case; null when refused")
    )
    errors: list[UserError] = errors_field()


@strawberry.type(description=zh_en("平台（中心）操作的结果", "Result of a change of a centre"))
class CenterPayload:
    center: OperationCenter | None = field(
        default=None,
        description=zh_en("平台（中心）；有错误时为空", "The centre; null when refused"),
    )
    errors: list[UserError] = errors_field()


@strawberry.type(description=zh_en("监督操作的结果", "Result of a step of supervision"))
class SupervisionPayload:
    action: SupervisionAction | None = field(
        default=None, description=zh_en("监督事项；有错误时为空", "The action; null when refused")
    )
    errors: list[UserError] = errors_field()


@strawberry.type(description=zh_en("工作方案操作的结果", "Result of a change of a work plan"))
class WorkPlanPayload:
    work_plan: WorkPlan | None = field(
        default=None, description=zh_en("工作方案；有错误时为空", "The plan; null when refused")
    )
    errors: list[UserError] = errors_field()


@strawberry.type(description=zh_en("评价轮次操作的结果", "Result of opening a round"))
class RecognitionRoundPayload:
    round: RecognitionRound | None = field(
        default=None, description=zh_en("轮次；有错误时为空", "The round; null when refused")
    )
    errors: list[UserError] = errors_field()


@strawberry.type(description=zh_en("政策文件登记的结果", "Result of registering a policy document"))
class PolicyDocumentPayload:
    document: PolicyDocument | None = field(
        default=None, description=zh_en("文件；有错误时为空", "The document; null when refused")
    )
    errors: list[UserError] = errors_field()
