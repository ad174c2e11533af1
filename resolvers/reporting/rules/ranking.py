"""Rank among centres of the same kind and function: equal totals share a rank, 1 is best."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import TypeVar

Key = TypeVar("Key")


def ranks(totals: Mapping[Key, Decimal]) -> dict[Key, int]:
    """Return the rank of each.

    >>> ranks({"a": Decimal(80), "b": Decimal(90), "c": Decimal(80), "d": Decimal(70)})
    {'a': 2, 'b': 1, 'c': 2, 'd': 4}
    """
    return {
        key: 1 + sum(other > total for other in totals.values()) for key, total in totals.items()
    }
