"""Rule INVALIDATION_PENDING: nobody's request for invalidation is still undecided."""

from __future__ import annotations

from collections.abc import Iterator

from resolvers.trading.rules.screening.facts import ScreeningFacts
from resolvers.trading.rules.screening.finding import Finding

RULE = "INVALIDATION_PENDING"


def invalidation_pending(facts: ScreeningFacts) -> Iterator[Finding]:
    """Yield WARN for a pending request, else PASS."""
    for patent in facts.known_patents:
        number = patent.application_number
        if patent.review_requests:
            days = "、".join(str(day) for day in patent.review_requests)
            yield Finding(
                RULE,
                "WARN",
                f"有未审结的无效宣告请求（{days}）",
                f"A request for invalidation is pending since {days}",
                number,
            )
        else:
            yield Finding(
                RULE, "PASS", "未见无效宣告请求", "No request for invalidation is known", number
            )
