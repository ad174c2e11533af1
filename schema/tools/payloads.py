"""Payloads of the mutations of `tools`."""

from __future__ import annotations

import strawberry
from strawberry import field

from schema.common.descriptions import zh_en
from schema.common.mutations import UserError, errors_field
from schema.tools.types import (
    CreditEvaluation,
    ManagementAssessment,
    NavigationReport,
    PatentIntensiveProduct,
    Residency,
    ServiceGrading,
)


@strawberry.type(description=zh_en("产品备案的变更结果", "What became of a product filing"))
class IntensiveProductPayload:
    product: PatentIntensiveProduct | None = field(
        default=None, description=zh_en("产品备案", "The filing")
    )
    errors: list[UserError] = errors_field()


@strawberry.type(description=zh_en("信用评价的变更结果", "What became of a credit evaluation"))
class CreditPayload:
    evaluation: CreditEvaluation | None = field(
        default=None, description=zh_en("信用评价", "The evaluation")
    )
    errors: list[UserError] = errors_field()


@strawberry.type(description=zh_en("入驻的变更结果", "What became of a residency"))
class ResidencyPayload:
    residency: Residency | None = field(default=None, description=zh_en("入驻", "The residency"))
    errors: list[UserError] = errors_field()


@strawberry.type(description=zh_en("登记导航报告的结果", "What became of a navigation report"))
class NavigationReportPayload:
    report: NavigationReport | None = field(
        default=None, description=zh_en("导航报告", "The report")
    )
    errors: list[UserError] = errors_field()


@strawberry.type(description=zh_en("登记管理测评的结果", "What became of an assessment"))
class ManagementAssessmentPayload:
    assessment: ManagementAssessment | None = field(
        default=None, description=zh_en("管理测评", "The assessment")
    )
    errors: list[UserError] = errors_field()


@strawberry.type(description=zh_en("登记服务分级的结果", "What became of a grading"))
class ServiceGradingPayload:
    grading: ServiceGrading | None = field(
        default=None, description=zh_en("服务分级", "The grading")
    )
    errors: list[UserError] = errors_field()
