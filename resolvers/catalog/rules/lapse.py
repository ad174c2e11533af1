"""How long a standard keeps products alive: 180 days after it was superseded (DOMAIN §2.5)."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Final

ALIVE_AFTER_SUPERSEDED: Final = timedelta(days=180)


def keeps_products_alive(status: str, superseded_on: date | None, today: date) -> bool:
    """Return whether products published on the standard may stay so today.

    >>> keeps_products_alive("SUPERSEDED", date(2024, 1, 1), date(2024, 6, 29))
    True
    >>> keeps_products_alive("SUPERSEDED", date(2024, 1, 1), date(2024, 6, 30))
    False
    """
    if status == "SUPERSEDED" and superseded_on is not None:
        return today <= superseded_on + ALIVE_AFTER_SUPERSEDED
    return status == "IN_FORCE"
