"""Component IPC: how near the nearest pair of classes is."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from typing import Final

WEIGHT: Final = Decimal("0.35")
_LEVELS: Final = ((4, Decimal("0.7")), (3, Decimal("0.4")), (1, Decimal("0.1")))


def ipc_value(offered: Iterable[str], wanted: Iterable[str]) -> Decimal:
    """Return the value of the best pair; 0 when one side names no class."""
    wanted = tuple(wanted)
    return max((pair_value(one, two) for one in offered for two in wanted), default=Decimal(0))


def pair_value(one: str, two: str) -> Decimal:
    """Return 1 for the same main group, 0.7 subclass, 0.4 class, 0.1 section, else 0.

    >>> [str(pair_value("H04W8/26", each)) for each in ("H04W8/00", "H04W", "H04L9/00", "H01M")]
    ['1', '0.7', '0.4', '0.1']
    """
    group, slash, _ = one.partition("/")
    if slash and group == two.partition("/")[0] and "/" in two:
        return Decimal(1)
    for length, value in _LEVELS:
        if len(one) >= length and one[:length] == two[:length]:
            return value
    return Decimal(0)
