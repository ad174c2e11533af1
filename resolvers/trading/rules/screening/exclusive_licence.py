"""Rule EXCLUSIVE_LICENCE: no licence in force stands against the deal."""

from __future__ import annotations

from collections.abc import Iterator

from resolvers.trading.rules.screening.facts import Licence, ScreeningFacts
from resolvers.trading.rules.screening.finding import Finding

RULE = "EXCLUSIVE_LICENCE"


def exclusive_licence(facts: ScreeningFacts) -> Iterator[Finding]:
    """Yield PASS without licences, WARN for common ones, BLOCK for a sole or exclusive one when
    another licence is offered; for a transfer that is a WARN (the licence goes with the patent)."""
    for patent in facts.known_patents:
        number = patent.application_number
        licences = (*facts.own_of(patent).licences, *patent.gazetted_licences)
        excluding = [each for each in licences if each.excludes_others]
        if not licences:
            yield Finding(RULE, "PASS", "无有效许可", "No licence in force", number)
        elif not excluding:
            yield Finding(
                RULE,
                "WARN",
                f"已有有效的普通许可（{_numbers(licences)}）",
                f"Non-exclusive licences in force: {_numbers(licences)}",
                number,
            )
        else:
            yield Finding(
                RULE,
                "WARN" if facts.listing.is_transfer else "BLOCK",
                f"已有有效的独占或排他许可（{_numbers(excluding)}）",
                f"A sole or exclusive licence is in force: {_numbers(excluding)}",
                number,
            )


def _numbers(licences: list[Licence] | tuple[Licence, ...]) -> str:
    return "、".join(sorted({each.record_number for each in licences}))
