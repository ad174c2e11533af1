"""Parts of recognition cases, work plans and support that lead to no other object."""

from __future__ import annotations

from datetime import date, datetime

import strawberry
from strawberry import field

from resolvers.hub.history import ChangeRow
from resolvers.platforms.case_rows import (
    CaseRow,
    EvidenceRow,
    ExhibitionRow,
    ItemRow,
    MilestoneRow,
    RoundRow,
    TaskRow,
)
from resolvers.platforms.dossier import Summary
from resolvers.platforms.rules.growth import change_rate
from resolvers.platforms.rules.round import round_warnings
from schema.common.descriptions import zh_en
from schema.common.sizes import sized
from schema.platforms.enums import CenterKind
from schema.platforms.recognition_enums import (
    EvaluationMethod,
    EvidenceResult,
    InnovationKind,
    RecognitionAction,
    RecognitionStage,
    TaskStatus,
)


@strawberry.type(description=zh_en("四项声明", "The four declarations of the host"))
class Declarations:
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
    signed_on: date = field(
        description=zh_en("最近一次作出之日", "Day on which they were last made")
    )

    @classmethod
    def from_row(cls, row: CaseRow) -> Declarations:
        return cls(
            not_a_legal_person=row.not_a_legal_person,
            no_seal_under_name=row.no_seal_under_name,
            no_cross_region_branch=row.no_cross_region_branch,
            establishment_rules_kept=row.establishment_rules_kept,
            signed_on=row.declared_on,
        )


@strawberry.type(description=zh_en("增长变化的一项比较", "A figure before and after"))
class GrowthFigure:
    indicator: str = field(description=zh_en("指标", "Indicator"))
    from_: str = field(name="from", description=zh_en("期初", "At the beginning"))
    to: str = field(description=zh_en("期末", "At the end"))
    change_rate: str | None = field(
        description=zh_en(
            "变化率，小数（0.25 即增长 25%）；非数值、单位不同或期初为零的为空",
            "Rate of change as a fraction: 0.25 is 25 % more; null when a figure is no number, "
            "units differ, or it began at zero",
        )
    )


@strawberry.type(
    description=zh_en(
        "试点总结；产权交易机构建设单位在此填写阶段性进展情况",
        "Summary of the pilot; of an exchange institution, the report of progress",
    )
)
class PilotSummary:
    period_from: date = field(description=zh_en("试点起始日", "First day of the pilot"))
    period_to: date = field(description=zh_en("试点截止日", "Last day of the pilot"))
    construction_entity: str = field(description=zh_en("平台建设主体", "Constructing entity"))
    operating_mechanism: str = field(description=zh_en("运行机制", "Operating mechanism"))
    team: str = field(description=zh_en("人才队伍", "Team"))
    business: str = field(description=zh_en("业务开展", "Business"))
    product_development: str = field(description=zh_en("产品开发", "Product development"))
    investment_and_benefit: str = field(description=zh_en("投入与效益", "Input and benefit"))
    growth: list[GrowthFigure] = field(
        description=zh_en("相关业务和数据增长变化情况", "Growth of business and data"),
        directives=sized(10),
    )

    @classmethod
    def from_summary(cls, given: Summary) -> PilotSummary:
        return cls(
            period_from=given.period_from,
            period_to=given.period_to,
            construction_entity=given.construction_entity,
            operating_mechanism=given.operating_mechanism,
            team=given.team,
            business=given.business,
            product_development=given.product_development,
            investment_and_benefit=given.investment_and_benefit,
            growth=[
                GrowthFigure(
                    indicator=each.indicator,
                    from_=each.before,
                    to=each.after,
                    change_rate=change_rate(each.before, each.after),
                )
                for each in given.growth
            ],
        )


@strawberry.type(description=zh_en("工作方案的节点", "A milestone of a work plan"))
class Milestone:
    id: strawberry.ID = field(description=zh_en("标识", "Id"))
    title: str = field(description=zh_en("名称", "Title"))
    task: str = field(description=zh_en("任务", "Task"))
    measure: str = field(description=zh_en("举措", "Measure"))
    due_on: date = field(description=zh_en("应完成日期", "Due on"))
    done_on: date | None = field(description=zh_en("完成日期", "Done on"))

    @classmethod
    def from_row(cls, row: MilestoneRow) -> Milestone:
        return cls(
            id=strawberry.ID(str(row.id)),
            title=row.title,
            task=row.task,
            measure=row.measure,
            due_on=row.due_on,
            done_on=row.done_on,
        )


@strawberry.type(description=zh_en("评价记录", "A finding of the evaluation"))
class EvaluationEvidence:
    method: EvaluationMethod = field(description=zh_en("方式", "Method"))
    result: EvidenceResult = field(
        description=zh_en(
            "结果；每种方式以最近一次为准", "Result; of each method the latest counts"
        )
    )
    note: str = field(description=zh_en("说明", "Note"))
    on: date = field(description=zh_en("日期", "Day"))

    @classmethod
    def from_row(cls, row: EvidenceRow) -> EvaluationEvidence:
        return cls(
            method=EvaluationMethod(row.method),
            result=EvidenceResult(row.result),
            note=row.note,
            on=row.found_on,
        )


@strawberry.type(description=zh_en("一项整改要求", "One thing to be put right"))
class RectificationItem:
    id: strawberry.ID = field(description=zh_en("标识", "Id"))
    requirement: str = field(description=zh_en("要求", "Requirement"))
    done: bool = field(description=zh_en("是否完成", "Whether it is done"))
    evidence: str | None = field(description=zh_en("完成情况", "Evidence of it"))

    @classmethod
    def from_row(cls, row: ItemRow) -> RectificationItem:
        return cls(
            id=strawberry.ID(str(row.id)),
            requirement=row.requirement,
            done=row.done,
            evidence=row.evidence,
        )


@strawberry.type(description=zh_en("案件阶段的一次变化", "A change of a case's stage"))
class StageChange:
    from_: RecognitionStage | None = field(name="from", description=zh_en("原阶段", "Stage before"))
    to: RecognitionStage = field(description=zh_en("新阶段", "Stage after"))
    action: RecognitionAction = field(description=zh_en("操作", "The step"))
    by: str = field(description=zh_en("操作人", "Who did it"))
    at: datetime = field(description=zh_en("时间", "When"))
    comment: str | None = field(description=zh_en("说明", "Comment"))

    @classmethod
    def from_row(cls, row: ChangeRow) -> StageChange:
        return cls(
            from_=RecognitionStage(row.from_status) if row.from_status else None,
            to=RecognitionStage(row.to_status),
            action=RecognitionAction(row.action),
            by=row.by_subject,
            at=row.at,
            comment=row.comment,
        )


@strawberry.type(description=zh_en("模式创新和业务创新任务", "A task of innovation"))
class InnovationTask:
    id: strawberry.ID = field(description=zh_en("标识", "Id"))
    kind: InnovationKind = field(description=zh_en("种类", "Kind"))
    title: str = field(description=zh_en("名称", "Title"))
    status: TaskStatus = field(description=zh_en("状态", "State"))

    @classmethod
    def from_row(cls, row: TaskRow) -> InnovationTask:
        return cls(
            id=strawberry.ID(str(row.id)),
            kind=InnovationKind(row.kind),
            title=row.title,
            status=TaskStatus(row.status),
        )


@strawberry.type(description=zh_en("参加的展会", "An exhibition it takes part in"))
class ExhibitionEntry:
    id: strawberry.ID = field(description=zh_en("标识", "Id"))
    exhibition: str = field(description=zh_en("展会名称", "Exhibition"))
    from_: date = field(name="from", description=zh_en("起始日期", "First day"))
    to: date = field(description=zh_en("截止日期", "Last day"))

    @classmethod
    def from_row(cls, row: ExhibitionRow) -> ExhibitionEntry:
        return cls(
            id=strawberry.ID(str(row.id)),
            exhibition=row.exhibition,
            from_=row.held_from,
            to=row.held_to,
        )


@strawberry.type(
    description=zh_en("评价轮次；一轮只面向一类平台（中心）", "A round of evaluation, for one kind")
)
class RecognitionRound:
    code: strawberry.ID = field(description=zh_en("轮次代码", "Code of the round"))
    kind: CenterKind = field(description=zh_en("面向的类型", "Kind of centre it is for"))
    deadline: date | None = field(
        description=zh_en(
            "报送截止日；逾期的案件只作标记", "Last day for dossiers; later ones are only flagged"
        )
    )
    fewest: int | None = field(description=zh_en("拟认定数下限", "Fewest to be recognised"))
    most: int | None = field(description=zh_en("拟认定数上限", "Most to be recognised"))
    cases: int = field(description=zh_en("案件数", "Number of cases"))
    recognised: int = field(description=zh_en("已认定数", "Number recognised"))
    warnings: list[str] = field(
        description=zh_en(
            "提示：W_ROUND_TOO_FEW、W_ROUND_TOO_MANY、W_ROUND_DOCUMENTS（认定文件不止一份）",
            "Warnings: W_ROUND_TOO_FEW, W_ROUND_TOO_MANY, W_ROUND_DOCUMENTS (several documents)",
        )
    )

    @classmethod
    def from_row(cls, row: RoundRow) -> RecognitionRound:
        return cls(
            code=strawberry.ID(row.code),
            kind=CenterKind(row.kind),
            deadline=row.deadline,
            fewest=row.fewest,
            most=row.most,
            cases=row.cases,
            recognised=row.recognised,
            warnings=list(
                round_warnings(
                    row.fewest,
                    row.most,
                    cases=row.cases,
                    recognised=row.recognised,
                    pending=row.pending,
                    papers=row.papers,
                )
            ),
        )
