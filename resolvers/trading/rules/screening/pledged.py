"""Rule PLEDGED: a pledged patent is not sold without the pledgee's consent."""

from __future__ import annotations

from collections.abc import Iterator

from resolvers.trading.rules.screening.facts import ScreeningFacts
from resolvers.trading.rules.screening.finding import Finding

RULE = "PLEDGED"


def pledged(facts: ScreeningFacts) -> Iterator[Finding]:
    """Yield PASS without an active pledge, WARN for a licence, or a transfer with consent, BLOCK
    (overridable) for a transfer without."""
    listing = facts.listing
    for patent in facts.known_patents:
        number = patent.application_number
        numbers = "、".join(patent.pledges)
        if not patent.has_active_pledge:
            yield Finding(RULE, "PASS", "无有效质押", "No active pledge", number)
        elif not listing.is_transfer:
            yield Finding(
                RULE,
                "WARN",
                f"专利已质押（{numbers}），许可须告知质权人",
                f"The patent is pledged ({numbers}); the pledgee is to know of the licence",
                number,
            )
        elif listing.pledgee_consent:
            yield Finding(
                RULE,
                "WARN",
                f"专利已质押（{numbers}），已附质权人同意",
                f"The patent is pledged ({numbers}); the pledgee's consent is there",
                number,
            )
        else:
            yield Finding(
                RULE,
                "BLOCK",
                f"专利已质押（{numbers}），未附质权人同意，不得转让",
                f"The patent is pledged ({numbers}) and the pledgee's consent is missing",
                number,
                overridable=True,
            )
