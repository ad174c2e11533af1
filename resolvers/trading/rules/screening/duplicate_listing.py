"""Rule DUPLICATE_LISTING: a patent is on offer once."""

from __future__ import annotations

from collections.abc import Iterator

from resolvers.trading.rules.screening.facts import OtherListing, ScreeningFacts
from resolvers.trading.rules.screening.finding import Finding

RULE = "DUPLICATE_LISTING"


def duplicate_listing(facts: ScreeningFacts) -> Iterator[Finding]:
    """Yield BLOCK for the same patent and deal on the same platform, WARN for the same patent on
    another platform, else PASS."""
    listing = facts.listing
    for patent in facts.patents:
        number = patent.application_number
        others = facts.own_of(patent).others
        same = [
            each
            for each in others
            if each.platform_code == listing.platform_code and each.deal == listing.deal
        ]
        elsewhere = [each for each in others if each.platform_code != listing.platform_code]
        if same:
            yield Finding(
                RULE,
                "BLOCK",
                f"本平台已有同一专利、同一交易方式的挂牌（{_numbers(same)}）",
                f"The same patent and deal are on this platform already: {_numbers(same)}",
                number,
            )
        elif elsewhere:
            yield Finding(
                RULE,
                "WARN",
                f"同一专利已在其他平台挂牌（{_numbers(elsewhere)}）",
                f"The same patent is listed on another platform: {_numbers(elsewhere)}",
                number,
            )
        else:
            yield Finding(RULE, "PASS", "无重复挂牌", "It is on offer nowhere else", number)


def _numbers(others: list[OtherListing]) -> str:
    return "、".join(sorted(f"{each.platform_code} {each.number}" for each in others))
