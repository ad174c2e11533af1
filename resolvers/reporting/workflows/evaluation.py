"""The yearly performance evaluation (DOMAIN §2.5). An action is the stage it leads to.

Relations as for reports: `center`, and `office` of its jurisdiction.
"""

from __future__ import annotations

from typing import Final

from resolvers.reporting.workflows.report import CNIPA, OFFICE, OWN
from resolvers.workflow import Transition, Workflow

OBJECTION_DAYS: Final = 15
PUBLIC_STAGES: Final = ("PUBLISHED", "OBJECTION", "FINAL")
"""Stages in which everybody may see the result."""

EVALUATION: Final = Workflow(
    name="performance_evaluation",
    zh="年度绩效评价",
    en="Performance evaluation",
    states=(
        "PLANNED",
        "DATA_FROZEN",
        "SELF_ASSESSED",
        "PROVINCIAL_OPINION",
        "EXPERT_REVIEW",
        "DRAFT_RESULT",
        "PUBLISHED",
        "OBJECTION",
        "FINAL",
    ),
    initial=("PLANNED",),
    transitions=(
        Transition(
            "DATA_FROZEN",
            ("PLANNED",),
            ("DATA_FROZEN",),
            CNIPA,
            "冻结数据",
            "Freeze data",
            condition_zh="年度已结束，该年报送均已办结；已接收的报送随之锁定",
            condition_en="the year is over and no report of it is under way; accepted ones are "
            "locked with it",
        ),
        Transition(
            "SELF_ASSESSED",
            ("DATA_FROZEN",),
            ("SELF_ASSESSED",),
            OWN,
            "完成自评",
            "Self-assessed",
            condition_zh="各项均有自评分",
            condition_en="every criterion has a self score",
        ),
        Transition(
            "PROVINCIAL_OPINION",
            ("SELF_ASSESSED",),
            ("PROVINCIAL_OPINION",),
            OFFICE,
            "出具省级意见",
            "Give the provincial opinion",
        ),
        Transition(
            "EXPERT_REVIEW",
            ("PROVINCIAL_OPINION",),
            ("EXPERT_REVIEW",),
            CNIPA,
            "专家评审",
            "Review by experts",
        ),
        Transition(
            "DRAFT_RESULT",
            ("EXPERT_REVIEW",),
            ("DRAFT_RESULT",),
            CNIPA,
            "形成初步结果",
            "Draft the result",
            condition_zh="各项均有得分；计算总分、等级、排名",
            condition_en="every criterion has a score; total, grade and rank are worked out",
        ),
        Transition(
            "PUBLISHED",
            ("DRAFT_RESULT",),
            ("PUBLISHED",),
            CNIPA,
            "公布",
            "Publish",
        ),
        Transition(
            "OBJECTION",
            ("PUBLISHED",),
            ("OBJECTION",),
            OWN,
            "提出异议",
            "Object",
            condition_zh=f"公布后 {OBJECTION_DAYS} 日内",
            condition_en=f"within {OBJECTION_DAYS} days of publication",
            comment_required=True,
        ),
        Transition(
            "FINAL",
            ("PUBLISHED", "OBJECTION"),
            ("FINAL",),
            CNIPA,
            "确定",
            "Make final",
            condition_zh="异议期已过，或异议已处理",
            condition_en="the days for objections are over, or the objection was dealt with",
        ),
    ),
)
