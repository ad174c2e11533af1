"""Rate of change of a figure of the pilot summary (DOMAIN §1.5 E4)."""

from __future__ import annotations

import re
from decimal import ROUND_HALF_UP, Decimal
from typing import Final

from resolvers.values.text import without_space

_FIGURE: Final = re.compile(r"([-+]?[0-9]{1,30}(?:\.[0-9]{1,10})?)([^0-9.]{0,20})")
_PLACES: Final = Decimal("0.0001")


def change_rate(before: str, after: str) -> str | None:
    """Return (after - before) / |before| as a fraction of at most four places.

    None when one of them is no number, their units differ, or the first one is zero.

    >>> change_rate("1,200件", "1500 件"), change_rate("3", "2"), change_rate("0", "5")
    ('0.25', '-0.3333', None)
    """
    first, second = _read(before), _read(after)
    if first is None or second is None or first[1] != second[1] or not first[0]:
        return None
    rate = ((second[0] - first[0]) / abs(first[0])).quantize(_PLACES, ROUND_HALF_UP)
    return format(rate.normalize() + 0, "f")


def _read(text: str) -> tuple[Decimal, str] | None:
    """Return number and unit; thousands may be parted by commas."""
    found = _FIGURE.fullmatch(without_space(text).replace(",", ""))
    return (Decimal(found[1]), found[2]) if found else None
