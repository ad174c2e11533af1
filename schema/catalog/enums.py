"""Enums of `catalog`."""

from __future__ import annotations

from enum import Enum

import strawberry

from schema.common.descriptions import enum_value, zh_en


@strawberry.enum(description=zh_en("数据底座的主题", "Topic of a data foundation"))
class DataTopic(Enum):
    PATENT_BIBLIOGRAPHIC = enum_value(
        "PATENT_BIBLIOGRAPHIC", "专利著录项目", "Bibliographic data of patents"
    )
    PATENT_LEGAL_STATUS = enum_value(
        "PATENT_LEGAL_STATUS", "专利法律状态", "Legal status of patents"
    )
    OPEN_LICENCE = enum_value("OPEN_LICENCE", "专利开放许可", "Open licences")
    TRANSFER = enum_value("TRANSFER", "转让", "Transfers")
    LICENCE = enum_value("LICENCE", "许可", "Licences")
    PLEDGE = enum_value("PLEDGE", "质押", "Pledges")
    VALUATION = enum_value("VALUATION", "评估评价", "Valuations")
    INTENSIVE_PRODUCT = enum_value(
        "INTENSIVE_PRODUCT", "专利密集型产品", "Patent-intensive products"
    )
    NAVIGATION = enum_value("NAVIGATION", "专利导航", "Patent navigation")
    LISTING = enum_value("LISTING", "挂牌项目", "Listings")
    DEMAND = enum_value("DEMAND", "需求", "Demands")
    CREDIT = enum_value("CREDIT", "信用评价", "Credit evaluations")
    STATISTICS = enum_value("STATISTICS", "业务统计", "Statistics of business")


@strawberry.enum(description=zh_en("有序开放的程度", "How open data are"))
class Openness(Enum):
    OPEN = enum_value("OPEN", "开放", "Open to everybody")
    CONDITIONAL = enum_value("CONDITIONAL", "有条件开放，须经授权", "Open under a grant")
    RESTRICTED = enum_value("RESTRICTED", "受限", "Restricted")


@strawberry.enum(description=zh_en("更新周期", "How often data are brought up to date"))
class UpdateCycle(Enum):
    REAL_TIME = enum_value("REAL_TIME", "实时", "In real time")
    DAILY = enum_value("DAILY", "每日", "Daily")
    WEEKLY = enum_value("WEEKLY", "每周", "Weekly")
    MONTHLY = enum_value("MONTHLY", "每月", "Monthly")
    QUARTERLY = enum_value("QUARTERLY", "每季度", "Quarterly")
    YEARLY = enum_value("YEARLY", "每年", "Yearly")


@strawberry.enum(description=zh_en("字段的敏感程度", "How sensitive a field is"))
class Sensitivity(Enum):
    PUBLIC = enum_value("PUBLIC", "公开", "Public")
    INTERNAL = enum_value("INTERNAL", "内部", "Internal")
    PERSONAL = enum_value("PERSONAL", "个人信息，不予授权", "Personal data, never granted")
    COMMERCIAL = enum_value("COMMERCIAL", "商业信息", "Commercial data")


@strawberry.enum(description=zh_en("数据使用授权的状态", "Status of a data access grant"))
class GrantStatus(Enum):
    REQUESTED = enum_value("REQUESTED", "已申请", "Requested")
    APPROVED = enum_value("APPROVED", "已同意，即将生效", "Approved, soon in effect")
    REFUSED = enum_value("REFUSED", "不同意", "Refused")
    ACTIVE = enum_value("ACTIVE", "有效", "In effect")
    EXPIRED = enum_value("EXPIRED", "期满", "Expired")
    REVOKED = enum_value("REVOKED", "已撤销", "Revoked")


@strawberry.enum(description=zh_en("服务标准（版本）的状态", "Status of a version of a standard"))
class StandardStatus(Enum):
    DRAFT = enum_value("DRAFT", "草稿", "Draft")
    CONSULTATION = enum_value("CONSULTATION", "征求意见", "In consultation")
    IN_FORCE = enum_value("IN_FORCE", "有效", "In force")
    SUPERSEDED = enum_value("SUPERSEDED", "已被取代", "Superseded")
    WITHDRAWN = enum_value("WITHDRAWN", "已废止", "Withdrawn")


@strawberry.enum(
    description=zh_en("对服务产品的检查方式", "How a requirement is checked against a product")
)
class RequirementCheck(Enum):
    FIELD_PRESENT = enum_value(
        "FIELD_PRESENT",
        "填写了某字段；参数为字段名",
        "A field holds something; the parameter names it",
    )
    DATA_FOUNDATION_USED = enum_value(
        "DATA_FOUNDATION_USED",
        "使用了某数据底座，且其开放或已获授权；参数为数据底座代码",
        "A data foundation is used, and open or granted; the parameter is its code",
    )
    EVIDENCE_ATTACHED = enum_value(
        "EVIDENCE_ATTACHED", "附有证明材料", "Evidence for the requirement is attached"
    )
    MAX_RESPONSE_DAYS = enum_value(
        "MAX_RESPONSE_DAYS",
        "响应天数不超过参数",
        "responseDays is at most the parameter",
    )
    MIN_CREDIT_GRADE = enum_value(
        "MIN_CREDIT_GRADE",
        "提供机构的信用等级不低于参数（A 最高）；没有提供机构时不适用",
        "The provider's credit grade is at least the parameter, A best; skipped without a provider",
    )
    MANUAL = enum_value("MANUAL", "由审查者判断", "Left to the reviewer")


@strawberry.enum(description=zh_en("服务的类型", "Kind of a service"))
class ServiceKind(Enum):
    SUPPLY_DEMAND_MATCHING = enum_value(
        "SUPPLY_DEMAND_MATCHING", "供需对接", "Matching of supply and demand"
    )
    DEAL_BROKERING = enum_value("DEAL_BROKERING", "交易撮合", "Deal brokering")
    VALUATION = enum_value("VALUATION", "评估评价", "Valuation and appraisal")
    INVESTMENT_FINANCING = enum_value("INVESTMENT_FINANCING", "投融资", "Investment and financing")
    INSURANCE = enum_value("INSURANCE", "保险", "Insurance")
    ADVANCED_TECH_TRANSFER = enum_value(
        "ADVANCED_TECH_TRANSFER", "先进技术转化", "Transformation of advanced technology"
    )
    INTERNATIONAL_OPERATION = enum_value(
        "INTERNATIONAL_OPERATION", "国际化运营", "International operation"
    )
    PATENT_PRODUCT_FILING = enum_value(
        "PATENT_PRODUCT_FILING", "专利产品备案", "Filing of patent products"
    )
    PATENT_NAVIGATION = enum_value("PATENT_NAVIGATION", "专利导航", "Patent navigation")
    MANAGEMENT_ASSESSMENT = enum_value(
        "MANAGEMENT_ASSESSMENT", "管理测评", "Assessment of management"
    )
    SERVICE_EVALUATION = enum_value("SERVICE_EVALUATION", "服务评价", "Evaluation of services")
    OPEN_LICENCE_SERVICE = enum_value(
        "OPEN_LICENCE_SERVICE", "开放许可服务", "Service around open licences"
    )
    RECORDAL_SERVICE = enum_value(
        "RECORDAL_SERVICE",
        "转让许可登记备案服务；仅限承担该任务的平台（中心）",
        "Registering transfers and recording licences; only centres with that task",
    )


@strawberry.enum(description=zh_en("服务产品的状态", "Status of a service product"))
class ProductStatus(Enum):
    DRAFT = enum_value("DRAFT", "草稿", "Draft")
    CONFORMANCE_FAILED = enum_value("CONFORMANCE_FAILED", "不符合标准", "Fails its standard")
    UNDER_REVIEW = enum_value("UNDER_REVIEW", "审查中", "Under review")
    REJECTED = enum_value("REJECTED", "审查未通过", "Rejected")
    PUBLISHED = enum_value("PUBLISHED", "已发布", "Published")
    SUSPENDED = enum_value("SUSPENDED", "暂停", "Suspended")
    RETIRED = enum_value("RETIRED", "已下线", "Retired")
    SUPERSEDED = enum_value("SUPERSEDED", "已有新版本", "Superseded by a new version")


@strawberry.enum(description=zh_en("对服务产品的操作", "What can be done with a service product"))
class ProductAction(Enum):
    SUBMIT = enum_value("SUBMIT", "提交审查", "Submit for review")
    WITHDRAW_SUBMISSION = enum_value("WITHDRAW_SUBMISSION", "撤回提交", "Withdraw the submission")
    APPROVE = enum_value("APPROVE", "审查通过并发布", "Approve and publish")
    REJECT = enum_value("REJECT", "审查不通过（须说明）", "Reject; needs a comment")
    REVISE = enum_value("REVISE", "修改", "Revise")
    SUSPEND = enum_value("SUSPEND", "暂停（须说明）", "Suspend; needs a comment")
    RESUME = enum_value("RESUME", "恢复", "Resume")
    RETIRE = enum_value("RETIRE", "下线", "Retire")
    PUBLISH_NEW_VERSION = enum_value(
        "PUBLISH_NEW_VERSION",
        "发布新版本：旧版被取代，返回新版的草稿",
        "Begin a new version: the old one is superseded, the new draft is returned",
    )
