"""Rule CO_OWNER_CONSENT: all joint holders agree."""

from __future__ import annotations

from collections.abc import Iterator

from resolvers.trading.rules.screening.facts import ScreeningFacts
from resolvers.trading.rules.screening.finding import Finding

RULE = "CO_OWNER_CONSENT"


def co_owner_consent(facts: ScreeningFacts) -> Iterator[Finding]:
    """Yield PASS for at most one holder or with their consent attached, else BLOCK
    (overridable)."""
    for patent in facts.known_patents:
        number = patent.application_number
        if len(patent.holders) <= 1:
            yield Finding(RULE, "PASS", "无共有权利人", "No joint holders", number)
        elif facts.listing.co_owner_consent:
            yield Finding(
                RULE,
                "PASS",
                "已附共有权利人同意",
                "The consent of the joint holders is there",
                number,
            )
        else:
            names = "、".join(holder.name for holder in patent.holders)
            yield Finding(
                RULE,
                "BLOCK",
                f"有共有权利人（{names}），未附其同意",
                f"Joint holders ({names}) whose consent is missing",
                number,
                overridable=True,
            )
