"""The year must equal the sum of its quarters, for indicators that add up (DOMAIN §2.8)."""

from __future__ import annotations

from decimal import Decimal
from typing import Final

_TOLERANCE: Final = Decimal("0.005")


def agrees_with_quarters(year: Decimal, total: Decimal) -> bool:
    """Return whether the year is within 0.5 % of the sum of its quarters.

    >>> [agrees_with_quarters(Decimal(year), Decimal(200)) for year in (201, 202)]
    [True, False]
    """
    return abs(year - total) <= _TOLERANCE * total
