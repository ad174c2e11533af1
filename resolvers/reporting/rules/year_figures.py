"""One figure for a year out of what was reported for it: the year itself, else its quarters."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

from resolvers.reporting.rules.periods import Period, PeriodKind


def year_figure(aggregation: str, reported: Mapping[Period, Decimal]) -> Decimal | None:
    """Return the figure of the year; `reported` are values of one indicator and one year.

    >>> quarters = {Period(PeriodKind.QUARTER, 2023, n): Decimal(n) for n in (1, 2, 4)}
    >>> year_figure("SUM", quarters), year_figure("LAST", quarters)
    (Decimal('7'), Decimal('4'))
    """
    for period, value in reported.items():
        if period.kind is PeriodKind.YEAR:
            return value
    quarters = sorted(each for each in reported if each.kind is PeriodKind.QUARTER)
    values = [reported[each] for each in quarters]
    if not values:
        return None
    match aggregation:
        case "SUM":
            return sum(values, Decimal(0))
        case "MAX":
            return max(values)
        case "AVERAGE":
            return sum(values, Decimal(0)) / len(values)
        case _:
            return values[-1]
