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


@strawberry.enum(description=zh_en("挂牌项目的操作", "What can be done with a listing"))
class ListingAction(Enum):
    SUBMIT = enum_value("SUBMIT", "提交排查", "Submit for screening")
    WITHDRAW = enum_value("WITHDRAW", "撤回为草稿", "Take back to a draft")
    RESCREEN = enum_value("RESCREEN", "重新排查", "Screen again after a failure")
    SUSPEND = enum_value("SUSPEND", "暂停", "Suspend")
    RESUME = enum_value("RESUME", "恢复", "Resume")
    MARK_MATCHED = enum_value("MARK_MATCHED", "已撮合", "Mark as matched")
    CLOSE_DEAL = enum_value("CLOSE_DEAL", "成交", "Close with a recorded deal")
    DELIST = enum_value("DELIST", "下架", "Take off the list")


@strawberry.enum(description=zh_en("排查结论", "Outcome of a screening"))
class ScreeningOutcome(Enum):
    PASS = enum_value("PASS", "通过", "Nothing stands against it")
    WARN = enum_value("WARN", "提示", "Something a buyer should know")
    BLOCK = enum_value("BLOCK", "拦截", "It may not be listed")


@strawberry.enum(description=zh_en("排查规则", "Rule of the screening"))
class ScreeningRule(Enum):
    PATENT_EXISTS = enum_value("PATENT_EXISTS", "专利在库", "The patent is known")
    NOT_IN_FORCE = enum_value("NOT_IN_FORCE", "权利有效", "The right is alive")
    HOLDER_MISMATCH = enum_value("HOLDER_MISMATCH", "权利人一致", "The seller holds it")
    CO_OWNER_CONSENT = enum_value("CO_OWNER_CONSENT", "共有人同意", "Joint holders agree")
    PLEDGED = enum_value("PLEDGED", "质押", "Pledges")
    FROZEN = enum_value("FROZEN", "保全", "Preservation by a court")
    EXCLUSIVE_LICENCE = enum_value("EXCLUSIVE_LICENCE", "已有许可", "Licences in force")
    OPEN_LICENCE_IN_FORCE = enum_value(
        "OPEN_LICENCE_IN_FORCE", "开放许可有效", "Open licence in force"
    )
    REMAINING_TERM = enum_value("REMAINING_TERM", "剩余期限", "Term that is left")
    INVALIDATION_PENDING = enum_value(
        "INVALIDATION_PENDING", "无效宣告请求", "Requests for invalidation"
    )
    DUPLICATE_LISTING = enum_value("DUPLICATE_LISTING", "重复挂牌", "Listed twice")
    PRICE_OUTLIER = enum_value("PRICE_OUTLIER", "价格异常", "Price far from others")
    SELLER_CREDIT = enum_value("SELLER_CREDIT", "转让方信用", "Credit of the seller")
    PERSONAL_DATA = enum_value("PERSONAL_DATA", "个人信息", "Personal data in the text")


@strawberry.enum(description=zh_en("供需匹配的状态", "Status of a match"))
class MatchStatus(Enum):
    PROPOSED = enum_value("PROPOSED", "已推荐", "Proposed")
    ACCEPTED = enum_value("ACCEPTED", "已接受", "Accepted")
    REFUSED = enum_value("REFUSED", "已谢绝", "Refused")
    CONTRACTED = enum_value("CONTRACTED", "已成交", "A deal came of it")


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


@strawberry.enum(
    description=zh_en("国家知识产权局结束开放许可声明的方式", "How CNIPA ends a statement")
)
class OpenLicenceEnding(Enum):
    REFUSE = enum_value("REFUSE", "不予公告", "Refuse to announce a filed one")
    TERMINATE = enum_value("TERMINATE", "终止", "Terminate one in force")
    REVOKE = enum_value("REVOKE", "撤销（材料虚假）", "Revoke one in force for false material")


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


@strawberry.enum(description=zh_en("挂牌项目列表的次序", "Order of a list of listings"))
class ListingOrder(Enum):
    NEWEST = enum_value("NEWEST", "挂牌起始日由近到远", "Last listed first")
    PRICE_LOWEST = enum_value(
        "PRICE_LOWEST",
        "人民币价格由低到高，仅有价格的",
        "Cheapest first, those with a price in CNY",
    )
    PRICE_HIGHEST = enum_value(
        "PRICE_HIGHEST",
        "人民币价格由高到低，仅有价格的",
        "Dearest first, those with a price in CNY",
    )


@strawberry.enum(description=zh_en("开放许可声明列表的次序", "Order of a list of statements"))
class OpenLicenceOrder(Enum):
    NEWEST = enum_value("NEWEST", "许可期限起始日由近到远", "Latest term first")
    FEE_LOWEST = enum_value(
        "FEE_LOWEST",
        "固定费用由低到高，仅固定费用和免费的",
        "Cheapest first, fixed fees in CNY and free ones only",
    )
