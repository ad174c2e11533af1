"""Enums of `patents`."""

from __future__ import annotations

from enum import Enum

import strawberry

from schema.common.descriptions import enum_value, zh_en


@strawberry.enum(description=zh_en("专利种类", "Kind of patent"))
class PatentKind(Enum):
    INVENTION = enum_value("INVENTION", "发明", "Invention")
    UTILITY_MODEL = enum_value("UTILITY_MODEL", "实用新型", "Utility model")
    DESIGN = enum_value("DESIGN", "外观设计", "Design")


@strawberry.enum(description=zh_en("法律状态", "Legal status"))
class LegalStatus(Enum):
    PENDING = enum_value("PENDING", "审查中", "Application pending")
    IN_FORCE = enum_value("IN_FORCE", "有效", "Patent in force")
    CEASED_UNPAID_FEE = enum_value(
        "CEASED_UNPAID_FEE", "未缴年费终止", "Ceased because the annual fee was not paid"
    )
    EXPIRED = enum_value("EXPIRED", "期限届满", "Term has run out")
    SURRENDERED = enum_value("SURRENDERED", "主动放弃", "Surrendered by the holder")
    INVALIDATED = enum_value("INVALIDATED", "全部无效", "Declared wholly invalid")
    REFUSED = enum_value("REFUSED", "驳回", "Application refused")
    WITHDRAWN = enum_value("WITHDRAWN", "撤回或视为撤回", "Withdrawn or deemed withdrawn")
    UNKNOWN = enum_value("UNKNOWN", "尚无事务可以判断", "No event tells yet")


@strawberry.enum(description=zh_en("专利列表的次序", "Order of a list of patents"))
class PatentOrder(Enum):
    FILED_NEWEST = enum_value("FILED_NEWEST", "申请日由近到远", "Last filed first")
    FILED_OLDEST = enum_value("FILED_OLDEST", "申请日由远到近", "First filed first")
    GRANTED_NEWEST = enum_value(
        "GRANTED_NEWEST", "授权日由近到远，仅已授权的", "Last granted first, granted ones only"
    )


@strawberry.enum(description=zh_en("专利权评价报告的结论", "Conclusion of an evaluation report"))
class EvaluationConclusion(Enum):
    NO_DEFECT_FOUND = enum_value(
        "NO_DEFECT_FOUND", "未发现不符合授权条件的缺陷", "No defect against grant was found"
    )
    NOT_GRANTABLE = enum_value(
        "NOT_GRANTABLE", "不符合授予专利权条件", "The conditions for grant are not met"
    )
    UNKNOWN = enum_value("UNKNOWN", "有报告，结论未知", "There is a report, its conclusion unknown")
