"""Growth against an earlier value, as a fraction: 0.15 is 15 %."""

from __future__ import annotations

from decimal import Decimal
from typing import Final

_PLACES: Final = Decimal("0.0001")
_LARGEST: Final = Decimal(10) ** 9


def change_rate(value: Decimal, previous: Decimal | None) -> Decimal | None:
    """Return the growth to four places; None without an earlier value, or from zero.

    >>> change_rate(Decimal("132"), Decimal("120"))
    Decimal('0.1000')
    """
    if previous is None or previous == 0:
        return None
    rate = (value - previous) / abs(previous)
    if abs(rate) > _LARGEST:
        return None
    return rate.quantize(_PLACES)
