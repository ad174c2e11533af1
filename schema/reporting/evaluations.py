"""The yearly performance evaluation (DOMAIN §2.8): restricted until it is published."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import strawberry
from strawberry import field

from resolvers.reporting.evaluation_rows import EvaluationRow, ScoreRow
from schema.common.context import Info
from schema.common.descriptions import zh_en
from schema.common.fields import computed, loaded
from schema.common.sizes import sized
from schema.reporting.access import sees_whole_evaluation
from schema.reporting.enums import EvaluationStage, PerformanceGrade
from schema.reporting.references import LazyCenter, center_of


@strawberry.type(
    description=zh_en("一项评价标准的得分（0–100）", "Scores of one criterion, 0 to 100")
)
class ScoreLine:
    criterion: str = field(description=zh_en("评价标准的代码", "Code of the criterion"))
    weight: float = field(description=zh_en("权重（合计 100）", "Weight, 100 in all"))
    self: float | None = field(
        description=zh_en(
            "自评分；业务、数据两项按数据预填", "Self score; pre-filled for business and data"
        )
    )
    prefilled: float | None = field(
        description=zh_en(
            "按数据预填的分：60 + 40 × 在同类中的百分位",
            "Score made of figures: 60 + 40 × percentile among like centres",
        )
    )
    province: float | None = field(
        description=zh_en("省级评分，供专家参考", "Score of the office, for the experts to see")
    )
    expert: float | None = field(description=zh_en("专家评分", "Score of the experts"))
    source: str = field(
        description=zh_en(
            "self 的来源：INDICATORS（按数据）或 SELF（自评）",
            "Where self comes from: INDICATORS or SELF",
        )
    )

    @classmethod
    def from_row(cls, row: ScoreRow) -> ScoreLine:
        return cls(
            criterion=row.criterion,
            weight=float(row.weight),
            self=_number(row.self_score),
            prefilled=_number(row.prefilled),
            province=_number(row.province),
            expert=_number(row.expert),
            source=row.source,
        )


@strawberry.federation.type(
    keys=["id"],
    description=zh_en(
        "年度绩效评价；公布前仅本平台（中心）、主管局和国家知识产权局可见",
        "A yearly performance evaluation; before publication only the centre, its office and CNIPA "
        "see it",
    ),
)
class PerformanceEvaluation:
    row: strawberry.Private[EvaluationRow]
    id: strawberry.ID = field(description=zh_en("标识", "Id"))
    year: int = field(description=zh_en("年度", "The year"))
    stage: EvaluationStage = field(description=zh_en("阶段", "Stage"))
    total: float | None = field(
        description=zh_en(
            "总分：有专家评分的按专家评分，否则按自评分 × 0.9",
            "Total: the experts' scores where given, else nine tenths of the self scores",
        )
    )
    grade: PerformanceGrade | None = field(description=zh_en("等级", "Grade"))
    rank: int | None = field(
        description=zh_en("在同类型、同功能中的名次", "Rank among those of its kind and function")
    )
    data_score: float | None = field(
        description=zh_en(
            "数据分：100 − 逾期每日 5 分（至多 50）− 100 × 被拒行占比",
            "100 - 5 per day late (at most 50) - 100 × share of refused rows",
        )
    )
    strengths: str | None = field(
        description=zh_en("得分 90 及以上的标准", "Criteria scored 90 or more")
    )
    problems: str | None = field(description=zh_en("得分 60 以下的标准", "Criteria below 60"))
    published_on: date | None = field(description=zh_en("公布日期", "Day of publication"))

    @classmethod
    def from_row(cls, row: EvaluationRow) -> PerformanceEvaluation:
        return cls(
            row=row,
            id=strawberry.ID(str(row.id)),
            year=row.year,
            stage=EvaluationStage(row.stage),
            total=_number(row.total),
            grade=PerformanceGrade(row.grade) if row.grade else None,
            rank=row.rank,
            data_score=_number(row.data_score),
            strengths=row.strengths,
            problems=row.problems,
            published_on=row.published_on,
        )

    @computed(description=zh_en("平台（中心）", "The centre"))
    def center(self, info: Info) -> LazyCenter:
        return center_of(info, self.row.center_code)

    @loaded(description=zh_en("各项标准的得分", "Scores by criterion"), directives=sized(10))
    async def scores(self, info: Info) -> list[ScoreLine]:
        rows = await info.context.loaders.reporting.evaluations.scores.load(self.row.id)
        return [ScoreLine.from_row(row) for row in rows]

    @computed(
        description=zh_en(
            "异议；仅本平台（中心）、主管局和国家知识产权局可见",
            "The objection; only the centre, its office and CNIPA see it",
        )
    )
    def objection(self, info: Info) -> str | None:
        return self.row.objection if sees_whole_evaluation(info.context, self.row) else None


def _number(value: Decimal | None) -> float | None:
    return None if value is None else float(value)
