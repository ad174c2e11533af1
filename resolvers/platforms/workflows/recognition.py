"""The recognition case, in the order of the notice (DOMAIN §1.5, §2.5)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from resolvers.platforms.rights import CNIPA, HOST, OFFICE
from resolvers.workflow import Transition, Workflow

RECOGNITION: Final = Workflow(
    name="recognition_case",
    zh="认定案件",
    en="The recognition case",
    states=(
        "DRAFTING",
        "PROVINCIAL_REVIEW",
        "SUBMITTED_TO_CNIPA",
        "UNDER_EVALUATION",
        "PLAN_GUIDANCE",
        "RECOGNISED",
        "RECTIFICATION",
        "TRANSITION",
        "RE_EVALUATION",
        "NOT_RECOGNISED",
    ),
    initial=("DRAFTING",),
    transitions=(
        Transition(
            "SUBMIT_TO_PROVINCE",
            ("DRAFTING",),
            ("PROVINCIAL_REVIEW",),
            HOST,
            "报省级知识产权局审核",
            "Send to the provincial office for review",
            "总结、工作方案和四项声明齐备",
            "Summary, work plan and the four declarations are complete",
        ),
        Transition(
            "RETURN_TO_PLATFORM",
            ("PROVINCIAL_REVIEW",),
            ("DRAFTING",),
            OFFICE,
            "退回平台",
            "Return to the platform",
            comment_required=True,
        ),
        Transition(
            "SUBMIT_TO_CNIPA",
            ("PROVINCIAL_REVIEW",),
            ("SUBMITTED_TO_CNIPA",),
            OFFICE,
            "审核同意，报送国家知识产权局",
            "Send on to CNIPA with a positive opinion",
            comment_required=True,
        ),
        Transition(
            "START_EVALUATION",
            ("SUBMITTED_TO_CNIPA",),
            ("UNDER_EVALUATION",),
            CNIPA,
            "开始评价",
            "Start the evaluation",
        ),
        Transition(
            "REQUEST_PLAN_CHANGE",
            ("UNDER_EVALUATION",),
            ("PLAN_GUIDANCE",),
            CNIPA,
            "指导完善工作方案",
            "Ask for a better work plan",
            comment_required=True,
        ),
        Transition(
            "RESUBMIT_PLAN",
            ("PLAN_GUIDANCE",),
            ("UNDER_EVALUATION",),
            HOST,
            "重新提交工作方案",
            "Send the work plan again",
            "工作方案齐备",
            "The work plan is complete",
        ),
        Transition(
            "RECOGNISE",
            ("UNDER_EVALUATION", "RE_EVALUATION"),
            ("RECOGNISED",),
            CNIPA,
            "认定并命名",
            "Recognise and name",
            "三种评价方式俱全且无不通过，工作方案已通过，名称合规，未超过布局数量",
            "All three kinds of evidence and none FAIL, plan APPROVED, name valid, layout kept",
        ),
        Transition(
            "ORDER_RECTIFICATION",
            ("UNDER_EVALUATION",),
            ("RECTIFICATION",),
            CNIPA,
            "责令整改一年",
            "Order a year of rectification",
            "至少一项整改要求",
            "At least one item",
        ),
        Transition(
            "GRANT_TRANSITION",
            ("UNDER_EVALUATION",),
            ("TRANSITION",),
            CNIPA,
            "给予一年过渡期",
            "Grant a year of transition",
        ),
        Transition(
            "START_RE_EVALUATION",
            ("RECTIFICATION", "TRANSITION"),
            ("RE_EVALUATION",),
            CNIPA,
            "再次评价",
            "Evaluate again",
            "各项均已完成，或期限已满",
            "All items are done, or the year is over",
        ),
        Transition("REFUSE", ("RE_EVALUATION",), ("NOT_RECOGNISED",), CNIPA, "不予认定", "Refuse"),
    ),
)

CENTER_STATUS: Final[Mapping[str, str | None]] = {
    "DRAFTING": None,
    "PROVINCIAL_REVIEW": None,
    "SUBMITTED_TO_CNIPA": None,
    "UNDER_EVALUATION": "UNDER_EVALUATION",
    "PLAN_GUIDANCE": "UNDER_EVALUATION",
    "RECOGNISED": "RECOGNISED",
    "RECTIFICATION": "IN_RECTIFICATION",
    "TRANSITION": "IN_TRANSITION",
    "RE_EVALUATION": "UNDER_EVALUATION",
    "NOT_RECOGNISED": "NOT_RECOGNISED",
}
"""The status a centre has while its case is in that stage; None: as it was before the case."""

EVALUATING: Final = frozenset({"UNDER_EVALUATION", "RE_EVALUATION"})
"""Stages in which evidence is recorded and decisions are taken."""

PLAN_ONLY: Final = frozenset({"PLAN_GUIDANCE", "RECTIFICATION", "TRANSITION"})
"""Stages in which the host may still better its work plan, but not the rest of the dossier."""

IN_PERIOD: Final = frozenset({"RECTIFICATION", "TRANSITION"})
