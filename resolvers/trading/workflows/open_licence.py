"""The workflow of an open-licence statement (DOMAIN §2.5; Guidelines, part V chapter 11).

Announcing, refusing and ending are the office's. A statement that came by a feed was announced
already; its term begins and ends by the timer.
"""

from __future__ import annotations

from typing import Final

from resolvers.identity import Permit, Role
from resolvers.workflow import Transition, Workflow

CNIPA: Final = (Permit(Role.CNIPA_ADMIN),)
FILERS: Final = (Permit(Role.FUNCTIONAL_PLATFORM, None, "TRADING_SERVICE"),)
"""Who files statements: trading platforms, for the holders."""

OPEN_LICENCES: Final = Workflow(
    name="open_licence",
    zh="开放许可声明",
    en="The open-licence statement",
    states=("FILED", "REFUSED", "IN_FORCE", "WITHDRAWN", "TERMINATED", "REVOKED", "EXPIRED"),
    initial=("FILED",),
    transitions=(
        Transition(
            "ANNOUNCE",
            ("FILED",),
            ("IN_FORCE",),
            CNIPA,
            "公告（公告日生效）",
            "Announce; it takes effect that day",
            "没有开放许可的障碍；该专利没有其他有效声明",
            "No bar to an open licence; no other statement of the patent is in force",
        ),
        Transition(
            "REFUSE",
            ("FILED",),
            ("REFUSED",),
            CNIPA,
            "不予公告",
            "Refuse to announce",
            comment_required=True,
        ),
        Transition(
            "WITHDRAW",
            ("IN_FORCE",),
            ("WITHDRAWN",),
            (Permit(Role.FUNCTIONAL_PLATFORM, "filer", "TRADING_SERVICE"), *CNIPA),
            "撤回（公告日生效，不得附条件；此前的许可不受影响）",
            "Withdraw, without conditions; licences granted before stay valid",
            comment_required=True,
        ),
        Transition(
            "TERMINATE",
            ("IN_FORCE",),
            ("TERMINATED",),
            CNIPA,
            "终止（专利权人应撤回而未撤回等）",
            "Terminate: the holder should have withdrawn it",
            comment_required=True,
        ),
        Transition(
            "REVOKE",
            ("IN_FORCE",),
            ("REVOKED",),
            CNIPA,
            "撤销（材料虚假）",
            "Revoke for false material",
            comment_required=True,
        ),
        Transition(
            "BEGIN",
            ("FILED",),
            ("IN_FORCE",),
            (),
            "已公告声明的许可期限开始",
            "The term of an announced statement begins",
            "该专利没有其他有效声明",
            "No other statement of the patent is in force",
        ),
        Transition(
            "EXPIRE",
            ("IN_FORCE",),
            ("EXPIRED",),
            (),
            "许可期限届满，或专利权终止",
            "Its term or the patent has ended",
        ),
    ),
)
