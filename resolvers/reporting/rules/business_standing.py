"""Where the business of centres stands among their like: the mean of their percentiles [H].

Counted are indicators that add up over the year and of which more is better; the staff and the
residents at the end of the year are matters of other criteria. What a centre did not report is 0.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from decimal import Decimal
from typing import Final

from resolvers.reporting.rules.percentile import ALONE, percentile
from resolvers.reporting.rules.report_check import IndicatorRow

_NOT_BETTER: Final = frozenset({"SCREEN_BLOCKED"})


def business_standing(
    center: str,
    figures: Mapping[str, Mapping[str, Decimal]],
    declared: Collection[IndicatorRow],
    profile: frozenset[str],
) -> Decimal:
    """Return the mean percentile of a centre, 0 to 1. `figures`: centre → indicator → value."""
    counted = [
        each.code
        for each in declared
        if each.aggregation == "SUM"
        and each.code not in _NOT_BETTER
        and profile.intersection(each.applies_to)
    ]
    if not counted:
        return ALONE
    zero = Decimal(0)
    standings = [
        percentile(
            figures.get(center, {}).get(code, zero),
            [said.get(code, zero) for other, said in figures.items() if other != center],
        )
        for code in counted
    ]
    return sum(standings, zero) / len(standings)
