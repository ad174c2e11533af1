"""How many calls to one subgraph may be repeated: a share of those that were made.

When a subgraph fails as a whole, every call would be made again, and it would have twice or more
to do just when it can do least. A budget bounds that: in any `ttl` seconds no more retries than
`min_per_sec` for each second and `retry_percent` of the calls.
"""

from __future__ import annotations

from collections.abc import Callable
from time import monotonic

# The window moves in steps of a tenth; one slot more, so that it is never shorter than `ttl`.
_STEPS = 10
_SLOTS = _STEPS + 1


class RetryBudget:
    """Counts calls and retries of the last `ttl` seconds. `retry_percent`: 0.2 is 20 percent."""

    def __init__(
        self,
        min_per_sec: float,
        ttl: float,
        retry_percent: float,
        clock: Callable[[], float] = monotonic,
    ) -> None:
        self._reserve = min_per_sec * ttl
        self._share = retry_percent
        self._width = ttl / _STEPS
        self._clock = clock
        self._slot = int(clock() / self._width)
        # By slot, the present one last; sums are kept beside them.
        self._calls = [0] * _SLOTS
        self._retries = [0] * _SLOTS
        self._all_calls = 0
        self._all_retries = 0

    def deposit(self) -> None:
        """A call is made for the first time."""
        self._move()
        self._calls[-1] += 1
        self._all_calls += 1

    def withdraw(self) -> bool:
        """Return whether a call may be made again; it then counts."""
        self._move()
        if self._reserve + self._share * self._all_calls - self._all_retries < 1:
            return False
        self._retries[-1] += 1
        self._all_retries += 1
        return True

    def _move(self) -> None:
        now = int(self._clock() / self._width)
        if now == self._slot:
            return
        passed = min(now - self._slot, _SLOTS)
        self._slot = now
        for counts in (self._calls, self._retries):
            del counts[:passed]
            counts.extend([0] * passed)
        self._all_calls, self._all_retries = sum(self._calls), sum(self._retries)
