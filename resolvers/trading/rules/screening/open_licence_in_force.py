"""Rule OPEN_LICENCE_IN_FORCE: a statement is withdrawn before a sale (Guidelines, V chapter 11)."""

from __future__ import annotations

from collections.abc import Iterator

from resolvers.trading.rules.screening.facts import ScreeningFacts
from resolvers.trading.rules.screening.finding import Finding

RULE = "OPEN_LICENCE_IN_FORCE"


def open_licence_in_force(facts: ScreeningFacts) -> Iterator[Finding]:
    """Yield PASS without a statement (or when it is what the listing offers), WARN for a common
    licence beside it, BLOCK for a transfer or a sole or exclusive licence."""
    deal = facts.listing.deal
    for patent in facts.known_patents:
        number = patent.application_number
        statement = facts.own_of(patent).open_licence
        if statement is None:
            yield Finding(RULE, "PASS", "无有效开放许可声明", "No open licence in force", number)
        elif deal == "OPEN_LICENCE":
            yield Finding(
                RULE, "PASS", f"即该开放许可（{statement}）", f"It is that one: {statement}", number
            )
        elif deal == "LICENCE_COMMON":
            yield Finding(
                RULE,
                "WARN",
                f"开放许可声明 {statement} 有效，另行普通许可的条件不应优于声明",
                f"The open licence {statement} is in force beside this licence",
                number,
            )
        else:
            yield Finding(
                RULE,
                "BLOCK",
                f"开放许可声明 {statement} 有效，须先撤回",
                f"The open licence {statement} is in force; withdraw it first",
                number,
            )
