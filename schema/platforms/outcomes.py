"""What CNIPA decided on a case, the year that follows, and the support a locality gives."""

from __future__ import annotations

from datetime import date

import strawberry
from strawberry import field

from resolvers.platforms.case_rows import CaseRow, MeasureRow
from resolvers.platforms.rules.periods import is_over
from resolvers.platforms.workflows.recognition import IN_PERIOD
from schema.common.context import Info
from schema.common.descriptions import zh_en
from schema.common.fields import loaded
from schema.common.sizes import sized
from schema.platforms.recognition_enums import RecognitionStage, RectificationKind, SupportKind
from schema.platforms.recognition_parts import RectificationItem
from schema.platforms.register import PolicyDocument


@strawberry.type(description=zh_en("认定决定", "A decision of CNIPA"))
class RecognitionDecision:
    document_number: strawberry.Private[str | None]
    outcome: RecognitionStage = field(
        description=zh_en(
            "结果：RECOGNISED、RECTIFICATION、TRANSITION 或 NOT_RECOGNISED",
            "Outcome: RECOGNISED, RECTIFICATION, TRANSITION or NOT_RECOGNISED",
        )
    )
    official_name: str | None = field(
        description=zh_en(
            "命名；文件公布之日起启用",
            "The name given; borne from the day its document is published",
        )
    )
    decided_on: date = field(description=zh_en("决定日期", "Day of the decision"))
    reason: str | None = field(description=zh_en("理由", "Reason"))

    @classmethod
    def from_row(cls, row: CaseRow) -> RecognitionDecision | None:
        if row.outcome is None:
            return None
        assert row.decided_on is not None
        return cls(
            document_number=row.document_number,
            outcome=RecognitionStage(row.outcome),
            official_name=row.official_name,
            decided_on=row.decided_on,
            reason=row.reason,
        )

    @loaded(
        description=zh_en(
            "决定文件；只有文号而未登记的为空", "Its document; null while only its number is known"
        )
    )
    async def document(self, info: Info) -> PolicyDocument | None:
        if self.document_number is None:
            return None
        row = await info.context.loaders.platforms.documents.load(self.document_number)
        return PolicyDocument.from_row(row) if row else None


@strawberry.type(
    description=zh_en("为期一年的整改期或过渡期", "One year of rectification or transition")
)
class Rectification:
    row: strawberry.Private[CaseRow]
    kind: RectificationKind = field(description=zh_en("种类", "Kind"))
    starts_on: date = field(description=zh_en("起始日", "First day"))
    ends_on: date = field(description=zh_en("截止日（起始日后一年）", "Last day: a year later"))
    overdue: bool = field(
        description=zh_en(
            "期限已满而尚未再次评价", "Whether the year is over and no new evaluation has begun"
        )
    )

    @classmethod
    def from_row(cls, row: CaseRow, today: date) -> Rectification | None:
        if row.rectification_kind is None:
            return None
        assert row.rectification_starts_on is not None
        assert row.rectification_ends_on is not None
        return cls(
            row=row,
            kind=RectificationKind(row.rectification_kind),
            starts_on=row.rectification_starts_on,
            ends_on=row.rectification_ends_on,
            overdue=row.stage in IN_PERIOD and is_over(row.rectification_ends_on, today),
        )

    @loaded(description=zh_en("整改要求", "What is to be put right"), directives=sized(10))
    async def items(self, info: Info) -> list[RectificationItem]:
        rows = await info.context.loaders.platforms.recognition.items.load(self.row.id)
        return [RectificationItem.from_row(row) for row in rows]


@strawberry.type(
    description=zh_en("项目、资金、政策支持和条件保障", "Support by projects, funding or policy")
)
class SupportMeasure:
    id: strawberry.ID = field(description=zh_en("标识", "Id"))
    kind: SupportKind = field(description=zh_en("种类", "Kind"))
    granted_by: str = field(description=zh_en("给予支持的部门", "Who grants it"))
    amount_cny: str | None = field(
        description=zh_en(
            "金额（元）；只有能看到认定案件的人可见",
            "Amount in yuan; null for those who may not see the recognition case",
        )
    )
    from_: date | None = field(name="from", description=zh_en("起始日期", "First day"))
    to: date | None = field(description=zh_en("截止日期", "Last day"))

    @classmethod
    def from_row(cls, row: MeasureRow, shows_amount: bool) -> SupportMeasure:
        amount = row.amount_cny if shows_amount else None
        return cls(
            id=strawberry.ID(str(row.id)),
            kind=SupportKind(row.kind),
            granted_by=row.granted_by,
            amount_cny=None if amount is None else format(amount, "f"),
            from_=row.valid_from,
            to=row.valid_to,
        )
