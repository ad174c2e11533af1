"""Enums of `finance`."""

from __future__ import annotations

from enum import Enum

import strawberry

from schema.common.descriptions import enum_value, zh_en


@strawberry.enum(description=zh_en("质押登记的状态", "Status of a pledge registration"))
class PledgeStatus(Enum):
    EFFECTIVE = enum_value("EFFECTIVE", "有效，未变更", "In effect, as registered")
    CHANGED = enum_value("CHANGED", "有效，已变更", "In effect, changed since")
    CANCELLED = enum_value("CANCELLED", "已注销（解除）", "Cancelled")


@strawberry.enum(description=zh_en("评估方法", "Method of valuation"))
class ValuationMethod(Enum):
    COST = enum_value("COST", "成本法", "Cost approach")
    MARKET = enum_value("MARKET", "市场法", "Market approach")
    INCOME = enum_value("INCOME", "收益法", "Income approach")
    COMPOSITE = enum_value("COMPOSITE", "综合方法", "Several approaches together")
    INDEX_SCORE = enum_value("INDEX_SCORE", "指标评分", "Score of indicators")


@strawberry.enum(description=zh_en("评估目的", "Purpose of a valuation"))
class ValuationPurpose(Enum):
    TRANSFER = enum_value("TRANSFER", "转让", "Transfer")
    LICENCE = enum_value("LICENCE", "许可", "Licence")
    PLEDGE = enum_value("PLEDGE", "质押", "Pledge")
    CONTRIBUTION = enum_value("CONTRIBUTION", "作价入股", "Contribution as capital")
    LITIGATION = enum_value("LITIGATION", "诉讼", "Litigation")
    OTHER = enum_value("OTHER", "其他", "Other")


@strawberry.enum(description=zh_en("投融资方式", "Kind of financing"))
class FinancingKind(Enum):
    PLEDGE_LOAN = enum_value("PLEDGE_LOAN", "质押贷款", "Loan against a pledge")
    EQUITY = enum_value("EQUITY", "股权投资", "Equity")
    SECURITISATION = enum_value("SECURITISATION", "证券化", "Securitisation")
    LEASE = enum_value("LEASE", "融资租赁", "Lease")
    GUARANTEE = enum_value("GUARANTEE", "担保", "Guarantee")
    FUND = enum_value("FUND", "基金", "Fund")


@strawberry.enum(description=zh_en("投融资项目的状态", "Status of a financing project"))
class FinancingStatus(Enum):
    APPLIED = enum_value("APPLIED", "已申请", "Applied for")
    UNDER_REVIEW = enum_value("UNDER_REVIEW", "审查中", "Under review")
    APPROVED = enum_value("APPROVED", "已批准", "Approved")
    GRANTED = enum_value("GRANTED", "已放款（到位）", "Paid out")
    REPAID = enum_value("REPAID", "已偿还（退出）", "Paid back")
    DEFAULTED = enum_value("DEFAULTED", "违约", "In default")
    REFUSED = enum_value("REFUSED", "未通过", "Refused")


@strawberry.enum(description=zh_en("知识产权保险的险种", "Kind of insurance"))
class InsuranceKind(Enum):
    EXECUTION = enum_value("EXECUTION", "执行保险", "Costs of enforcement")
    INFRINGEMENT_LOSS = enum_value("INFRINGEMENT_LOSS", "被侵权损失保险", "Loss by infringement")
    LIABILITY = enum_value("LIABILITY", "侵权责任保险", "Liability for infringement")
    OVERSEAS = enum_value("OVERSEAS", "海外侵权责任保险", "Liability abroad")
    PLEDGE_GUARANTEE = enum_value(
        "PLEDGE_GUARANTEE", "质押融资保证保险", "Guarantee of a pledge loan"
    )
    TRANSFER_LICENCE = enum_value("TRANSFER_LICENCE", "转让许可保险", "Transfer and licence")
