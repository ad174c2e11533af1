"""Residency of third-party institutions at a platform (DOMAIN §2.5): APPLIED → ACTIVE → SUSPENDED →
ACTIVE, or LEFT, or EXPELLED; credit grade D suspends. An action is named after its target."""

from __future__ import annotations

from typing import Final

from resolvers.identity import Permit, Role
from resolvers.workflow import Transition, Workflow

BY_PLATFORM: Final = (Permit(Role.FUNCTIONAL_PLATFORM, "platform"),)
BY_EITHER: Final = (*BY_PLATFORM, Permit(Role.THIRD_PARTY_INSTITUTION, "institution"))

NO_GRADE_D: Final = ("当前信用等级不为 D", "no credit grade D at the platform is in force")

RESIDENCY: Final = Workflow(
    "residency",
    "入驻",
    "The residency",
    ("APPLIED", "ACTIVE", "SUSPENDED", "LEFT", "EXPELLED"),
    ("APPLIED",),
    (
        Transition(
            "ACTIVE",
            ("APPLIED", "SUSPENDED"),
            ("ACTIVE",),
            BY_PLATFORM,
            "准入或恢复",
            "Admit, or take up again",
            *NO_GRADE_D,
        ),
        Transition(
            "SUSPENDED",
            ("ACTIVE",),
            ("SUSPENDED",),
            BY_PLATFORM,
            "暂停",
            "Suspend",
            comment_required=True,
        ),
        Transition(
            "LEFT",
            ("APPLIED", "ACTIVE", "SUSPENDED"),
            ("LEFT",),
            BY_EITHER,
            "退出（或撤回申请）",
            "Leave, or withdraw the application",
        ),
        Transition(
            "EXPELLED",
            ("ACTIVE", "SUSPENDED"),
            ("EXPELLED",),
            BY_PLATFORM,
            "清退",
            "Expel",
            comment_required=True,
        ),
        Transition(
            "SUSPEND_BY_GRADE",
            ("ACTIVE",),
            ("SUSPENDED",),
            (),
            "信用等级为 D，自动暂停",
            "Suspended by credit grade D",
            "发布 D 级信用评价时",
            "when credit grade D is published",
        ),
    ),
)
