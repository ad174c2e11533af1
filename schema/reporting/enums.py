"""Enums of `reporting`."""

from __future__ import annotations

from enum import Enum

import strawberry

from schema.common.descriptions import enum_value, zh_en


@strawberry.enum(description=zh_en("数据的种类", "What a file or message holds"))
class FeedKind(Enum):
    PATENT = enum_value("PATENT", "专利", "Patents")
    LEGAL_EVENT = enum_value("LEGAL_EVENT", "法律状态", "Legal events")
    OPEN_LICENCE = enum_value("OPEN_LICENCE", "开放许可声明", "Open-licence statements")
    TRANSFER = enum_value("TRANSFER", "权利转移", "Transfers")
    LICENCE = enum_value("LICENCE", "许可合同备案", "Licence recordals")
    PLEDGE = enum_value("PLEDGE", "质押登记", "Pledge registrations")
    LISTING = enum_value("LISTING", "挂牌项目", "Listings")
    DEMAND = enum_value("DEMAND", "需求", "Demands")
    INTENSIVE_PRODUCT = enum_value(
        "INTENSIVE_PRODUCT", "专利密集型产品", "Patent-intensive products"
    )
    NAVIGATION = enum_value("NAVIGATION", "专利导航", "Patent navigation reports")
    THIRD_PARTY = enum_value("THIRD_PARTY", "第三方机构", "Third-party institutions")
    BUSINESS_REPORT = enum_value("BUSINESS_REPORT", "业务数据", "Business reports")
    ORGANIZATION = enum_value("ORGANIZATION", "机构", "Organisations")
    OPERATION_CENTER = enum_value("OPERATION_CENTER", "平台（中心）", "Platforms and centres")


@strawberry.enum(description=zh_en("批次的状态", "Status of a batch"))
class BatchStatus(Enum):
    RECEIVED = enum_value("RECEIVED", "已接收", "Received")
    PARSED = enum_value("PARSED", "已解析", "Parsed")
    FAILED = enum_value("FAILED", "整批未入库", "Refused as a whole")
    LOADED = enum_value("LOADED", "已入库", "Loaded")
    ROLLED_BACK = enum_value("ROLLED_BACK", "已回退", "Rolled back")


@strawberry.enum(description=zh_en("问题的严重程度", "Severity of an issue"))
class IssueSeverity(Enum):
    ERROR = enum_value("ERROR", "错误，该行未入库", "An error: the row is refused")
    WARNING = enum_value("WARNING", "提示，该行已入库", "A warning: the row is accepted")


@strawberry.enum(description=zh_en("一行数据的结果", "What became of a row"))
class RowOutcome(Enum):
    REJECTED = enum_value("REJECTED", "未入库", "Refused")
    ACCEPTED_WITH_WARNINGS = enum_value(
        "ACCEPTED_WITH_WARNINGS", "已入库，有提示", "Accepted with warnings"
    )
    DUPLICATE = enum_value("DUPLICATE", "重复", "A duplicate")
