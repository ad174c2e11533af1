"""Business reports: who sends them on, and who sends them back (DOMAIN §2.5).

Relations: `center` reports, `office` is the office of its jurisdiction (of a separately planned
city the city's own, A5).
"""

from __future__ import annotations

from typing import Final

from resolvers.identity import Permit, Role, centers
from resolvers.workflow import Transition, Workflow

OWN: Final = centers("center")
OFFICE: Final = (Permit(Role.PROVINCIAL_OFFICE, "office"),)
CNIPA: Final = (Permit(Role.CNIPA_ADMIN),)

EDITABLE: Final = ("DRAFT", "RETURNED", "VALIDATION_FAILED")
"""States in which the centre may still change the values."""
SENT: Final = ("SUBMITTED", "PROVINCE_CONFIRMED", "ACCEPTED", "LOCKED")
"""States in which the values were submitted and passed the checks."""
COUNTED: Final = ("ACCEPTED", "LOCKED")
"""States whose values count in public totals."""

REPORT: Final = Workflow(
    name="business_report",
    zh="业务数据报送",
    en="Business report",
    states=(
        "DRAFT",
        "SUBMITTED",
        "VALIDATION_FAILED",
        "RETURNED",
        "PROVINCE_CONFIRMED",
        "ACCEPTED",
        "LOCKED",
    ),
    initial=("DRAFT",),
    transitions=(
        Transition(
            "SUBMIT",
            EDITABLE,
            ("SUBMITTED", "VALIDATION_FAILED"),
            OWN,
            "提交",
            "Submit",
            condition_zh="期间已结束；校验无错误，否则为 VALIDATION_FAILED",
            condition_en="the period is over; an error of the checks leads to VALIDATION_FAILED",
        ),
        Transition(
            "RETURN",
            ("SUBMITTED",),
            ("RETURNED",),
            OFFICE,
            "退回",
            "Return",
        ),
        Transition(
            "CONFIRM",
            ("SUBMITTED",),
            ("PROVINCE_CONFIRMED",),
            OFFICE,
            "省级确认",
            "Confirm",
        ),
        Transition(
            "ACCEPT",
            ("PROVINCE_CONFIRMED",),
            ("ACCEPTED",),
            CNIPA,
            "接收",
            "Accept",
        ),
        Transition(
            "LOCK",
            ("ACCEPTED",),
            ("LOCKED",),
            CNIPA,
            "锁定",
            "Lock",
            condition_zh="年度绩效评价冻结数据时一并锁定",
            condition_en="also done when the yearly evaluation freezes data",
        ),
        Transition(
            "REOPEN",
            ("ACCEPTED",),
            ("RETURNED",),
            CNIPA,
            "重新打开",
            "Reopen",
        ),
    ),
)
