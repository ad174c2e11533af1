"""How far a reported value is from the hub's own records: "trade data true and accurate" (F18).

DOMAIN §2.8: it deviates when |reported - derived| > max(1, 5 % of derived); above 20 % it needs a
note, or the report is not accepted for submission. A difference that is no deviation (one piece
more of three) needs none, however large its share.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Final

_SMALLEST: Final = Decimal(1)
_SHARE: Final = Decimal("0.05")
_NOTE_SHARE: Final = Decimal("0.20")


def deviates(reported: Decimal, derived: Decimal | None) -> bool:
    """Return whether the value deviates; without records there is nothing to deviate from.

    >>> deviates(Decimal(106), Decimal(100)), deviates(Decimal(105), Decimal(100))
    (True, False)
    """
    if derived is None:
        return False
    return abs(reported - derived) > max(_SMALLEST, _SHARE * derived)


def needs_note(reported: Decimal, derived: Decimal | None) -> bool:
    """Return whether it deviates so much (over 20 %) that the centre must say why."""
    if derived is None or not deviates(reported, derived):
        return False
    return abs(reported - derived) > _NOTE_SHARE * derived
