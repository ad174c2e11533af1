"""Inputs of the mutations of `platforms`."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import strawberry
from strawberry import field

from resolvers.platforms import dossier
from resolvers.platforms.commands.evaluate import Evidence
from resolvers.platforms.commands.guide import Measure
from resolvers.platforms.commands.register_center import NewCenter
from resolvers.platforms.commands.registry import Document, Round
from resolvers.platforms.commands.step import Decision
from resolvers.platforms.commands.supervise import Finding
from schema.common import descriptions
from schema.common.descriptions import zh_en
from schema.common.entities import id_text
from schema.common.scalars import USCC, IndustryCode, RegionCode
from schema.platforms.enums import CenterKind, PlatformFunction, SupportToolKind
from schema.platforms.recognition_enums import (
    EvaluationMethod,
    EvidenceResult,
    RiskLevel,
    SupervisionField,
    SupportKind,
)


@strawberry.input(description=zh_en("要登记的平台（中心）", "A centre to be registered"))
class CenterInput:
    kind: CenterKind = field(description=zh_en("类型", "Kind"))
    function: PlatformFunction | None = field(
        default=None,
        description=zh_en("功能；只有功能性平台有", "Function of a functional platform"),
    )
    support_tool: SupportToolKind | None = field(
        default=None, description=zh_en("支撑工具的类别", "Kind of a support tool")
    )
    working_name: str = field(
        description=zh_en("工作名称；正式名称由认定给出", "A working name; a recognition names it")
    )
    host_uscc: USCC = field(description=zh_en("建设主体的信用代码", "Code of its host"))
    region_code: RegionCode = field(description=zh_en("所在地", "Where it sits"))
    service_region_codes: list[RegionCode] = field(
        description=zh_en("辐射范围（最多 100 个）", "The regions it serves, at most 100")
    )
    industry_codes: list[IndustryCode] | None = field(
        default=None,
        description=zh_en("重点产业；产业中心必填", "Its industries; an industry centre needs one"),
    )
    jurisdiction_code: str | None = field(
        default=None,
        description=zh_en(
            "管辖范围代码；仅在由新疆生产建设兵团负责时须填（XPCC00）",
            "Jurisdiction; needed only where the production corps acts (XPCC00)",
        ),
    )

    def to_row(self) -> NewCenter:
        return NewCenter(
            self.kind.value,
            self.function.value if self.function else None,
            self.support_tool.value if self.support_tool else None,
            self.working_name,
            self.host_uscc,
            self.region_code,
            tuple(self.service_region_codes),
            tuple(self.industry_codes or ()),
            None if self.jurisdiction_code is None else id_text(self.jurisdiction_code),
        )


@strawberry.input(description=zh_en("增长变化的一项比较", "A figure before and after"))
class GrowthFigureInput:
    indicator: str = field(description=zh_en("指标", "Indicator"))
    from_: str = field(name="from", description=zh_en("期初", "At the beginning"))
    to: str = field(description=zh_en("期末", "At the end"))


@strawberry.input(
    description=zh_en(
        "试点总结，每项最多 5000 字；产权交易机构建设单位在 business 填写阶段性进展情况",
        "Summary of the pilot, texts of at most 5000 characters; an exchange institution reports "
        "its progress in business",
    )
)
class PilotSummaryInput:
    period_from: date = field(description=zh_en("试点起始日", "First day of the pilot"))
    period_to: date = field(description=zh_en("试点截止日", "Last day of the pilot"))
    construction_entity: str = field(description=zh_en("平台建设主体", "Constructing entity"))
    operating_mechanism: str = field(description=zh_en("运行机制", "Operating mechanism"))
    team: str = field(description=zh_en("人才队伍", "Team"))
    business: str = field(description=zh_en("业务开展", "Business"))
    product_development: str = field(description=zh_en("产品开发", "Product development"))
    investment_and_benefit: str = field(description=zh_en("投入与效益", "Input and benefit"))
    growth: list[GrowthFigureInput] = field(
        description=zh_en("增长变化情况（最多 50 项）", "Growth, at most 50 figures")
    )
    functional_positioning: str | None = field(
        default=None,
        description=zh_en(
            "功能定位；应与平台功能一致", "Functional positioning; agrees with the function"
        ),
    )

    def to_summary(self) -> dossier.Summary:
        return dossier.Summary(
            self.period_from,
            self.period_to,
            self.construction_entity,
            self.operating_mechanism,
            self.team,
            self.business,
            self.product_development,
            self.investment_and_benefit,
            tuple(dossier.GrowthFigure(g.indicator, g.from_, g.to) for g in self.growth),
        )


@strawberry.input(description=zh_en("四项声明", "The four declarations of the host"))
class DeclarationsInput:
    not_a_legal_person: bool = field(
        description=zh_en("平台（中心）非法人、非实体机构", "It is neither legal person nor entity")
    )
    no_seal_under_name: bool = field(
        description=zh_en("不以其名称刻制公章或对外", "No seal is cut with its name")
    )
    no_cross_region_branch: bool = field(
        description=zh_en("不跨区域设立分支机构", "No branch is set up in another region")
    )
    establishment_rules_kept: bool = field(
        description=zh_en("遵守机构编制规定", "Rules on public establishments are kept")
    )

    def to_row(self) -> dossier.Declarations:
        return dossier.Declarations(
            self.not_a_legal_person,
            self.no_seal_under_name,
            self.no_cross_region_branch,
            self.establishment_rules_kept,
        )


@strawberry.input(description=zh_en("工作方案的节点", "A milestone of a work plan"))
class MilestoneInput:
    title: str = field(description=zh_en("名称", "Title"))
    task: str = field(description=zh_en("任务", "Task"))
    measure: str = field(description=zh_en("举措", "Measure"))
    due_on: date = field(description=zh_en("应完成日期，在方案期内", "Due on, within the plan"))


@strawberry.input(
    description=zh_en(
        "工作方案；截止日由枢纽计算（三年减一天）",
        "A work plan; its last day is set by the hub: three years less one day",
    )
)
class WorkPlanInput:
    starts_on: date = field(description=zh_en("起始日", "First day"))
    goals: list[str] = field(
        description=zh_en(
            "目标（最多 30 项），至少一项涉及转让、许可或融资",
            "Goals, at most 30; one at least of transfer, licence or financing",
        )
    )
    milestones: list[MilestoneInput] = field(
        description=zh_en("节点（最多 100 个）", "Milestones, at most 100")
    )

    def to_row(self) -> dossier.PlanDraft:
        milestones = (
            dossier.MilestoneDraft(m.title, m.task, m.measure, m.due_on) for m in self.milestones
        )
        return dossier.PlanDraft(self.starts_on, tuple(self.goals), tuple(milestones))


@strawberry.input(description=zh_en("评价记录", "A finding of the evaluation"))
class EvidenceInput:
    method: EvaluationMethod = field(description=zh_en("方式", "Method"))
    result: EvidenceResult = field(
        description=zh_en(
            "结果；材料核查通过即通过工作方案",
            "Result; a document check that passes approves the plan",
        )
    )
    note: str = field(description=zh_en("说明", "Note"))
    on: date = field(description=zh_en("日期，不晚于今天", "Day, not after today"))

    def to_row(self) -> Evidence:
        return Evidence(self.method.value, self.result.value, self.note, self.on)


@strawberry.input(
    description=zh_en(
        "决定：认定时填 officialName，责令整改时填 rectificationItems",
        "A decision: RECOGNISE needs officialName, ORDER_RECTIFICATION rectificationItems",
    )
)
class DecisionInput:
    official_name: str | None = field(
        default=None, description=zh_en("正式名称，仅认定时", "Official name, of RECOGNISE only")
    )
    document_number: strawberry.ID | None = field(
        default=None,
        description=zh_en(
            "决定文件的文号；支撑工具类平台命名时必填",
            "Number of its document; needed to name a support tool",
        ),
    )
    reason: str | None = field(default=None, description=zh_en("理由", "Reason"))
    rectification_items: list[str] | None = field(
        default=None,
        description=zh_en("整改要求（最多 50 项）", "What is to be put right, at most 50"),
    )

    def to_row(self) -> Decision:
        return Decision(
            self.official_name,
            None if self.document_number is None else id_text(self.document_number),
            self.reason,
            tuple(self.rectification_items or ()),
        )


@strawberry.input(description=zh_en("监督中发现的问题", "What supervision found"))
class SupervisionInput:
    center_code: strawberry.ID = field(description=descriptions.CENTER_CODE)
    field: SupervisionField = field(description=zh_en("领域", "What is supervised"))
    risk_level: RiskLevel = strawberry.field(description=zh_en("风险等级", "Level of risk"))
    finding: str = strawberry.field(
        description=zh_en("发现的问题；联合监督的部门写在此处", "What was found, and who joined in")
    )

    def to_row(self) -> Finding:
        return Finding(
            id_text(self.center_code), self.field.value, self.risk_level.value, self.finding
        )


@strawberry.input(description=zh_en("支持措施", "A support measure"))
class SupportMeasureInput:
    kind: SupportKind = field(description=zh_en("种类", "Kind"))
    granted_by: str = field(description=zh_en("给予支持的部门", "Who grants it"))
    amount_cny: Decimal | None = field(
        default=None, description=zh_en("金额（元）", "Amount in yuan")
    )
    from_: date | None = field(
        name="from", default=None, description=zh_en("起始日期", "First day")
    )
    to: date | None = field(default=None, description=zh_en("截止日期", "Last day"))

    def to_row(self) -> Measure:
        return Measure(self.kind.value, self.granted_by, self.amount_cny, self.from_, self.to)


@strawberry.input(description=zh_en("评价轮次", "A round of evaluation"))
class RecognitionRoundInput:
    code: strawberry.ID = field(description=zh_en("轮次代码", "Code of the round"))
    kind: CenterKind = field(description=zh_en("面向的类型", "Kind of centre it is for"))
    deadline: date | None = field(
        default=None, description=zh_en("报送截止日", "Last day for dossiers")
    )
    fewest: int | None = field(
        default=None, description=zh_en("拟认定数下限", "Fewest to be recognised")
    )
    most: int | None = field(
        default=None, description=zh_en("拟认定数上限", "Most to be recognised")
    )

    def to_row(self) -> Round:
        return Round(id_text(self.code), self.kind.value, self.deadline, self.fewest, self.most)


@strawberry.input(description=zh_en("政策文件", "A policy document"))
class PolicyDocumentInput:
    number: strawberry.ID = field(description=zh_en("文号", "Document number"))
    title: str = field(description=zh_en("名称", "Title"))
    issuer: str = field(description=zh_en("发文机关", "Issuer"))
    issued_on: date | None = field(
        default=None, description=zh_en("成文日期", "Date under the signature")
    )
    published_on: date | None = field(
        default=None,
        description=zh_en(
            "发布日期；晚于今天的，其命名届时一并启用",
            "Date of publication; names it gives are borne from then on",
        ),
    )

    def to_row(self) -> Document:
        return Document(
            id_text(self.number), self.title, self.issuer, self.issued_on, self.published_on
        )
