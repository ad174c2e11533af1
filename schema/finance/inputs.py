"""Inputs of `finance`, and their checks."""

from __future__ import annotations

from datetime import date
from typing import Final

import strawberry
from strawberry import field

from resolvers.finance.commands.financing import FinancingDraft
from resolvers.finance.commands.recording import InsuranceDraft, ValuationDraft
from resolvers.input_texts import optional_text, required_text
from resolvers.refusal import Problems
from schema.common import descriptions
from schema.common.descriptions import zh_en
from schema.common.entities import id_text
from schema.common.money_input import MoneyInput
from schema.common.scalars import USCC, ApplicationNumber
from schema.finance.enums import (
    FinancingKind,
    InsuranceKind,
    ValuationMethod,
    ValuationPurpose,
)

LONGEST_NAME: Final = 200
LONGEST_NUMBER: Final = 100
NUMBERS: Final = zh_en("专利申请号（1–100 件，不重复）", "1 to 100 patents, none twice")


@strawberry.input(description=zh_en("投融资申请", "An application for financing"))
class FinancingInput:
    title: str = field(description=zh_en("项目名称（最多 200 字）", "Title, up to 200 characters"))
    kind: FinancingKind = field(description=zh_en("投融资方式", "Kind of financing"))
    applicant_uscc: USCC = field(description=zh_en("申请人的代码", "Code of the applicant"))
    application_numbers: list[ApplicationNumber] = field(description=NUMBERS)
    amount: MoneyInput = field(
        description=zh_en("申请金额：固定金额或区间", "Amount: a fixed one or a range")
    )
    platform_code: strawberry.ID = field(description=descriptions.CENTER_CODE)

    def to_draft(self, problems: Problems) -> FinancingDraft:
        return FinancingDraft(
            required_text(problems, self.title, LONGEST_NAME, "input", "title"),
            self.kind.value,
            self.applicant_uscc,
            tuple(self.application_numbers),
            self.amount.to_row(problems, "input", "amount"),
            id_text(self.platform_code),
        )


@strawberry.input(description=zh_en("评估报告", "A report on the value of patents"))
class ValuationInput:
    application_numbers: list[ApplicationNumber] = field(description=NUMBERS)
    method: ValuationMethod = field(description=zh_en("评估方法", "Method"))
    value: MoneyInput = field(
        description=zh_en("评估价值：固定金额或区间", "Value: a fixed amount or a range")
    )
    base_date: date = field(description=zh_en("评估基准日", "Day the value is of"))
    purpose: ValuationPurpose = field(description=zh_en("评估目的", "Purpose"))
    appraiser_name: str = field(description=zh_en("评估机构名称", "Name of who appraised"))
    appraiser_uscc: USCC | None = field(
        default=None, description=zh_en("评估机构的代码", "Code of who appraised")
    )
    standard: str | None = field(
        default=None, description=zh_en("所依据的标准", "Standard the report follows")
    )

    def to_draft(self, problems: Problems) -> ValuationDraft:
        return ValuationDraft(
            self.method.value,
            self.value.to_row(problems, "input", "value"),
            self.base_date,
            self.purpose.value,
            required_text(problems, self.appraiser_name, LONGEST_NAME, "input", "appraiserName"),
            self.appraiser_uscc,
            optional_text(problems, self.standard, LONGEST_NAME, "input", "standard"),
            tuple(self.application_numbers),
        )


@strawberry.input(description=zh_en("保单", "An insurance policy"))
class InsurancePolicyInput:
    policy_number: strawberry.ID = field(description=zh_en("保单号", "Number of the policy"))
    kind: InsuranceKind = field(description=zh_en("险种", "Kind of insurance"))
    insured_uscc: USCC = field(description=zh_en("被保险人的代码", "Code of the insured"))
    insurer_uscc: USCC = field(description=zh_en("保险人的代码", "Code of the insurer"))
    application_numbers: list[ApplicationNumber] = field(description=NUMBERS)
    cover: MoneyInput = field(description=zh_en("保险金额（固定金额）", "Cover: a fixed amount"))
    from_: date = field(name="from", description=zh_en("保险期间起始日", "First day of the term"))
    to: date = field(description=zh_en("保险期间终止日", "Last day of the term"))

    def to_draft(self, problems: Problems) -> InsuranceDraft:
        return InsuranceDraft(
            id_text(self.policy_number),
            self.kind.value,
            self.insured_uscc,
            self.insurer_uscc,
            self.cover.to_row(problems, "input", "cover"),
            self.from_,
            self.to,
            tuple(self.application_numbers),
        )
