"""Enums of `featured`."""

from __future__ import annotations

from enum import Enum

import strawberry

from schema.common.descriptions import enum_value, zh_en


@strawberry.enum(
    description=zh_en(
        "先进技术转化项目的阶段", "Stage of a project that transforms advanced technology"
    )
)
class TransformationStage(Enum):
    COLLECTED = enum_value("COLLECTED", "已征集", "Collected")
    ASSESSED = enum_value("ASSESSED", "已评估", "Assessed")
    MATCHED = enum_value("MATCHED", "已对接", "Matched with an adopter")
    PILOT_PRODUCTION = enum_value("PILOT_PRODUCTION", "中试", "In pilot production")
    INDUSTRIALISED = enum_value("INDUSTRIALISED", "已产业化", "Industrialised")
    STOPPED = enum_value("STOPPED", "已终止", "Stopped")


@strawberry.enum(
    description=zh_en("国际化运营项目的类型", "Kind of a project of international operation")
)
class InternationalKind(Enum):
    OVERSEAS_FILING = enum_value("OVERSEAS_FILING", "海外申请", "Filing abroad")
    LICENSING_OUT = enum_value("LICENSING_OUT", "对外许可", "Licensing out")
    LICENSING_IN = enum_value("LICENSING_IN", "引进许可", "Licensing in")
    TRANSFER_OUT = enum_value("TRANSFER_OUT", "对外转让", "Transfer out")
    TRANSFER_IN = enum_value("TRANSFER_IN", "引进受让", "Transfer in")
    STANDARD_ESSENTIAL_PATENT = enum_value(
        "STANDARD_ESSENTIAL_PATENT", "标准必要专利", "Standard-essential patents"
    )


@strawberry.enum(
    description=zh_en("国际化运营项目的状态", "Status of a project of international operation")
)
class InternationalStatus(Enum):
    PLANNED = enum_value("PLANNED", "计划中", "Planned")
    RUNNING = enum_value("RUNNING", "实施中", "Running")
    CONCLUDED = enum_value("CONCLUDED", "已完成", "Concluded")
    CANCELLED = enum_value("CANCELLED", "已取消", "Cancelled")
