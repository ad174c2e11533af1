"""The work plan of three years (DOMAIN §1.5 E6-E13).

It moves with its recognition case; only the approval may be an act of its own. A document check
that passes approves it, since the plan is part of the documents checked (材料核查).
"""

from __future__ import annotations

from typing import Final

from resolvers.platforms.rights import CNIPA
from resolvers.workflow import Transition, Workflow

WORK_PLAN: Final = Workflow(
    name="work_plan",
    zh="工作方案",
    en="The work plan",
    states=("DRAFT", "UNDER_REVIEW", "CHANGES_REQUESTED", "APPROVED", "CLOSED"),
    initial=("DRAFT",),
    transitions=(
        Transition(
            "SUBMIT",
            ("DRAFT", "CHANGES_REQUESTED"),
            ("UNDER_REVIEW",),
            (),
            "随案件提交",
            "Submitted with the case",
        ),
        Transition(
            "REVISE",
            ("UNDER_REVIEW", "CHANGES_REQUESTED"),
            ("DRAFT",),
            (),
            "平台修改",
            "Revised by the platform",
        ),
        Transition(
            "REQUEST_CHANGES",
            ("UNDER_REVIEW", "APPROVED"),
            ("CHANGES_REQUESTED",),
            (),
            "要求完善",
            "Changes are asked for",
        ),
        Transition(
            "APPROVE",
            ("UNDER_REVIEW",),
            ("APPROVED",),
            CNIPA,
            "通过；材料核查通过时自动通过",
            "Approve; a document check that passes does so by itself",
        ),
        Transition(
            "CLOSE",
            ("DRAFT", "UNDER_REVIEW", "CHANGES_REQUESTED", "APPROVED"),
            ("CLOSED",),
            (),
            "期满，或案件未获认定",
            "Its three years are over, or the case was refused",
        ),
    ),
)
