"""Rule FROZEN: no court has frozen the right."""

from __future__ import annotations

from collections.abc import Iterator

from resolvers.trading.rules.screening.facts import ScreeningFacts
from resolvers.trading.rules.screening.finding import Finding

RULE = "FROZEN"


def frozen(facts: ScreeningFacts) -> Iterator[Finding]:
    """Yield BLOCK for a patent under preservation, else PASS."""
    for patent in facts.known_patents:
        number = patent.application_number
        if patent.under_preservation:
            yield Finding(
                RULE, "BLOCK", "专利权处于保全中", "The patent is under preservation", number
            )
        else:
            yield Finding(RULE, "PASS", "无保全", "Not under preservation", number)
