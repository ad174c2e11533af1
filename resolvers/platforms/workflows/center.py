"""The status of a centre (DOMAIN §2.5): it follows the recognition case; CNIPA may revoke it."""

from __future__ import annotations

from typing import Final

from resolvers.platforms.rights import CNIPA
from resolvers.workflow import Transition, Workflow

STATUSES: Final = (
    "PILOT",
    "UNDER_EVALUATION",
    "RECOGNISED",
    "IN_RECTIFICATION",
    "IN_TRANSITION",
    "NOT_RECOGNISED",
    "REVOKED",
)

CENTER: Final = Workflow(
    name="operation_center",
    zh="平台（中心）",
    en="The centre",
    states=STATUSES,
    initial=("PILOT",),
    transitions=(
        Transition(
            "FOLLOW_CASE",
            STATUSES[:6],
            STATUSES[1:6],
            (),
            "随认定案件变化",
            "Follows its recognition case",
        ),
        Transition(
            "REVOKE",
            ("RECOGNISED",),
            ("REVOKED",),
            CNIPA,
            "撤销认定",
            "Withdraw the recognition",
            comment_required=True,
        ),
    ),
)
