"""How well a centre reported its data in a year (DOMAIN §2.8).

100 - 5 per day late (at most 50) - 100 × share of refused rows in the year's batches.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from typing import Final

_PLACES: Final = Decimal("0.01")
_PER_DAY: Final = 5
_MOST: Final = 50


def days_late(due: Iterable[tuple[date, date | None]], as_of: date) -> int:
    """Return the days late of (due, submitted) pairs; the unsubmitted count until `as_of`."""
    return sum(max(0, ((submitted or as_of) - on).days) for on, submitted in due)


def data_score(late: int, rows_read: int, rows_refused: int) -> Decimal:
    """Return the score, at least 0. Without any row none was refused.

    >>> data_score(2, 1000, 50)
    Decimal('85.00')
    """
    share = Decimal(rows_refused) / rows_read if rows_read else Decimal(0)
    score = 100 - min(_PER_DAY * late, _MOST) - 100 * share
    return max(score, Decimal(0)).quantize(_PLACES)
