"""Value types and enums that several subgraphs share, equal in each (DOMAIN §2.2)."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from enum import Enum

import strawberry
from strawberry import field

from resolvers.value_rows import MoneyRow, ProvenanceRow
from schema.common.descriptions import enum_value, zh_en


@strawberry.enum(
    description=zh_en(
        "来源的权威程度，同一字段以在前者为准", "Precedence of a source; the earlier prevails"
    )
)
class Confidence(Enum):
    REGISTRY = enum_value("REGISTRY", "登记簿、国家知识产权局数据包", "Register, CNIPA packages")
    PLATFORM = enum_value("PLATFORM", "功能性平台", "A functional platform")
    CENTER = enum_value("CENTER", "区域或产业运营中心", "A regional or industry centre")
    DERIVED = enum_value("DERIVED", "由枢纽推算", "Derived by the hub")


@strawberry.federation.type(
    shareable=True, description=zh_en("数据来源与可信度", "Where a record comes from")
)
class Provenance:
    source_system: str = field(description=zh_en("来源系统", "Source system"))
    source_record_id: str | None = field(
        description=zh_en("来源系统中的记录号", "Id of the record at the source")
    )
    batch_id: strawberry.ID | None = field(
        description=zh_en("入库批次", "Batch in which it was taken in")
    )
    received_at: datetime = field(description=zh_en("接收时间", "When it was received"))
    confidence: Confidence = field(description=zh_en("权威程度", "Precedence of the source"))

    @classmethod
    def from_row(cls, row: ProvenanceRow) -> Provenance:
        return cls(
            source_system=row.source_system,
            source_record_id=row.source_record_id,
            batch_id=strawberry.ID(str(row.batch_id)) if row.batch_id else None,
            received_at=row.received_at,
            confidence=Confidence(row.confidence),
        )


@strawberry.federation.type(shareable=True, description=zh_en("分页信息", "Where a page ends"))
class PageInfo:
    has_next_page: bool = field(description=zh_en("是否还有下一页", "Whether more follow"))
    end_cursor: str | None = field(
        description=zh_en("本页最后一条的游标", "Cursor of the last item of this page")
    )


@strawberry.enum(description=zh_en("金额的种类", "Kind of an amount of money"))
class MoneyKind(Enum):
    FIXED = enum_value("FIXED", "固定金额", "A fixed amount")
    RANGE = enum_value("RANGE", "区间", "A range")
    ROYALTY = enum_value("ROYALTY", "提成", "A royalty")
    FREE = enum_value("FREE", "免费", "Free of charge")
    NEGOTIABLE = enum_value("NEGOTIABLE", "面议", "Negotiable")
    MISSING = enum_value("MISSING", "来源未填", "Not given")


@strawberry.enum(description=zh_en("提成的基数", "What a royalty is a share of"))
class RoyaltyBase(Enum):
    NET_SALES = enum_value("NET_SALES", "净销售额", "Net sales")
    PROFIT = enum_value("PROFIT", "利润", "Profit")


@strawberry.federation.type(
    shareable=True,
    description=zh_en(
        "金额；人民币以元为单位，保留原文", "Money; CNY in yuan, with the text as met in the source"
    ),
)
class Money:
    amount: Decimal | None = field(description=zh_en("金额", "Amount"))
    currency: str = field(description=zh_en("币种（ISO 4217）", "Currency (ISO 4217)"))
    kind: MoneyKind = field(description=zh_en("种类", "Kind"))
    amount_min: Decimal | None = field(description=zh_en("区间下限", "Lower bound of a range"))
    amount_max: Decimal | None = field(description=zh_en("区间上限", "Upper bound of a range"))
    rate: Decimal | None = field(
        description=zh_en("提成比例，小数（0.03 即 3%）", "Royalty rate as a fraction: 0.03 is 3 %")
    )
    royalty_base: RoyaltyBase | None = field(
        description=zh_en("提成的基数", "What the royalty is a share of")
    )
    original: str | None = field(description=zh_en("原文", "Text as met"))

    @classmethod
    def from_row(cls, row: MoneyRow) -> Money:
        return cls(
            amount=row.amount,
            currency=row.currency,
            kind=MoneyKind(row.kind),
            amount_min=row.amount_min,
            amount_max=row.amount_max,
            rate=row.rate,
            royalty_base=RoyaltyBase(row.royalty_base) if row.royalty_base else None,
            original=row.original,
        )
