"""Rule PRICE_OUTLIER: the price is not far from what such patents were sold for [H]."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from resolvers.trading.rules.screening.facts import ScreeningFacts
from resolvers.trading.rules.screening.finding import Finding
from resolvers.value_rows import MoneyRow

RULE = "PRICE_OUTLIER"
FACTOR = 5
FEWEST_DEALS = 8
MONTHS = 24


def price_outlier(facts: ScreeningFacts) -> Iterator[Finding]:
    """Yield WARN when the price asked is more than 5 times, or less than a fifth of, the median of
    at least 8 deals of the patent's IPC subclass in 24 months; else PASS.

    A range is an outlier when one of its ends is. Prices that are no amount of CNY have nothing to
    be compared with.
    """
    bounds = price_bounds(facts.listing.price)
    for patent in facts.patents:
        number = patent.application_number
        sold = facts.own_of(patent).sold
        if sold is None or sold.median is None or sold.deals < FEWEST_DEALS or bounds is None:
            yield Finding(
                RULE, "PASS", "同类成交不足或价格不可比", "Too little to compare with", number
            )
        elif bounds[1] > sold.median * FACTOR or bounds[0] * FACTOR < sold.median:
            yield Finding(
                RULE,
                "WARN",
                f"价格与 {sold.subclass} 近 {MONTHS} 个月成交中位价 {sold.median:.2f} 元"
                f"相差 {FACTOR} 倍以上",
                f"The price is over 5 times away from the median {sold.median:.2f} of "
                f"{sold.subclass} in {MONTHS} months",
                number,
            )
        else:
            yield Finding(RULE, "PASS", "价格在常见范围内", "The price is within range", number)


def price_bounds(price: MoneyRow) -> tuple[Decimal, Decimal] | None:
    """Return the lowest and highest amount of CNY, or None for a price that is no amount."""
    if price.currency != "CNY":
        return None
    if price.kind == "FIXED" and price.amount is not None:
        return price.amount, price.amount
    if price.kind == "RANGE" and price.amount_min is not None and price.amount_max is not None:
        return price.amount_min, price.amount_max
    return None
