"""Rule REMAINING_TERM: enough of the patent's term is left [H]."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Iterator
from datetime import date

from resolvers.trading.rules.screening.facts import ScreeningFacts
from resolvers.trading.rules.screening.finding import Finding

RULE = "REMAINING_TERM"
ENOUGH_MONTHS = 24
LEAST_MONTHS = 6


def remaining_term(facts: ScreeningFacts) -> Iterator[Finding]:
    """Yield PASS for 24 months or more, WARN from 6 months on or when the end is not known, BLOCK
    (overridable) for less."""
    enough, least = (add_months(facts.today, each) for each in (ENOUGH_MONTHS, LEAST_MONTHS))
    for patent in facts.known_patents:
        number, end = patent.application_number, patent.expiry_date
        if end is None:
            yield Finding(RULE, "WARN", "届满日不详", "The end of its term is not known", number)
        elif end >= enough:
            yield Finding(RULE, "PASS", f"届满日 {end}", f"It runs to {end}", number)
        elif end >= least:
            yield Finding(
                RULE,
                "WARN",
                f"剩余期限不足 {ENOUGH_MONTHS} 个月（届满日 {end}）",
                f"Less than {ENOUGH_MONTHS} months of its term are left: it runs to {end}",
                number,
            )
        else:
            yield Finding(
                RULE,
                "BLOCK",
                f"剩余期限不足 {LEAST_MONTHS} 个月（届满日 {end}）",
                f"Less than {LEAST_MONTHS} months of its term are left: it runs to {end}",
                number,
                overridable=True,
            )


def add_months(day: date, months: int) -> date:
    """Return the same day `months` later; a day that month lacks becomes its last.

    >>> add_months(date(2024, 8, 31), 6)
    datetime.date(2025, 2, 28)
    """
    years, month = divmod(day.month - 1 + months, 12)
    year = day.year + years
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))
