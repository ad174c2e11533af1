"""Enums of `tools`."""

from __future__ import annotations

from enum import Enum

import strawberry

from schema.common.descriptions import enum_value, zh_en


@strawberry.enum(
    description=zh_en("专利密集型产品备案的状态", "Status of a filing of an intensive product")
)
class ProductFilingStatus(Enum):
    DRAFT = enum_value("DRAFT", "草稿", "Draft")
    FILED = enum_value("FILED", "已申报", "Filed")
    UNDER_REVIEW = enum_value("UNDER_REVIEW", "审查中", "Under review")
    PUBLIC_NOTICE = enum_value("PUBLIC_NOTICE", "公示中", "In public notice")
    RECOGNISED = enum_value("RECOGNISED", "已认定", "Recognised")
    NOT_RECOGNISED = enum_value("NOT_RECOGNISED", "未认定", "Not recognised")
    EXPIRED = enum_value("EXPIRED", "认定到期", "Recognition expired")
    REVOKED = enum_value("REVOKED", "认定撤销", "Recognition revoked")


@strawberry.enum(
    description=zh_en("专利导航的类型（GB/T 39551）", "Kind of patent navigation (GB/T 39551)")
)
class NavigationKind(Enum):
    REGIONAL_PLANNING = enum_value("REGIONAL_PLANNING", "区域规划类", "Planning of a region")
    INDUSTRY_PLANNING = enum_value("INDUSTRY_PLANNING", "产业规划类", "Planning of an industry")
    ENTERPRISE_OPERATION = enum_value(
        "ENTERPRISE_OPERATION", "企业经营类", "Business of an enterprise"
    )
    R_AND_D = enum_value("R_AND_D", "研发活动类", "Research and development")
    TALENT_MANAGEMENT = enum_value("TALENT_MANAGEMENT", "人才管理类", "Management of talent")


@strawberry.enum(description=zh_en("知识产权服务的类别", "Category of IP services"))
class ServiceCategory(Enum):
    AGENCY = enum_value("AGENCY", "代理", "Agency")
    VALUATION = enum_value("VALUATION", "评估评价", "Valuation")
    BROKERAGE = enum_value("BROKERAGE", "交易经纪", "Brokerage")
    OPERATION = enum_value("OPERATION", "运营", "Operation")
    LEGAL = enum_value("LEGAL", "法律", "Legal services")
    INFORMATION = enum_value("INFORMATION", "信息", "Information")
    CONSULTING = enum_value("CONSULTING", "咨询", "Consulting")
    TRAINING = enum_value("TRAINING", "培训", "Training")
    FINANCE = enum_value("FINANCE", "金融", "Finance")


@strawberry.enum(description=zh_en("等级，A 最高", "Grade, A is best"))
class Grade(Enum):
    A = enum_value("A", "A 级（信用得分 85 及以上）", "A (credit score 85 or more)")
    B = enum_value("B", "B 级（70 及以上）", "B (70 or more)")
    C = enum_value("C", "C 级（60 及以上，或有处罚）", "C (60 or more, or with a penalty)")
    D = enum_value("D", "D 级（60 以下）", "D (below 60)")


@strawberry.enum(description=zh_en("信用评价的状态", "Status of a credit evaluation"))
class CreditStatus(Enum):
    DRAFT = enum_value("DRAFT", "草稿", "Draft")
    PUBLISHED = enum_value("PUBLISHED", "已发布", "Published")
    UNDER_APPEAL = enum_value("UNDER_APPEAL", "申诉中", "Under appeal")
    REVISED = enum_value("REVISED", "已复核", "Revised after an appeal")
    EXPIRED = enum_value("EXPIRED", "已到期", "Expired")


@strawberry.enum(description=zh_en("入驻的状态", "Status of a residency"))
class ResidencyStatus(Enum):
    APPLIED = enum_value("APPLIED", "已申请", "Applied for")
    ACTIVE = enum_value("ACTIVE", "入驻中", "Active")
    SUSPENDED = enum_value("SUSPENDED", "暂停", "Suspended")
    LEFT = enum_value("LEFT", "已退出", "Left")
    EXPELLED = enum_value("EXPELLED", "已清退", "Expelled")
