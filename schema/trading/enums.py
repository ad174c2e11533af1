"""Enums of `trading`."""

from __future__ import annotations

from enum import Enum

import strawberry

from schema.common.descriptions import enum_value, zh_en


@strawberry.enum(description=zh_en("交易方式（标的）", "What is traded"))
class DealKind(Enum):
    TRANSFER = enum_value("TRANSFER", "转让", "Transfer of the right")
    LICENCE_COMMON = enum_value("LICENCE_COMMON", "普通许可", "Non-exclusive licence")
    LICENCE_SOLE = enum_value("LICENCE_SOLE", "排他许可", "Sole licence")
    LICENCE_EXCLUSIVE = enum_value("LICENCE_EXCLUSIVE", "独占许可", "Exclusive licence")
    OPEN_LICENCE = enum_value("OPEN_LICENCE", "开放许可", "Open licence")
    CONTRIBUTION_AS_CAPITAL = enum_value(
        "CONTRIBUTION_AS_CAPITAL", "作价入股", "Contribution as capital"
    )


@strawberry.enum(description=zh_en("成交方式：协议、挂牌、拍卖", "How a deal comes about"))
class TradingMethod(Enum):
    AGREEMENT = enum_value("AGREEMENT", "协议", "By agreement")
    LISTING = enum_value("LISTING", "挂牌", "By listing")
    AUCTION = enum_value("AUCTION", "拍卖", "By auction")


@strawberry.enum(description=zh_en("挂牌项目的状态", "Status of a listing"))
class ListingStatus(Enum):
    DRAFT = enum_value("DRAFT", "草稿", "Draft")
    SCREENING = enum_value("SCREENING", "排查中", "Being screened")
    SCREEN_FAILED = enum_value("SCREEN_FAILED", "排查未通过", "Screening failed")
    LISTED = enum_value("LISTED", "挂牌中", "Listed")
    SUSPENDED = enum_value("SUSPENDED", "暂停", "Suspended")
    MATCHED = enum_value("MATCHED", "已撮合", "Matched")
    SOLD = enum_value("SOLD", "已成交", "Sold")
    EXPIRED = enum_value("EXPIRED", "到期", "Expired")
    DELISTED = enum_value("DELISTED", "下架", "Delisted")


@strawberry.enum(
    description=zh_en("开放许可使用费的支付方式", "How the fee of an open licence is paid")
)
class OpenLicenceFeeMode(Enum):
    FIXED = enum_value("FIXED", "固定费用", "Fixed fee")
    ROYALTY_NET_SALES = enum_value("ROYALTY_NET_SALES", "净销售额提成", "Royalty on net sales")
    ROYALTY_PROFIT = enum_value("ROYALTY_PROFIT", "利润提成", "Royalty on profit")
    FREE = enum_value("FREE", "免费", "Free of charge")


@strawberry.enum(description=zh_en("开放许可声明的状态", "Status of an open-licence statement"))
class OpenLicenceStatus(Enum):
    FILED = enum_value("FILED", "已提交", "Filed")
    REFUSED = enum_value("REFUSED", "不予公告", "Refused")
    IN_FORCE = enum_value("IN_FORCE", "有效", "In force")
    WITHDRAWN = enum_value("WITHDRAWN", "已撤回", "Withdrawn by the holder")
    TERMINATED = enum_value("TERMINATED", "已终止", "Terminated by the office")
    REVOKED = enum_value("REVOKED", "已撤销", "Revoked for false material")
    EXPIRED = enum_value("EXPIRED", "期满", "Expired")


@strawberry.enum(description=zh_en("许可种类：普通、排他、独占", "Kind of licence"))
class LicenceType(Enum):
    COMMON = enum_value("COMMON", "普通", "Non-exclusive")
    SOLE = enum_value("SOLE", "排他", "Sole")
    EXCLUSIVE = enum_value("EXCLUSIVE", "独占", "Exclusive")


@strawberry.enum(description=zh_en("需求的状态", "Status of a demand"))
class DemandStatus(Enum):
    OPEN = enum_value("OPEN", "征集中", "Open")
    MATCHED = enum_value("MATCHED", "已对接", "Matched")
    CLOSED = enum_value("CLOSED", "已关闭", "Closed")
    EXPIRED = enum_value("EXPIRED", "到期", "Expired")
