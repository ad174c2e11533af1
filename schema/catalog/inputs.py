"""Inputs of `catalog` and how they become what commands take; texts are bounded here."""

from __future__ import annotations

from datetime import date

import strawberry
from strawberry import field

from resolvers.catalog.commands.foundations import FoundationGiven
from resolvers.catalog.commands.given import EvidenceGiven, ProductGiven
from resolvers.catalog.commands.standards import RequirementGiven, StandardGiven
from resolvers.catalog.rows import FieldRow
from resolvers.input_texts import TEXT, TITLE, optional_text, required_text
from resolvers.refusal import Problems
from schema.catalog.enums import (
    DataTopic,
    Openness,
    RequirementCheck,
    Sensitivity,
    ServiceKind,
    UpdateCycle,
)
from schema.common.descriptions import zh_en
from schema.common.entities import id_text, uuid_key
from schema.common.money_input import MoneyInput
from schema.common.scalars import USCC, IndustryCode, RegionCode

LONGEST_CODE = 100
MOST_BASES = 20


@strawberry.input(
    description=zh_en("对一项要求的证明材料", "Evidence for one requirement of the standard")
)
class EvidenceLinkInput:
    requirement_id: strawberry.ID = field(description=zh_en("要求的标识", "Id of the requirement"))
    title: str = field(
        description=zh_en("材料名称（最多 200 字）", "Title, at most 200 characters")
    )
    reference: str = field(
        description=zh_en("文号或链接（最多 1000 字）", "Number or link, at most 1000 characters")
    )

    def to_given(self, problems: Problems, *path: str) -> EvidenceGiven:
        return EvidenceGiven(
            uuid_key(self.requirement_id),
            required_text(problems, self.title, TITLE, *path, "title"),
            required_text(problems, self.reference, 1_000, *path, "reference"),
        )


@strawberry.input(description=zh_en("服务产品", "A service product"))
class ServiceProductInput:
    title: str = field(description=zh_en("名称（最多 200 字）", "Title, at most 200 characters"))
    summary: str = field(
        description=zh_en("简介（最多 4000 字）", "Summary, at most 4000 characters")
    )
    kind: ServiceKind = field(description=zh_en("类型", "Kind"))
    publisher_code: strawberry.ID = field(
        description=zh_en("发布的平台（中心），即您自己的代码", "The publisher: your own code")
    )
    provider_uscc: USCC | None = field(
        default=None, description=zh_en("提供服务的机构", "Who renders the service")
    )
    standard_code: strawberry.ID = field(
        description=zh_en("服务标准的代码", "Code of the standard")
    )
    standard_version: str = field(description=zh_en("服务标准的版本", "Version of the standard"))
    data_foundation_codes: list[strawberry.ID] = field(
        description=zh_en("使用的数据底座（最多 100 个）", "Data foundations it uses, at most 100")
    )
    region_codes: list[RegionCode] = field(
        description=zh_en(
            "服务地区（1 至 100 个，000000 为全国）", "Regions, 1 to 100; 000000: all"
        )
    )
    industry_codes: list[IndustryCode] = field(
        description=zh_en(
            "面向的行业（最多 100 个，空为不限）", "Industries, at most 100; none: all"
        )
    )
    price: MoneyInput = field(description=zh_en("价格", "Price"))
    response_days: int | None = field(
        default=None, description=zh_en("响应天数（1 至 3650）", "Days to answer, 1 to 3650")
    )
    evidence: list[EvidenceLinkInput] | None = field(
        default=None, description=zh_en("证明材料（最多 100 项）", "Evidence, at most 100 items")
    )

    def to_given(self, problems: Problems) -> ProductGiven:
        return ProductGiven(
            required_text(problems, self.title, TITLE, "input", "title"),
            required_text(problems, self.summary, TEXT, "input", "summary", lines=True),
            self.kind.value,
            id_text(self.publisher_code),
            self.provider_uscc,
            id_text(self.standard_code),
            id_text(self.standard_version),
            tuple(id_text(code) for code in self.data_foundation_codes),
            tuple(self.region_codes),
            tuple(self.industry_codes),
            self.price.to_row(problems, "input", "price"),
            self.response_days,
            tuple(
                each.to_given(problems, "input", "evidence", str(number))
                for number, each in enumerate(self.evidence or ())
            ),
        )


@strawberry.input(description=zh_en("数据底座的字段", "A field of a data foundation"))
class DataFieldInput:
    name: str = field(description=zh_en("字段名（在图中的名称）", "Name in the graph"))
    name_zh: str = field(
        description=zh_en("中文名称（最多 100 字）", "Chinese name, at most 100 characters")
    )
    type: str = field(description=zh_en("类型（在图中的名称）", "Type in the graph"))
    required: bool = field(description=zh_en("是否必有", "Whether every record has it"))
    sensitivity: Sensitivity = field(description=zh_en("敏感程度", "How sensitive it is"))

    def to_row(self, problems: Problems, *path: str) -> FieldRow:
        return FieldRow(
            required_text(problems, self.name, LONGEST_CODE, *path, "name"),
            required_text(problems, self.name_zh, LONGEST_CODE, *path, "nameZh"),
            required_text(problems, self.type, LONGEST_CODE, *path, "type"),
            self.required,
            self.sensitivity.value,
        )


@strawberry.input(description=zh_en("数据底座", "A data foundation"))
class DataFoundationInput:
    code: strawberry.ID = field(
        description=zh_en(
            "代码：国家知识产权局资源编号，没有时为 DF-…",
            "Code: the resource number of CNIPA, or DF-…",
        )
    )
    name: str = field(description=zh_en("名称（最多 200 字）", "Name, at most 200 characters"))
    description: str = field(
        description=zh_en("说明（最多 4000 字）", "What it holds, at most 4000 characters")
    )
    topic: DataTopic = field(description=zh_en("主题", "Topic"))
    openness: Openness = field(description=zh_en("开放程度", "How open it is"))
    licence_terms: str = field(
        description=zh_en("使用条件（最多 4000 字）", "Terms of use, at most 4000 characters")
    )
    update_cycle: UpdateCycle = field(description=zh_en("更新周期", "How often it is updated"))
    coverage_from: date | None = field(default=None, description=zh_en("数据起始日", "Covers from"))
    coverage_to: date | None = field(
        default=None, description=zh_en("数据截止日；空为至今", "Covers up to; null: until now")
    )
    fields: list[DataFieldInput] = field(
        description=zh_en("字段（1 至 100 个）", "Fields, 1 to 100")
    )

    def to_given(self, problems: Problems) -> FoundationGiven:
        return FoundationGiven(
            id_text(self.code),
            required_text(problems, self.name, TITLE, "input", "name"),
            required_text(problems, self.description, TEXT, "input", "description", lines=True),
            self.topic.value,
            self.openness.value,
            required_text(problems, self.licence_terms, TEXT, "input", "licenceTerms", lines=True),
            self.update_cycle.value,
            self.coverage_from,
            self.coverage_to,
            tuple(
                each.to_row(problems, "input", "fields", str(number))
                for number, each in enumerate(self.fields)
            ),
        )


@strawberry.input(description=zh_en("服务标准的一项要求", "A requirement of a standard"))
class RequirementInput:
    text: str = field(description=zh_en("要求（最多 1000 字）", "At most 1000 characters"))
    mandatory: bool = field(description=zh_en("是否强制", "Whether it must be met"))
    check: RequirementCheck = field(description=zh_en("检查方式", "How it is checked"))
    parameter: str | None = field(
        default=None,
        description=zh_en("检查的参数，见检查方式", "Parameter of the check, see there"),
    )

    def to_given(self, problems: Problems, *path: str) -> RequirementGiven:
        return RequirementGiven(
            required_text(problems, self.text, 1_000, *path, "text"),
            self.mandatory,
            self.check.value,
            optional_text(problems, self.parameter, LONGEST_CODE, *path, "parameter"),
        )


@strawberry.input(description=zh_en("服务标准（一个版本）", "A version of a service standard"))
class StandardInput:
    code: strawberry.ID = field(description=zh_en("标准代码，如 SS-VAL-001", "Code, as SS-VAL-001"))
    version: str = field(description=zh_en("版本号，如 1.0", "Version, as 1.0"))
    title: str = field(description=zh_en("名称（最多 200 字）", "Title, at most 200 characters"))
    service_kind: ServiceKind = field(description=zh_en("适用的服务类型", "Kind of service"))
    basis: list[str] = field(
        description=zh_en("制定依据（最多 20 项）", "What it rests on, at most 20 items")
    )
    requirements: list[RequirementInput] = field(
        description=zh_en("各项要求（1 至 50 项）", "Requirements, 1 to 50")
    )

    def to_given(self, problems: Problems) -> StandardGiven:
        problems.check(
            len(self.basis) <= MOST_BASES,
            "LIST_COUNT",
            f"最多 {MOST_BASES} 项依据",
            f"At most {MOST_BASES} items",
            "input",
            "basis",
        )
        return StandardGiven(
            id_text(self.code),
            id_text(self.version),
            required_text(problems, self.title, TITLE, "input", "title"),
            self.service_kind.value,
            tuple(
                required_text(problems, text, TITLE, "input", "basis", str(number))
                for number, text in enumerate(self.basis[:MOST_BASES])
            ),
            tuple(
                each.to_given(problems, "input", "requirements", str(number))
                for number, each in enumerate(self.requirements)
            ),
        )
