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


@strawberry.enum(description=zh_en("指标的单位", "Unit of an indicator"))
class IndicatorUnit(Enum):
    COUNT = enum_value("COUNT", "件（个）", "Pieces")
    CNY = enum_value("CNY", "元", "Yuan")
    PERCENT = enum_value("PERCENT", "百分比", "Per cent")
    PERSON = enum_value("PERSON", "人", "Persons")
    SCORE = enum_value("SCORE", "分", "Points")
    DAY = enum_value("DAY", "天", "Days")


@strawberry.enum(
    description=zh_en(
        "由短期间汇总为长期间的方法", "How values of shorter periods make that of a longer one"
    )
)
class Aggregation(Enum):
    SUM = enum_value("SUM", "求和", "Their sum")
    LAST = enum_value("LAST", "取期末", "The last one")
    AVERAGE = enum_value("AVERAGE", "平均", "Their average")
    MAX = enum_value("MAX", "取最大", "The largest")


@strawberry.enum(description=zh_en("期间的种类", "Kind of a period"))
class PeriodKind(Enum):
    MONTH = enum_value("MONTH", "月", "A month, as 2023-11")
    QUARTER = enum_value("QUARTER", "季度", "A quarter, as 2023-Q4")
    YEAR = enum_value("YEAR", "年", "A year, as 2023")


@strawberry.enum(description=zh_en("报送的状态", "Status of a report"))
class ReportStatus(Enum):
    DRAFT = enum_value("DRAFT", "草稿", "A draft")
    SUBMITTED = enum_value("SUBMITTED", "已提交，待省级确认", "Submitted, the office is to confirm")
    VALIDATION_FAILED = enum_value("VALIDATION_FAILED", "校验未通过", "The checks failed")
    RETURNED = enum_value("RETURNED", "已退回，可修改", "Returned to the centre")
    PROVINCE_CONFIRMED = enum_value("PROVINCE_CONFIRMED", "省级已确认", "Confirmed by the office")
    ACCEPTED = enum_value("ACCEPTED", "已接收", "Accepted by CNIPA")
    LOCKED = enum_value("LOCKED", "已锁定", "Locked for the yearly evaluation")


@strawberry.enum(description=zh_en("对报送的操作", "What can be done with a report"))
class ReportAction(Enum):
    SUBMIT = enum_value("SUBMIT", "提交（平台、中心）", "Submit, by the centre")
    RETURN = enum_value("RETURN", "退回（省级）", "Return, by the office")
    CONFIRM = enum_value("CONFIRM", "确认（省级）", "Confirm, by the office")
    ACCEPT = enum_value("ACCEPT", "接收（国家知识产权局）", "Accept, by CNIPA")
    LOCK = enum_value("LOCK", "锁定（国家知识产权局）", "Lock, by CNIPA")
    REOPEN = enum_value("REOPEN", "重新打开（国家知识产权局）", "Reopen, by CNIPA")


@strawberry.enum(description=zh_en("评价的阶段", "Stage of an evaluation"))
class EvaluationStage(Enum):
    PLANNED = enum_value("PLANNED", "已列入计划", "Planned")
    DATA_FROZEN = enum_value(
        "DATA_FROZEN", "数据已冻结，待自评", "Data frozen, to be self-assessed"
    )
    SELF_ASSESSED = enum_value("SELF_ASSESSED", "已自评", "Self-assessed")
    PROVINCIAL_OPINION = enum_value(
        "PROVINCIAL_OPINION", "已出具省级意见", "Provincial opinion given"
    )
    EXPERT_REVIEW = enum_value("EXPERT_REVIEW", "专家评审中", "Under review by experts")
    DRAFT_RESULT = enum_value("DRAFT_RESULT", "已形成初步结果", "Result drafted")
    PUBLISHED = enum_value("PUBLISHED", "已公布", "Published")
    OBJECTION = enum_value("OBJECTION", "异议处理中", "Under objection")
    FINAL = enum_value("FINAL", "最终", "Final")


@strawberry.enum(description=zh_en("绩效等级", "Grade of performance"))
class PerformanceGrade(Enum):
    EXCELLENT = enum_value("EXCELLENT", "优秀（90 分及以上）", "From 90 points")
    GOOD = enum_value("GOOD", "良好（75 分及以上）", "From 75 points")
    QUALIFIED = enum_value("QUALIFIED", "合格（60 分及以上）", "From 60 points")
    UNQUALIFIED = enum_value("UNQUALIFIED", "不合格（60 分以下）", "Below 60 points")


@strawberry.enum(description=zh_en("由谁评分", "Who scores"))
class ScoreRole(Enum):
    SELF = enum_value("SELF", "平台（中心）自评", "The centre itself")
    PROVINCE = enum_value("PROVINCE", "省级知识产权局", "The provincial office")
    EXPERT = enum_value("EXPERT", "专家（由国家知识产权局录入）", "Experts, entered by CNIPA")


@strawberry.enum(description=zh_en("看板的范围", "What a board is of"))
class DashboardScope(Enum):
    NATIONAL = enum_value("NATIONAL", "全国", "The whole country")
    REGION = enum_value("REGION", "地区（code 为行政区划代码）", "A region; `code` is its code")
    INDUSTRY = enum_value("INDUSTRY", "行业（code 为行业代码）", "An industry; `code` is its code")
    CENTER = enum_value("CENTER", "平台（中心）（code 为其代码）", "A centre; `code` is its code")
