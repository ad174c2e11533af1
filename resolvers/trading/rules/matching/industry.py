"""Component INDUSTRY: how much of the GB/T 4754 code is shared."""

from __future__ import annotations

from decimal import Decimal
from typing import Final

WEIGHT: Final = Decimal("0.25")
_LEVELS: Final = (
    (5, Decimal(1)),
    (4, Decimal("0.8")),
    (3, Decimal("0.6")),
    (1, Decimal("0.2")),
)


def industry_value(offered: str | None, wanted: str | None) -> Decimal:
    """Return 1 for the same class (C3841), 0.8 group, 0.6 division, 0.2 section, else 0.

    >>> [str(industry_value("C3841", each)) for each in ("C3841", "C3849", "C38", "C", "M7320")]
    ['1', '0.8', '0.6', '0.2', '0']
    """
    if offered is None or wanted is None:
        return Decimal(0)
    for length, value in _LEVELS:
        if len(offered) >= length and offered[:length] == wanted[:length]:
            return value
    return Decimal(0)
