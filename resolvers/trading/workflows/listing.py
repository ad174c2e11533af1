"""The workflow of a listing (DOMAIN §2.5).

WITHDRAW is an action of the specified schema that the lifecycle does not place: here it takes a
listing that is not on offer yet back to DRAFT, where it can be revised.
"""

from __future__ import annotations

from typing import Final

from resolvers.identity import Permit, Role
from resolvers.workflow import Transition, Workflow

PLATFORM: Final = (Permit(Role.FUNCTIONAL_PLATFORM, "platform", "TRADING_SERVICE"),)
"""People of the trading platform the listing is on."""

HIDDEN: Final = ("DRAFT", "SCREENING", "SCREEN_FAILED")
"""States before a listing was ever on offer: seen by platform, province and CNIPA only."""

ON_OFFER: Final = ("LISTED", "SUSPENDED", "MATCHED")
"""States of a listing that takes its patents' place on a platform."""

ENDED: Final = ("SOLD", "EXPIRED", "DELISTED")

LISTINGS: Final = Workflow(
    name="listing",
    zh="挂牌项目",
    en="The listing",
    states=(
        "DRAFT",
        "SCREENING",
        "SCREEN_FAILED",
        "LISTED",
        "SUSPENDED",
        "MATCHED",
        "SOLD",
        "EXPIRED",
        "DELISTED",
    ),
    initial=("DRAFT",),
    transitions=(
        Transition("SUBMIT", ("DRAFT",), ("SCREENING",), PLATFORM, "提交排查", "Submit"),
        Transition(
            "WITHDRAW",
            ("SCREENING", "SCREEN_FAILED"),
            ("DRAFT",),
            PLATFORM,
            "撤回为草稿",
            "Take back to a draft",
        ),
        Transition(
            "RESCREEN", ("SCREEN_FAILED",), ("SCREENING",), PLATFORM, "重新排查", "Screen again"
        ),
        Transition("SUSPEND", ("LISTED",), ("SUSPENDED",), PLATFORM, "暂停挂牌", "Suspend"),
        Transition(
            "RESUME",
            ("SUSPENDED",),
            ("LISTED",),
            PLATFORM,
            "恢复挂牌",
            "Resume",
            "挂牌未到期；最近一次排查未被拦截",
            "Its period is not over; the latest screening does not block",
        ),
        Transition(
            "MARK_MATCHED", ("LISTED",), ("MATCHED",), PLATFORM, "已撮合", "Mark as matched"
        ),
        Transition(
            "CLOSE_DEAL",
            ("MATCHED",),
            ("SOLD",),
            PLATFORM,
            "成交（登记成交时自动完成）",
            "Close with a deal; recording the deal does it",
            "已登记该挂牌的成交",
            "A deal of the listing is recorded",
        ),
        Transition(
            "DELIST",
            ("SCREENING", "SCREEN_FAILED", "LISTED", "SUSPENDED", "MATCHED"),
            ("DELISTED",),
            PLATFORM,
            "下架",
            "Take off the list",
        ),
        Transition(
            "PASS",
            ("SCREENING",),
            ("LISTED",),
            (),
            "排查通过或仅有提示，自动挂牌",
            "Screening passed or warned: listed by itself",
        ),
        Transition(
            "FAIL",
            ("SCREENING",),
            ("SCREEN_FAILED",),
            (),
            "排查被拦截",
            "Screening blocked",
        ),
        Transition(
            "BLOCK",
            ("LISTED",),
            ("SUSPENDED",),
            (),
            "挂牌期间重新排查被拦截，自动暂停",
            "A screening while listed blocked: suspended by itself",
        ),
        Transition(
            "EXPIRE",
            ("LISTED", "MATCHED"),
            ("EXPIRED",),
            (),
            "挂牌截止日期已过，自动到期",
            "Its last day has passed",
        ),
    ),
)
