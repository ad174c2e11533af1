"""Rule PATENT_EXISTS: every patent of the listing is in the register."""

from __future__ import annotations

from collections.abc import Iterator

from resolvers.trading.rules.screening.facts import ScreeningFacts
from resolvers.trading.rules.screening.finding import Finding
from resolvers.values.application_numbers import parse_application_number

RULE = "PATENT_EXISTS"


def patent_exists(facts: ScreeningFacts) -> Iterator[Finding]:
    """Yield PASS when found, WARN when not found but the number is valid, else BLOCK."""
    for patent in facts.patents:
        number = patent.application_number
        if patent.known:
            yield Finding(RULE, "PASS", "专利在库", "The patent is known", number)
        elif parse_application_number(number, foreign=True).ok:
            yield Finding(
                RULE,
                "WARN",
                "专利库中没有该申请号，号码校验正确",
                "The patent is not known; its number is well formed",
                number,
            )
        else:
            yield Finding(
                RULE, "BLOCK", "申请号不正确", "This is no valid application number", number
            )
