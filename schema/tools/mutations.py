"""Mutations of `tools`."""

from __future__ import annotations

from typing import Annotated, Any
from uuid import UUID

import strawberry

from resolvers.input_texts import TEXT, optional_text, required_text
from resolvers.refusal import Problems
from resolvers.tools.commands import credit, products, recording, residency
from resolvers.tools.workflows.credit import BY_INSTITUTION, BY_PLATFORM
from resolvers.tools.workflows.residency import BY_EITHER
from schema.common.context import Info
from schema.common.descriptions import zh_en
from schema.common.entities import id_text, uuid_key
from schema.common.mutations import mutation
from schema.tools.enums import ProductFilingStatus, ResidencyStatus
from schema.tools.inputs import (
    CreditIndicatorInput,
    CreditInput,
    IntensiveProductInput,
    ManagementAssessmentInput,
    NavigationReportInput,
    ResidencyInput,
    ServiceGradingInput,
    to_indicators,
)
from schema.tools.payloads import (
    CreditPayload,
    IntensiveProductPayload,
    ManagementAssessmentPayload,
    NavigationReportPayload,
    ResidencyPayload,
    ServiceGradingPayload,
)
from schema.tools.types import (
    CreditEvaluation,
    ManagementAssessment,
    NavigationReport,
    PatentIntensiveProduct,
    Residency,
    ServiceGrading,
)

Id = Annotated[strawberry.ID, strawberry.argument(description=zh_en("标识", "Id"))]
Comment = Annotated[str | None, strawberry.argument(description=zh_en("说明", "Comment"))]


def _given(description_zh: str, description_en: str) -> Any:
    return strawberry.argument(description=zh_en(description_zh, description_en))


@strawberry.type(description=zh_en("变更", "Mutations"))
class Mutation:
    @mutation(
        description=zh_en(
            "建立专利密集型产品备案草稿：企业自己，或区域、产业运营中心代企业；备案号由枢纽编制",
            "Draft the filing of an intensive product: the enterprise itself, or a regional or "
            "industry centre for it; the hub gives the filing number",
        ),
        permits=products.FILES,
        payload=IntensiveProductPayload,
    )
    async def file_intensive_product(
        self, info: Info, input: Annotated[IntensiveProductInput, _given("备案", "The filing")]
    ) -> IntensiveProductPayload:
        context, problems = info.context, Problems()
        draft = input.to_draft(problems)
        command = context.command("fileIntensiveProduct")
        number = await products.file_product(command, context.ask(), draft, problems, context.today)
        return await _product(info, number)

    @mutation(
        description=zh_en(
            "推进产品备案：申报由提交方，审查、公示、认定由备案认定平台，撤销也可由国家知识产权局",
            "Lead a filing on: filed by who drafted it; review, notice and recognition by the "
            "platform of that tool; revoked by it or CNIPA",
        ),
        permits=products.ADVANCES,
        payload=IntensiveProductPayload,
    )
    async def advance_intensive_product(
        self,
        info: Info,
        filing_number: Annotated[strawberry.ID, _given("备案号", "Filing number")],
        to: Annotated[ProductFilingStatus, _given("转为的状态", "The next status")],
        comment: Comment = None,
    ) -> IntensiveProductPayload:
        context, number = info.context, id_text(filing_number)
        said = _comment(comment)
        command = context.command("advanceIntensiveProduct")
        await products.advance_product(
            command, context.ask(), number, to.value, said, context.today
        )
        return await _product(info, number)

    @mutation(
        description=zh_en(
            "评价入驻机构的信用，得出草稿；由机构入驻的平台作出",
            "Evaluate the credit of a resident institution, as a draft; by the platform it is "
            "resident at",
        ),
        permits=BY_PLATFORM,
        payload=CreditPayload,
    )
    async def evaluate_credit(
        self, info: Info, input: Annotated[CreditInput, _given("评价", "The evaluation")]
    ) -> CreditPayload:
        context, problems = info.context, Problems()
        draft = input.to_draft(problems)
        command = context.command("evaluateCredit")
        found = await credit.evaluate_credit(command, context.ask(), draft, problems)
        return await _credit(info, found)

    @mutation(
        description=zh_en(
            "发布信用评价；D 级自动暂停该平台的入驻",
            "Publish a credit evaluation; grade D suspends the residency at the platform",
        ),
        permits=BY_PLATFORM,
        payload=CreditPayload,
    )
    async def publish_credit(self, info: Info, id: Id) -> CreditPayload:
        evaluation = uuid_key(id)
        command = info.context.command("publishCredit")
        await credit.publish_credit(command, evaluation, info.context.today)
        return await _credit(info, evaluation)

    @mutation(
        description=zh_en(
            "对信用评价提出申诉（机构本身）", "Appeal against one's own credit evaluation"
        ),
        permits=BY_INSTITUTION,
        payload=CreditPayload,
    )
    async def appeal_credit(
        self,
        info: Info,
        id: Id,
        statement: Annotated[str, _given("申诉内容（最多 2000 字）", "What speaks against it")],
    ) -> CreditPayload:
        evaluation, problems = uuid_key(id), Problems()
        said = required_text(problems, statement, credit.LONGEST_STATEMENT, "statement", lines=True)
        problems.raise_if_any()
        await credit.appeal_credit(info.context.command("appealCredit"), evaluation, said)
        return await _credit(info, evaluation)

    @mutation(
        description=zh_en(
            "复核申诉：按复核后的指标重新计算等级（可维持原等级）",
            "Decide an appeal: the grade is worked out anew, and may stay as it was",
        ),
        permits=BY_PLATFORM,
        payload=CreditPayload,
    )
    async def revise_credit(
        self,
        info: Info,
        id: Id,
        indicators: Annotated[
            list[CreditIndicatorInput], _given("复核后的指标", "The indicators as they stand now")
        ],
        comment: Comment = None,
    ) -> CreditPayload:
        evaluation, problems = uuid_key(id), Problems()
        found = to_indicators(indicators, problems, "indicators")
        said = _comment(comment)
        command = info.context.command("reviseCredit")
        await credit.revise_credit(command, evaluation, found, said, problems, info.context.today)
        return await _credit(info, evaluation)

    @mutation(
        description=zh_en(
            "申请入驻：机构自己，或平台登记",
            "Apply for residency: the institution, or the platform",
        ),
        permits=BY_EITHER,
        payload=ResidencyPayload,
    )
    async def apply_residency(
        self, info: Info, input: Annotated[ResidencyInput, _given("申请", "The application")]
    ) -> ResidencyPayload:
        context = info.context
        draft = input.to_draft()
        found = await residency.apply_residency(
            context.command("applyResidency"), context.ask(), draft, Problems(), context.today
        )
        return await _residency(info, found)

    @mutation(
        description=zh_en(
            "推进入驻：准入、暂停、恢复、清退由平台，退出由机构或平台；"
            "信用等级为 D 的不能准入或恢复",
            "Lead a residency on: admission, suspension and expulsion by the platform, leaving by "
            "either; nobody with credit grade D is admitted",
        ),
        permits=BY_EITHER,
        payload=ResidencyPayload,
    )
    async def advance_residency(
        self,
        info: Info,
        id: Id,
        to: Annotated[ResidencyStatus, _given("转为的状态", "The next status")],
        comment: Comment = None,
    ) -> ResidencyPayload:
        context, found = info.context, uuid_key(id)
        said = _comment(comment)
        command = context.command("advanceResidency")
        await residency.advance_residency(command, found, to.value, said, context.today)
        return await _residency(info, found)

    @mutation(
        description=zh_en(
            "登记或更新专利导航报告（专利导航综合服务平台）",
            "Note or renew a navigation report, by a platform of that tool",
        ),
        permits=recording.RECORDS,
        payload=NavigationReportPayload,
    )
    async def record_navigation_report(
        self, info: Info, input: Annotated[NavigationReportInput, _given("报告", "The report")]
    ) -> NavigationReportPayload:
        context, problems = info.context, Problems()
        draft = input.to_draft(problems)
        command = context.command("recordNavigationReport")
        number = await recording.record_navigation(
            command, context.ask(), draft, problems, context.today
        )
        row = await context.loaders.tools.navigation.load(number)
        return NavigationReportPayload(report=NavigationReport.from_row(row) if row else None)

    @mutation(
        description=zh_en(
            "登记管理测评（创新管理与知识产权国际标准推广平台）",
            "Note a management assessment, by a platform of that tool",
        ),
        permits=recording.RECORDS,
        payload=ManagementAssessmentPayload,
    )
    async def record_management_assessment(
        self, info: Info, input: Annotated[ManagementAssessmentInput, _given("测评", "It")]
    ) -> ManagementAssessmentPayload:
        context, problems = info.context, Problems()
        draft = input.to_draft(problems)
        command = context.command("recordManagementAssessment")
        found = await recording.record_assessment(
            command, context.ask(), draft, problems, context.today
        )
        row = await context.loaders.tools.assessments.load(found)
        assessment = ManagementAssessment.from_row(row) if row else None
        return ManagementAssessmentPayload(assessment=assessment)

    @mutation(
        description=zh_en(
            "登记服务分级（知识产权服务分级分类评价平台）",
            "Note the grading of an institution, by a platform of that tool",
        ),
        permits=recording.RECORDS,
        payload=ServiceGradingPayload,
    )
    async def record_service_grading(
        self, info: Info, input: Annotated[ServiceGradingInput, _given("分级", "The grading")]
    ) -> ServiceGradingPayload:
        context = info.context
        command = context.command("recordServiceGrading")
        found = await recording.record_grading(
            command, context.ask(), input.to_draft(), Problems(), context.today
        )
        row = await context.loaders.tools.gradings.load(found)
        return ServiceGradingPayload(grading=ServiceGrading.from_row(row) if row else None)


def _comment(comment: str | None) -> str | None:
    problems = Problems()
    said = optional_text(problems, comment, TEXT, "comment", lines=True)
    problems.raise_if_any()
    return said


async def _product(info: Info, number: str) -> IntensiveProductPayload:
    row = await info.context.loaders.tools.products.load(number)
    return IntensiveProductPayload(product=PatentIntensiveProduct.from_row(row) if row else None)


async def _credit(info: Info, evaluation: UUID) -> CreditPayload:
    row = await info.context.loaders.tools.credit.load(evaluation)
    return CreditPayload(evaluation=CreditEvaluation.from_row(row) if row else None)


async def _residency(info: Info, found: UUID) -> ResidencyPayload:
    row = await info.context.loaders.tools.residencies.load(found)
    return ResidencyPayload(residency=Residency.from_row(row) if row else None)
