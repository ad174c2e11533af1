"""Enums of recognition, guidance and supervision."""

from __future__ import annotations

from enum import Enum

import strawberry

from schema.common.descriptions import enum_value, zh_en


@strawberry.enum(description=zh_en("申报途径", "Which dossier a case has"))
class RecognitionTrack(Enum):
    PILOT_PLATFORM = enum_value("PILOT_PLATFORM", "试点平台", "A pilot platform")
    EXCHANGE_INSTITUTION = enum_value(
        "EXCHANGE_INSTITUTION",
        "承担国家知识产权和科技成果产权交易机构建设任务的单位",
        "A unit charged with building a national exchange institution",
    )


@strawberry.enum(description=zh_en("认定案件的阶段", "Stage of a recognition case"))
class RecognitionStage(Enum):
    DRAFTING = enum_value("DRAFTING", "起草", "Drafted by the platform")
    PROVINCIAL_REVIEW = enum_value(
        "PROVINCIAL_REVIEW", "省级知识产权局审核", "Reviewed by the provincial office"
    )
    SUBMITTED_TO_CNIPA = enum_value("SUBMITTED_TO_CNIPA", "已报送国家知识产权局", "Sent to CNIPA")
    UNDER_EVALUATION = enum_value("UNDER_EVALUATION", "评价中", "Under evaluation")
    PLAN_GUIDANCE = enum_value("PLAN_GUIDANCE", "指导完善工作方案", "The plan is bettered")
    RECOGNISED = enum_value("RECOGNISED", "已认定", "Recognised")
    RECTIFICATION = enum_value("RECTIFICATION", "整改期", "In rectification")
    TRANSITION = enum_value("TRANSITION", "过渡期", "In transition")
    RE_EVALUATION = enum_value("RE_EVALUATION", "再次评价", "Evaluated again")
    NOT_RECOGNISED = enum_value("NOT_RECOGNISED", "未认定", "Not recognised")


@strawberry.enum(description=zh_en("认定案件的操作", "A step of a recognition case"))
class RecognitionAction(Enum):
    SUBMIT_TO_PROVINCE = enum_value(
        "SUBMIT_TO_PROVINCE", "报省级知识产权局审核", "Send to the provincial office"
    )
    RETURN_TO_PLATFORM = enum_value(
        "RETURN_TO_PLATFORM", "退回平台", "Return to the platform; needs a comment"
    )
    SUBMIT_TO_CNIPA = enum_value(
        "SUBMIT_TO_CNIPA",
        "审核同意并报送国家知识产权局",
        "Send on to CNIPA; the comment is the positive opinion",
    )
    START_EVALUATION = enum_value("START_EVALUATION", "开始评价", "Start the evaluation")
    REQUEST_PLAN_CHANGE = enum_value(
        "REQUEST_PLAN_CHANGE", "要求完善工作方案", "Ask for a better plan; needs a comment"
    )
    RESUBMIT_PLAN = enum_value("RESUBMIT_PLAN", "重新提交工作方案", "Send the plan again")
    RECOGNISE = enum_value("RECOGNISE", "认定并命名", "Recognise and name")
    ORDER_RECTIFICATION = enum_value(
        "ORDER_RECTIFICATION", "责令整改一年", "Order a year of rectification"
    )
    GRANT_TRANSITION = enum_value(
        "GRANT_TRANSITION", "给予一年过渡期", "Grant a year of transition"
    )
    START_RE_EVALUATION = enum_value("START_RE_EVALUATION", "再次评价", "Evaluate again")
    REFUSE = enum_value("REFUSE", "不予认定", "Refuse")


@strawberry.enum(description=zh_en("工作方案的状态", "State of a work plan"))
class WorkPlanStatus(Enum):
    DRAFT = enum_value("DRAFT", "草稿", "A draft")
    UNDER_REVIEW = enum_value("UNDER_REVIEW", "审核中", "Under review")
    CHANGES_REQUESTED = enum_value("CHANGES_REQUESTED", "要求完善", "Changes are asked for")
    APPROVED = enum_value("APPROVED", "已通过", "Approved")
    CLOSED = enum_value("CLOSED", "已结束", "Closed")


@strawberry.enum(description=zh_en("评价方式", "Method of evaluation"))
class EvaluationMethod(Enum):
    MATERIAL_CHECK = enum_value("MATERIAL_CHECK", "材料核查", "Check of the documents")
    FUNCTION_TEST = enum_value("FUNCTION_TEST", "功能测试", "Test of the functions")
    SITE_VISIT = enum_value("SITE_VISIT", "实地调研", "Visit to the site")


@strawberry.enum(description=zh_en("评价结果", "Result of a piece of evidence"))
class EvidenceResult(Enum):
    PASS = enum_value("PASS", "通过", "Passed")
    FAIL = enum_value("FAIL", "不通过", "Failed")
    PARTIAL = enum_value("PARTIAL", "部分通过", "Passed in part")


@strawberry.enum(description=zh_en("期限的种类", "Kind of the period of one year"))
class RectificationKind(Enum):
    RECTIFICATION = enum_value("RECTIFICATION", "整改期", "Rectification")
    TRANSITION = enum_value("TRANSITION", "过渡期", "Transition")


@strawberry.enum(description=zh_en("创新任务的种类", "Kind of an innovation task"))
class InnovationKind(Enum):
    OPEN_LICENCE_PILOT = enum_value(
        "OPEN_LICENCE_PILOT", "专利开放许可试点", "Pilot of open licences"
    )
    TRANSFER_LICENCE_RECORDAL_SERVICE = enum_value(
        "TRANSFER_LICENCE_RECORDAL_SERVICE",
        "专利权转让许可登记备案服务",
        "Service of registering transfers and recording licences",
    )
    MODEL_INNOVATION = enum_value("MODEL_INNOVATION", "模式创新", "Innovation of models")
    BUSINESS_INNOVATION = enum_value("BUSINESS_INNOVATION", "业务创新", "Innovation of business")


@strawberry.enum(description=zh_en("任务状态", "State of a task"))
class TaskStatus(Enum):
    PLANNED = enum_value("PLANNED", "已下达", "Planned")
    RUNNING = enum_value("RUNNING", "进行中", "Running")
    DONE = enum_value("DONE", "已完成", "Done")
    CANCELLED = enum_value("CANCELLED", "已取消", "Cancelled")


@strawberry.enum(description=zh_en("创新任务的操作", "A step of an innovation task"))
class TaskAction(Enum):
    START = enum_value("START", "开始", "Start")
    FINISH = enum_value("FINISH", "完成", "Finish")
    CANCEL = enum_value("CANCEL", "取消", "Cancel; needs a comment")


@strawberry.enum(description=zh_en("支持的种类", "Kind of support"))
class SupportKind(Enum):
    PROJECT = enum_value("PROJECT", "项目", "A project")
    FUNDING = enum_value("FUNDING", "资金", "Funding")
    POLICY = enum_value("POLICY", "政策", "A policy")
    CONDITION = enum_value("CONDITION", "条件保障", "Conditions secured")


@strawberry.enum(description=zh_en("监督管理的领域", "What is supervised"))
class SupervisionField(Enum):
    INFORMATION_RELEASE = enum_value("INFORMATION_RELEASE", "信息发布", "Release of information")
    BUSINESS_CONDUCT = enum_value("BUSINESS_CONDUCT", "业务开展", "Conduct of business")
    DATA_USE = enum_value("DATA_USE", "数据使用", "Use of data")
    NAME_AND_SEAL = enum_value("NAME_AND_SEAL", "名称与公章", "Name and seal")
    CROSS_REGION_BRANCH = enum_value(
        "CROSS_REGION_BRANCH", "跨区域设立分支机构", "Branches in other regions"
    )


@strawberry.enum(description=zh_en("风险等级", "Level of risk"))
class RiskLevel(Enum):
    LOW = enum_value("LOW", "低", "Low")
    MEDIUM = enum_value("MEDIUM", "中", "Medium")
    HIGH = enum_value("HIGH", "高", "High")


@strawberry.enum(description=zh_en("监督事项的状态", "State of a supervision action"))
class SupervisionStatus(Enum):
    OPEN = enum_value("OPEN", "已立项", "Open")
    NOTICE_ISSUED = enum_value("NOTICE_ISSUED", "已发通知", "A notice was issued")
    RECTIFYING = enum_value("RECTIFYING", "整改中", "The centre puts it right")
    CLOSED = enum_value("CLOSED", "已结案", "Closed")


@strawberry.enum(
    description=zh_en(
        "监督事项在立项与结案之间的步骤", "A step of supervision between opening and closing"
    )
)
class SupervisionStep(Enum):
    ISSUE_NOTICE = enum_value("ISSUE_NOTICE", "发出通知", "Issue the notice")
    START_RECTIFYING = enum_value(
        "START_RECTIFYING", "开始整改", "The centre begins to put it right"
    )
    CLOSE = enum_value(
        "CLOSE", "结案（同 closeSupervision）", "Close, as closeSupervision does; needs a note"
    )
