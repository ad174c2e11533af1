"""Rule NOT_IN_FORCE: the right is alive."""

from __future__ import annotations

from collections.abc import Iterator

from resolvers.trading.rules.screening.facts import ScreeningFacts
from resolvers.trading.rules.screening.finding import Finding

RULE = "NOT_IN_FORCE"


def not_in_force(facts: ScreeningFacts) -> Iterator[Finding]:
    """Yield PASS for IN_FORCE, WARN for PENDING (the right to the application is sold) and for a
    status nobody knows, BLOCK for every ended one."""
    for patent in facts.known_patents:
        number, status = patent.application_number, patent.legal_status
        if status == "IN_FORCE":
            yield Finding(RULE, "PASS", "专利权有效", "The patent is in force", number)
        elif status == "PENDING":
            yield Finding(
                RULE,
                "WARN",
                "尚未授权，交易标的为专利申请权",
                "Not granted yet: the right to the application is traded",
                number,
            )
        elif status in (None, "UNKNOWN"):
            yield Finding(RULE, "WARN", "法律状态不明", "The legal status is not known", number)
        else:
            yield Finding(
                RULE, "BLOCK", f"权利已终止（{status}）", f"The right has ended: {status}", number
            )
