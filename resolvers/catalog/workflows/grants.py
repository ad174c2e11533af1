"""The workflow of a data access grant (DOMAIN §2.5)."""

from __future__ import annotations

from typing import Final

from resolvers.identity import Permit, Role
from resolvers.workflow import Transition, Workflow

DECIDER: Final = (
    Permit(Role.FUNCTIONAL_PLATFORM, "decider"),
    Permit(Role.CNIPA_ADMIN),
)
"""The platform that provides the data foundation (not of restricted data), or CNIPA."""

GRANTS: Final = Workflow(
    name="data_access_grant",
    zh="数据使用授权",
    en="The data access grant",
    states=("REQUESTED", "APPROVED", "REFUSED", "ACTIVE", "EXPIRED", "REVOKED"),
    initial=("REQUESTED",),
    transitions=(
        Transition(
            "APPROVE", ("REQUESTED",), ("APPROVED",), DECIDER, "同意", "Approve the request"
        ),
        Transition(
            "REFUSE",
            ("REQUESTED",),
            ("REFUSED",),
            DECIDER,
            "不同意",
            "Refuse the request",
            comment_required=True,
        ),
        Transition(
            "ACTIVATE",
            ("APPROVED",),
            ("ACTIVE",),
            (),
            "自起始日起生效",
            "In effect from its first day on",
        ),
        Transition(
            "EXPIRE",
            ("APPROVED", "ACTIVE"),
            ("EXPIRED",),
            (),
            "期满",
            "Its last day has passed",
        ),
        Transition(
            "REVOKE",
            ("ACTIVE",),
            ("REVOKED",),
            DECIDER,
            "撤销",
            "Revoke",
            comment_required=True,
        ),
    ),
)
