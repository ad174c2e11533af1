"""Mutations of `finance`."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

import strawberry
from strawberry import field

from resolvers.finance.commands.financing import (
    APPLIES,
    LONGEST_COMMENT,
    advance_financing,
    apply_for_financing,
)
from resolvers.finance.commands.recording import RECORDS, record_insurance, record_valuation
from resolvers.finance.workflows.financing import BY_PLATFORM
from resolvers.input_texts import optional_text
from resolvers.refusal import Problems
from schema.common.context import Info
from schema.common.descriptions import zh_en
from schema.common.entities import id_text, uuid_key
from schema.common.mutations import UserError, errors_field, mutation
from schema.common.scalars import USCC
from schema.finance.enums import FinancingStatus
from schema.finance.inputs import FinancingInput, InsurancePolicyInput, ValuationInput
from schema.finance.types import FinancingProject, InsurancePolicy, ValuationReport


@strawberry.type(description=zh_en("投融资项目的变更结果", "What became of a financing project"))
class FinancingPayload:
    project: FinancingProject | None = field(
        default=None, description=zh_en("投融资项目", "The project")
    )
    errors: list[UserError] = errors_field()


@strawberry.type(description=zh_en("登记评估报告的结果", "What became of a valuation report"))
class ValuationPayload:
    report: ValuationReport | None = field(
        default=None, description=zh_en("评估报告", "The report")
    )
    errors: list[UserError] = errors_field()


@strawberry.type(description=zh_en("登记保单的结果", "What became of an insurance policy"))
class InsurancePayload:
    policy: InsurancePolicy | None = field(default=None, description=zh_en("保单", "The policy"))
    errors: list[UserError] = errors_field()


@strawberry.type(description=zh_en("变更", "Mutations"))
class Mutation:
    @mutation(
        description=zh_en(
            "申请投融资：区域、产业运营中心代企业提交，或金融服务平台自行受理",
            "Apply for financing: a regional or industry centre for an enterprise, or a financial "
            "platform at itself",
        ),
        permits=APPLIES,
        payload=FinancingPayload,
    )
    async def apply_for_financing(
        self,
        info: Info,
        input: Annotated[
            FinancingInput, strawberry.argument(description=zh_en("申请", "The application"))
        ],
    ) -> FinancingPayload:
        context = info.context
        problems = Problems()
        draft = input.to_draft(problems)
        command = context.command("applyForFinancing")
        project = await apply_for_financing(command, context.ask(), draft, problems, context.today)
        return await _financing(info, project)

    @mutation(
        description=zh_en(
            "推进投融资项目（受理的金融服务平台）；批准前须确定资金提供方，拒绝和违约须填写说明",
            "Lead a financing project on, by the platform applied to; the provider is named before "
            "approval, refusal and default need a comment",
        ),
        permits=BY_PLATFORM,
        payload=FinancingPayload,
    )
    async def advance_financing(
        self,
        info: Info,
        id: Annotated[strawberry.ID, strawberry.argument(description=zh_en("标识", "Id"))],
        to: Annotated[
            FinancingStatus, strawberry.argument(description=zh_en("转为的状态", "The next status"))
        ],
        provider_uscc: Annotated[
            USCC | None,
            strawberry.argument(description=zh_en("资金提供方的代码", "Code of the provider")),
        ] = None,
        comment: Annotated[
            str | None, strawberry.argument(description=zh_en("说明", "Comment"))
        ] = None,
    ) -> FinancingPayload:
        context = info.context
        problems = Problems()
        said = optional_text(problems, comment, LONGEST_COMMENT, "comment")
        problems.raise_if_any()
        project = uuid_key(id)
        await advance_financing(
            context.command("advanceFinancing"),
            context.ask(),
            project,
            to.value,
            provider_uscc,
            said,
            context.today,
        )
        return await _financing(info, project)

    @mutation(
        description=zh_en(
            "登记评估报告（金融服务平台）", "Note a valuation report, by a financial platform"
        ),
        permits=RECORDS,
        payload=ValuationPayload,
    )
    async def record_valuation(
        self,
        info: Info,
        input: Annotated[
            ValuationInput, strawberry.argument(description=zh_en("评估报告", "The report"))
        ],
    ) -> ValuationPayload:
        context = info.context
        problems = Problems()
        draft = input.to_draft(problems)
        command = context.command("recordValuation")
        report = await record_valuation(command, context.ask(), draft, problems, context.today)
        row = await context.loaders.finance.valuations.load(report)
        return ValuationPayload(report=ValuationReport.from_row(row) if row else None)

    @mutation(
        description=zh_en(
            "登记保单（金融服务平台）", "Note an insurance policy, by a financial platform"
        ),
        permits=RECORDS,
        payload=InsurancePayload,
    )
    async def record_insurance_policy(
        self,
        info: Info,
        input: Annotated[
            InsurancePolicyInput, strawberry.argument(description=zh_en("保单", "The policy"))
        ],
    ) -> InsurancePayload:
        context = info.context
        problems = Problems()
        draft = input.to_draft(problems)
        command = context.command("recordInsurancePolicy")
        number = await record_insurance(command, context.ask(), draft, problems)
        row = await context.loaders.finance.insurance.load(id_text(number))
        return InsurancePayload(policy=InsurancePolicy.from_row(row) if row else None)


async def _financing(info: Info, project: UUID) -> FinancingPayload:
    row = await info.context.loaders.finance.financing.load(project)
    return FinancingPayload(project=FinancingProject.from_row(row) if row else None)
