"""Intensive product filing (DOMAIN §2.5): DRAFT → FILED → UNDER_REVIEW → PUBLIC_NOTICE → RECOGNISED
or NOT_RECOGNISED; RECOGNISED → EXPIRED or REVOKED. An action is named after its target."""

from __future__ import annotations

from typing import Final

from resolvers.identity import Permit, Role
from resolvers.workflow import Transition, Workflow

BY_FILER: Final = (
    Permit(Role.THIRD_PARTY_INSTITUTION, "filer"),
    Permit(Role.REGIONAL_CENTER, "submitter"),
    Permit(Role.INDUSTRY_CENTER, "submitter"),
)
"""The filer itself, or the centre that hands the filing in for it. Functional platforms do not
file: the one that reviews would judge its own."""
BY_TOOL: Final = (Permit(Role.FUNCTIONAL_PLATFORM, "tool", "SUPPORT_TOOL"),)
"""A platform whose support tool is PATENT_INTENSIVE_PRODUCT."""
CNIPA: Final = Permit(Role.CNIPA_ADMIN)

PRODUCTS: Final = Workflow(
    "product",
    "专利密集型产品备案",
    "The product filing",
    (
        "DRAFT",
        "FILED",
        "UNDER_REVIEW",
        "PUBLIC_NOTICE",
        "RECOGNISED",
        "NOT_RECOGNISED",
        "EXPIRED",
        "REVOKED",
    ),
    ("DRAFT",),
    (
        Transition("FILED", ("DRAFT",), ("FILED",), BY_FILER, "申报", "File"),
        Transition(
            "UNDER_REVIEW", ("FILED",), ("UNDER_REVIEW",), BY_TOOL, "受理审查", "Begin the review"
        ),
        Transition(
            "PUBLIC_NOTICE",
            ("UNDER_REVIEW",),
            ("PUBLIC_NOTICE",),
            BY_TOOL,
            "公示",
            "Give public notice",
        ),
        Transition("RECOGNISED", ("PUBLIC_NOTICE",), ("RECOGNISED",), BY_TOOL, "认定", "Recognise"),
        Transition(
            "NOT_RECOGNISED",
            ("PUBLIC_NOTICE",),
            ("NOT_RECOGNISED",),
            BY_TOOL,
            "不予认定",
            "Refuse recognition",
            comment_required=True,
        ),
        Transition(
            "REVOKED",
            ("RECOGNISED",),
            ("REVOKED",),
            (*BY_TOOL, CNIPA),
            "撤销认定",
            "Revoke the recognition",
            comment_required=True,
        ),
        Transition(
            "EXPIRED",
            ("RECOGNISED",),
            ("EXPIRED",),
            (),
            "有效期满",
            "The term ends",
            "有效期届满之后（定时任务）",
            "after the last day of the term, by a timer",
        ),
    ),
)
