"""Component REGION: how near the two sides are (GB/T 2260)."""

from __future__ import annotations

from decimal import Decimal
from typing import Final

WEIGHT: Final = Decimal("0.10")
_ELSEWHERE: Final = Decimal("0.3")
# 00 is the province itself, 90 stands for counties directly under it.
_NO_PREFECTURE: Final = frozenset({"00", "90"})


def region_value(offered: str | None, wanted: str | None) -> Decimal:
    """Return 1 for the same prefecture, 0.7 for the same province, else 0.3.

    >>> [str(region_value("440305", each)) for each in ("440310", "440100", "310115", None)]
    ['1', '0.7', '0.3', '0.3']
    """
    if offered is None or wanted is None or "000000" in (offered, wanted):
        return _ELSEWHERE
    if offered[:4] == wanted[:4] and (offered[2:4] not in _NO_PREFECTURE):
        return Decimal(1)
    return Decimal("0.7") if offered[:2] == wanted[:2] else _ELSEWHERE
