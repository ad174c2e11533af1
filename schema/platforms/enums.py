"""Enums of `platforms`."""

from __future__ import annotations

from enum import Enum

import strawberry

from schema.common.descriptions import enum_value, zh_en


@strawberry.enum(description=zh_en("平台（中心）的类型", "Kind of a platform or centre"))
class CenterKind(Enum):
    FUNCTIONAL = enum_value(
        "FUNCTIONAL", "功能性国家知识产权运营平台", "Functional national platform"
    )
    REGIONAL = enum_value("REGIONAL", "区域知识产权运营中心", "Regional centre")
    INDUSTRY = enum_value("INDUSTRY", "产业知识产权运营中心", "Industry centre")


@strawberry.enum(description=zh_en("功能性平台的功能", "Function of a functional platform"))
class PlatformFunction(Enum):
    TRADING_SERVICE = enum_value("TRADING_SERVICE", "交易服务", "Trading service")
    FINANCIAL_SERVICE = enum_value("FINANCIAL_SERVICE", "金融服务", "Financial service")
    FEATURED_SERVICE = enum_value("FEATURED_SERVICE", "特色服务", "Featured service")
    SUPPORT_TOOL = enum_value("SUPPORT_TOOL", "支撑工具", "Support tool")


@strawberry.enum(description=zh_en("支撑工具的类别", "Kind of a support tool"))
class SupportToolKind(Enum):
    PATENT_INTENSIVE_PRODUCT = enum_value(
        "PATENT_INTENSIVE_PRODUCT",
        "专利密集型产品备案认定",
        "Filing and recognition of patent-intensive products",
    )
    PATENT_NAVIGATION = enum_value(
        "PATENT_NAVIGATION", "专利导航综合服务", "Comprehensive patent navigation service"
    )
    INNOVATION_MANAGEMENT_STANDARD = enum_value(
        "INNOVATION_MANAGEMENT_STANDARD",
        "创新管理与知识产权国际标准推广",
        "Promotion of international standards on innovation management",
    )
    SERVICE_GRADING = enum_value(
        "SERVICE_GRADING", "知识产权服务分级分类评价", "Graded evaluation of IP services"
    )


@strawberry.enum(description=zh_en("平台体系的圈层", "Circle of the platform system"))
class Circle(Enum):
    CORE = enum_value("CORE", "核心圈（功能性平台）", "Core circle: functional platforms")
    RADIATING = enum_value(
        "RADIATING", "辐射圈（区域、产业中心）", "Radiating circle: regional and industry centres"
    )


@strawberry.enum(description=zh_en("平台（中心）的状态", "Status of a platform or centre"))
class CenterStatus(Enum):
    PILOT = enum_value("PILOT", "试点", "Pilot")
    UNDER_EVALUATION = enum_value("UNDER_EVALUATION", "总结评价中", "Under evaluation")
    RECOGNISED = enum_value("RECOGNISED", "已认定", "Recognised")
    IN_RECTIFICATION = enum_value("IN_RECTIFICATION", "整改期", "In rectification")
    IN_TRANSITION = enum_value("IN_TRANSITION", "过渡期", "In transition")
    NOT_RECOGNISED = enum_value("NOT_RECOGNISED", "未认定", "Not recognised")
    REVOKED = enum_value("REVOKED", "已撤销", "Revoked")


@strawberry.enum(description=zh_en("命名依据", "What a name rests on"))
class NamingScheme(Enum):
    NOTICE_2022_1002 = enum_value(
        "NOTICE_2022_1002", "国知办函运字〔2022〕1002号", "The notice of November 2022"
    )
    CASE_BY_CASE = enum_value(
        "CASE_BY_CASE", "一事一议（支撑工具类）", "Case by case, for support tools"
    )
    NOTICE_2023_156 = enum_value(
        "NOTICE_2023_156", "国知发运函字〔2023〕156号", "The notice of 2023"
    )
    PILOT_NAME = enum_value(
        "PILOT_NAME", "试点名称（认定前）", "A working name, before recognition"
    )
