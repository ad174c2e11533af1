"""Component DEAL_KIND: whether what is offered is what is wanted."""

from __future__ import annotations

from decimal import Decimal
from typing import Final

WEIGHT: Final = Decimal("0.15")
_LICENCES: Final = frozenset(
    {"LICENCE_COMMON", "LICENCE_SOLE", "LICENCE_EXCLUSIVE", "OPEN_LICENCE"}
)


def deal_kind_value(offered: str, wanted: str | None) -> Decimal:
    """Return 1 for the same kind or when the demand leaves it open, 0.5 for two kinds of licence,
    else 0."""
    if wanted is None or wanted == offered:
        return Decimal(1)
    return Decimal("0.5") if {offered, wanted} <= _LICENCES else Decimal(0)
