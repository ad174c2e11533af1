"""A token bucket, kept as what was used: it falls evenly, and may not rise above the capacity.

Kept so, other limits can be put in place at any time without a moment in which nothing is limited.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil

# Less than this is nothing; sums of fractions never come out even.
_NOTHING = 1e-9


@dataclass(frozen=True, slots=True)
class Rate:
    """`capacity` may be used at once; `per_second` of it comes back."""

    capacity: float
    per_second: float

    @property
    def window(self) -> int:
        """Seconds in which all of it comes back."""
        return max(1, ceil(self.capacity / self.per_second))


class Bucket:
    """What one caller has used of one rate. Times are those of a monotonic clock."""

    __slots__ = ("_at", "_used")

    def __init__(self) -> None:
        self._used = 0.0
        self._at = 0.0

    def used(self, rate: Rate, now: float) -> float:
        """Return what is used now."""
        used = self._used - (now - self._at) * rate.per_second
        self._used = used if used > _NOTHING else 0.0
        self._at = now
        return self._used

    def wait(self, amount: float, rate: Rate, now: float) -> float:
        """Return the seconds until `amount` fits, 0 when it does.

        When nothing is used everything fits: what is larger than the capacity is paid off later,
        instead of being impossible for ever.
        """
        used = self.used(rate, now)
        over = used + amount - rate.capacity
        if used == 0.0 or over <= _NOTHING:
            return 0.0
        return min(over, used) / rate.per_second

    def take(self, amount: float) -> None:
        """Use `amount`, right after `wait` said that it fits."""
        self._used += amount
