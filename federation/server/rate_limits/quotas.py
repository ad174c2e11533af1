"""Quotas of a day, shared by all replicas, without a request that waits for the database.

Each replica takes a part of an organisation's quota in advance, a hundredth of it, and asks for the
next part while there is still some left. Until the first part is there, and while the store cannot
be reached, operations are let in and counted as debt, which the next part pays: the limits per
minute hold meanwhile. So at most one part per replica is used too much, or lost with a replica
that was killed.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from time import monotonic
from typing import Protocol

logger = logging.getLogger("federation.server")

_PARTS = 100
# After a failure of the store, in seconds.
_TRY_AGAIN = 5.0
_LEASE_SECONDS = 10.0


class Lease(Protocol):
    """`granted` of what was asked for; `used` by all, with it; `resets_in` seconds of the day."""

    @property
    def granted(self) -> float: ...
    @property
    def used(self) -> float: ...
    @property
    def resets_in(self) -> float: ...


class QuotaStore(Protocol):
    """Counts what all replicas have taken of the quotas of the current day."""

    async def lease(self, organization: str, amount: float, limit: float) -> Lease:
        """Take up to `amount`, as far as not more than `limit` is taken by all."""
        ...

    async def give_back(self, organization: str, amount: float) -> None:
        """Return what is not used of today's."""
        ...


class DayQuota:
    """What one replica holds of one organisation's quota. `left` below zero is debt."""

    __slots__ = ("asking", "ends_at", "exhausted", "left", "retry_at", "used")

    def __init__(self) -> None:
        self.left = 0.0
        self.used = 0.0
        self.ends_at = float("-inf")
        self.exhausted = False
        self.asking = False
        self.retry_at = float("-inf")

    def remaining(self, limit: float) -> float:
        """Return what is left for all, as far as known here."""
        return max(0.0, limit - self.used) + max(0.0, self.left)


class Quotas:
    """Takes parts of quotas from the store, for all organisations."""

    def __init__(self, store: QuotaStore, clock: Callable[[], float] = monotonic) -> None:
        self._store = store
        self._clock = clock
        self._tasks: set[asyncio.Task[None]] = set()
        self._failing = False

    def wait(self, quota: DayQuota, cost: float, now: float) -> float:
        """Return the seconds until `cost` may be spent, 0 when it may."""
        if now >= quota.ends_at and quota.exhausted:
            quota.exhausted, quota.left = False, min(0.0, quota.left)
        if quota.exhausted and quota.left < cost:
            return quota.ends_at - now
        return 0.0

    def take(
        self, organization: str, quota: DayQuota, cost: float, limit: float, now: float
    ) -> None:
        """Spend `cost`, and ask for more when little is left."""
        if now >= quota.ends_at:
            # Of the day before; whatever is owed stays owed.
            quota.left = min(0.0, quota.left)
        quota.left -= cost
        part = max(1.0, limit / _PARTS)
        if quota.left < part / 2 and not quota.asking and now >= quota.retry_at:
            if quota.exhausted and now < quota.ends_at:
                return
            quota.asking = True
            task = asyncio.ensure_future(self._ask(organization, quota, part, limit))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    async def _ask(self, organization: str, quota: DayQuota, part: float, limit: float) -> None:
        amount = part - quota.left
        try:
            async with asyncio.timeout(_LEASE_SECONDS):
                lease = await self._store.lease(organization, amount, limit)
        except Exception as error:
            quota.retry_at = self._clock() + _TRY_AGAIN
            if not self._failing:
                logger.warning(
                    "quotas cannot be counted now (%s); only limits per minute hold",
                    type(error).__name__,
                )
            self._failing = True
        else:
            self._failing = False
            quota.left += lease.granted
            quota.used = lease.used
            quota.ends_at = self._clock() + lease.resets_in
            quota.exhausted = lease.granted < amount
        finally:
            quota.asking = False

    async def close(self, held: list[tuple[str, DayQuota]]) -> None:
        """Give back what is held."""
        for task in tuple(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        now = self._clock()
        try:
            async with asyncio.timeout(_LEASE_SECONDS):
                for organization, quota in held:
                    if quota.left > 0 and now < quota.ends_at:
                        await self._store.give_back(organization, quota.left)
        except Exception as error:
            logger.warning("unused quota could not be given back: %s", type(error).__name__)
