"""Credit evaluation (DOMAIN §2.5): DRAFT → PUBLISHED → UNDER_APPEAL → REVISED; → EXPIRED at
`validTo`. A revision decides the appeal; the grade may stay as it was."""

from __future__ import annotations

from typing import Final

from resolvers.identity import Permit, Role
from resolvers.workflow import Transition, Workflow

BY_PLATFORM: Final = (Permit(Role.FUNCTIONAL_PLATFORM, "platform"),)
BY_INSTITUTION: Final = (Permit(Role.THIRD_PARTY_INSTITUTION, "institution"),)

CREDIT: Final = Workflow(
    "credit",
    "信用评价",
    "The credit evaluation",
    ("DRAFT", "PUBLISHED", "UNDER_APPEAL", "REVISED", "EXPIRED"),
    ("DRAFT",),
    (
        Transition(
            "PUBLISH",
            ("DRAFT",),
            ("PUBLISHED",),
            BY_PLATFORM,
            "发布",
            "Publish",
            "有效期未过；D 级自动暂停该平台的入驻",
            "its term is not over; grade D suspends the residency at the platform",
        ),
        Transition("APPEAL", ("PUBLISHED",), ("UNDER_APPEAL",), BY_INSTITUTION, "申诉", "Appeal"),
        Transition(
            "REVISE",
            ("UNDER_APPEAL",),
            ("REVISED",),
            BY_PLATFORM,
            "复核",
            "Decide the appeal",
            "按复核后的指标重新计算；D 级自动暂停该平台的入驻",
            "grade worked out anew; grade D suspends the residency at the platform",
            comment_required=True,
        ),
        Transition(
            "EXPIRE",
            ("PUBLISHED", "UNDER_APPEAL", "REVISED"),
            ("EXPIRED",),
            (),
            "期满",
            "The term ends",
            "有效期届满之后（定时任务）",
            "after the last day of the term, by a timer",
        ),
    ),
)
