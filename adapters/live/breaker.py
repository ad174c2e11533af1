"""Circuit breaker of one live source: after failing some times in a row it is left alone.

The first rest is short and each further one twice as long, up to the source's `open_seconds`: a
source that was restarted is asked again soon, one that stays away costs next to nothing. After a
rest one call tries; what it finds decides.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Final

FIRST_REST: Final = 5.0
"""Seconds."""


class Breaker:
    """`open_after`: failures in a row. `longest`: seconds of the longest rest."""

    def __init__(
        self, open_after: int, longest: float, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._open_after, self._longest, self._clock = open_after, longest, clock
        self._failures = 0
        self._rest = min(FIRST_REST, longest)
        self._until = 0.0
        self._trying = False

    @property
    def is_resting(self) -> bool:
        """Whether the source is to be left alone now."""
        tired = self._failures >= self._open_after
        return tired and (self._trying or self._clock() < self._until)

    def begin(self) -> None:
        """A call is made, of which `worked`, `failed` or `left` will be told."""
        self._trying = self._failures >= self._open_after

    def worked(self) -> None:
        """The source answered."""
        self._failures, self._trying = 0, False
        self._rest = min(FIRST_REST, self._longest)

    def failed(self) -> None:
        """The source did not answer, or with what cannot be used."""
        again = self._trying
        self._failures += 1
        self._trying = False
        if self._failures >= self._open_after:
            if again:
                self._rest = min(self._rest * 2, self._longest)
            self._until = self._clock() + self._rest

    def left(self) -> None:
        """A call ended without telling anything about the source."""
        self._trying = False
