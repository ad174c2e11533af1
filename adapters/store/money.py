"""An amount as the columns of `money_columns`."""

from __future__ import annotations

from typing import Any

from resolvers.values import Money

_PERCENT = 100


def money_group(money: Money | None) -> tuple[Any, ...] | None:
    """Return the column values of an amount. Rates are stored in percent."""
    if money is None:
        return None
    rate = None if money.rate is None else money.rate * _PERCENT
    return (
        money.kind,
        money.currency,
        money.amount,
        money.amount_min,
        money.amount_max,
        rate,
        money.royalty_base,
        money.per_year,
        money.original,
    )
