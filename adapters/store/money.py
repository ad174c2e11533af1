"""An amount as the columns of `money_columns`."""

from __future__ import annotations

from typing import Any

from resolvers.values import Money


def money_group(money: Money | None) -> tuple[Any, ...] | None:
    """Return the column values of an amount."""
    if money is None:
        return None
    return (
        money.kind,
        money.currency,
        money.amount,
        money.amount_min,
        money.amount_max,
        money.rate,
        money.royalty_base,
        money.per_year,
        money.original,
    )
