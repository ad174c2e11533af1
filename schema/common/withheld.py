"""Money that the caller may not see, where the schema promises that there is money.

A non-null field cannot be null, and an error there would take the whole object away. So the money
stays, of kind MISSING and currency XXX (ISO 4217: no currency), and each figure of it is null with
the error that says what is missing: GRANT_REQUIRED, FORBIDDEN or UNAUTHENTICATED.
"""

from __future__ import annotations

from collections.abc import Awaitable
from decimal import Decimal
from typing import cast

from resolvers.value_rows import MoneyRow
from schema.common.errors import CodedError
from schema.common.values import Money, MoneyKind, RoyaltyBase


class WithheldMoney:
    """Stands in for `Money`; reading a figure raises the error."""

    kind = MoneyKind.MISSING
    currency = "XXX"

    def __init__(self, error: CodedError) -> None:
        self._error = error

    @property
    def amount(self) -> Decimal | None:
        raise self._error

    @property
    def amount_min(self) -> Decimal | None:
        raise self._error

    @property
    def amount_max(self) -> Decimal | None:
        raise self._error

    @property
    def rate(self) -> Decimal | None:
        raise self._error

    @property
    def royalty_base(self) -> RoyaltyBase | None:
        raise self._error

    @property
    def original(self) -> str | None:
        raise self._error


async def money_or_withheld(row: MoneyRow, allowed: Awaitable[None]) -> Money:
    """Return the money if `allowed` (a `require_grant` or `require_sight`) raises nothing."""
    try:
        await allowed
    except CodedError as error:
        return cast(Money, WithheldMoney(error))
    return Money.from_row(row)
