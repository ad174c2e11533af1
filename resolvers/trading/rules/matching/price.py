"""Component PRICE: how far the price asked is from the budget.

A budget of one amount is the most the demander pays, so its range begins at nothing.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Final

from resolvers.value_rows import MoneyRow

WEIGHT: Final = Decimal("0.15")
_ONE: Final = Decimal(1)
_NOTHING: Final = Decimal(0)


def price_value(price: MoneyRow, budget: MoneyRow) -> Decimal:
    """Return 1 when the ranges overlap, or when one side is negotiable, missing or no amount (a
    royalty, another currency); else 1 − gap ÷ budget, at least 0.

    The gap lies between the nearest ends of the two ranges; the budget is its upper end.
    """
    asked = _range(price, price.amount)
    given = _range(budget, _NOTHING)
    if asked is None or given is None or price.currency != budget.currency:
        return _ONE
    gap = max(asked[0] - given[1], given[0] - asked[1])
    if gap <= 0:
        return _ONE
    return max(_NOTHING, _ONE - gap / given[1]) if given[1] else _NOTHING


def _range(money: MoneyRow, lowest: Decimal | None) -> tuple[Decimal, Decimal] | None:
    """Return lowest and highest amount; `lowest` is the low end of a fixed one."""
    if money.kind == "FREE":
        return _NOTHING, _NOTHING
    if money.kind == "FIXED" and money.amount is not None and lowest is not None:
        return lowest, money.amount
    if money.kind == "RANGE" and money.amount_min is not None and money.amount_max is not None:
        return money.amount_min, money.amount_max
    return None
