"""Rule SELLER_CREDIT: the seller's credit on the platform is good enough."""

from __future__ import annotations

from collections.abc import Iterator

from resolvers.trading.rules.screening.facts import ScreeningFacts
from resolvers.trading.rules.screening.finding import Finding

RULE = "SELLER_CREDIT"
_OUTCOMES = {"A": "PASS", "B": "PASS", "C": "WARN", "D": "BLOCK"}


def seller_credit(facts: ScreeningFacts) -> Iterator[Finding]:
    """Yield PASS without a record or for grades A and B, WARN for C, BLOCK for D."""
    grade = facts.credit_grade
    if grade is None:
        yield Finding(RULE, "PASS", "无信用评价记录", "No credit evaluation")
    else:
        yield Finding(
            RULE,
            _OUTCOMES[grade],
            f"转让方信用等级为 {grade}",
            f"The seller's credit grade is {grade}",
        )
