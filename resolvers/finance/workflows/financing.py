"""Financing project: APPLIED → UNDER_REVIEW → APPROVED → GRANTED → REPAID or DEFAULTED; REFUSED
from review (DOMAIN §2.5). An action is named after the status it leads to."""

from __future__ import annotations

from typing import Final

from resolvers.identity import Permit, Role
from resolvers.workflow import Transition, Workflow

BY_PLATFORM: Final = (Permit(Role.FUNCTIONAL_PLATFORM, "platform", "FINANCIAL_SERVICE"),)
"""The financial platform the application was made to."""

FINANCING: Final = Workflow(
    "financing",
    "投融资项目",
    "The financing project",
    ("APPLIED", "UNDER_REVIEW", "APPROVED", "GRANTED", "REPAID", "DEFAULTED", "REFUSED"),
    ("APPLIED",),
    (
        Transition(
            "UNDER_REVIEW",
            ("APPLIED",),
            ("UNDER_REVIEW",),
            BY_PLATFORM,
            "开始审查",
            "Begin the review",
        ),
        Transition(
            "APPROVED",
            ("UNDER_REVIEW",),
            ("APPROVED",),
            BY_PLATFORM,
            "批准",
            "Approve",
            "须已确定资金提供方",
            "the provider of the money is named",
        ),
        Transition(
            "REFUSED",
            ("UNDER_REVIEW",),
            ("REFUSED",),
            BY_PLATFORM,
            "拒绝",
            "Refuse",
            comment_required=True,
        ),
        Transition(
            "GRANTED", ("APPROVED",), ("GRANTED",), BY_PLATFORM, "放款（到位）", "Pay the money out"
        ),
        Transition("REPAID", ("GRANTED",), ("REPAID",), BY_PLATFORM, "已偿还", "Note repayment"),
        Transition(
            "DEFAULTED",
            ("GRANTED",),
            ("DEFAULTED",),
            BY_PLATFORM,
            "违约",
            "Note default",
            comment_required=True,
        ),
    ),
)
