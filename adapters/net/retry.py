"""Trying again: exponential backoff with full jitter, and what the source asks for.

Only calls that read are made here, so any of them may be made again. What another try cannot heal
(a refused key, a certificate, an answer that is no JSON) is not tried again.
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Final, TypeVar

from adapters.net.problems import CallFailed

FIRST_DELAY: Final = 0.5
LONGEST_DELAY: Final = 30.0
LONGEST_WAIT: Final = 120.0
"""A source that wants to be left alone for longer fails the pull; its schedule tries again."""

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Retry:
    """`retries`: tries after the first. `longest_wait`: seconds a source may ask to wait; for more
    the call fails. `chance` and `sleep` stand for randomness and time."""

    retries: int
    longest_wait: float = LONGEST_WAIT
    chance: Callable[[], float] = random.random
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep

    async def run(self, attempt: Callable[[], Awaitable[T]]) -> T:
        """Return what an attempt gives; raises the `CallFailed` of the last one."""
        number = 0
        while True:
            try:
                return await attempt()
            except CallFailed as failure:
                wait = failure.wait or 0.0
                if not failure.passing or number >= self.retries or wait > self.longest_wait:
                    raise
            # The jitter comes on top, so that many waiting callers do not come back at once.
            await self.sleep(wait + delay(number, self.chance()))
            number += 1


NEVER: Final = Retry(0)
AT_ONCE: Final = Retry(1, longest_wait=0.0, chance=lambda: 0.0)
"""For who does not wait: a kept connection may have been closed by the other side."""


def delay(number: int, chance: float) -> float:
    """Return the seconds before try `number` + 1; `chance` is from 0 to 1.

    >>> delay(0, 1.0), delay(2, 0.5), delay(50, 1.0)
    (0.5, 1.0, 30.0)
    """
    return chance * min(LONGEST_DELAY, FIRST_DELAY * 2.0 ** min(number, 32))


def retry_after(value: str | None, now: datetime) -> float | None:
    """Return the seconds a Retry-After header asks for: a number or a date (RFC 9110 §10.2.3).

    >>> retry_after("7", datetime(2026, 1, 1, tzinfo=UTC))
    7.0
    >>> retry_after("Thu, 01 Jan 2026 00:00:30 GMT", datetime(2026, 1, 1, tzinfo=UTC))
    30.0
    >>> retry_after("soon", datetime(2026, 1, 1, tzinfo=UTC)) is None
    True
    """
    if value is None:
        return None
    value = value.strip()
    if value.isascii() and value.isdigit():
        return float(value[:9])
    try:
        when = parsedate_to_datetime(value)
    except ValueError:
        return None
    if when.tzinfo is None:
        when = when.replace(tzinfo=UTC)
    return max(0.0, (when - now).total_seconds())
