"""Calls that failed for a passing reason are made again, within a budget.

Only queries: a mutation may have been carried out before its connection broke. Only what failed
before anything was answered, or with a status that says "later" (`verdict.may_pass`). The pause
before is random between nothing and a bound that doubles ("full jitter"), so that many callers do
not come back together; a `retry-after` of the subgraph is waited for first. Nothing is begun that
could not end in time: neither past the request's deadline nor past the call's own time-out, which
stands for all attempts together.
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable
from dataclasses import dataclass, replace

from federation.errors import Failure, SubgraphError
from federation.execution.deadlines import clock
from federation.execution.resilience.budget import RetryBudget
from federation.execution.resilience.verdict import may_pass
from federation.execution.transport import SubgraphRequest, SubgraphResponse, SubgraphTransport

Outcome = SubgraphResponse | SubgraphError


@dataclass(frozen=True, slots=True)
class RetryOptions:
    """`max_retries` of one call. `base`, `cap`: the first and the longest pause, in seconds.

    The rest: see `RetryBudget`.
    """

    min_per_sec: float = 1.0
    ttl: float = 10.0
    retry_percent: float = 0.1
    max_retries: int = 2
    base: float = 0.05
    cap: float = 2.0


class Retries:
    """The budget of one subgraph, and what became of it: `made` and `denied`, ever."""

    def __init__(self, options: RetryOptions) -> None:
        self.options = options
        self.budget = RetryBudget(options.min_per_sec, options.ttl, options.retry_percent)
        self.made = 0
        self.denied = 0

    def take(self) -> bool:
        """Return whether one more retry is in the budget."""
        if self.budget.withdraw():
            self.made += 1
            return True
        self.denied += 1
        return False


class Retrying:
    """`SubgraphTransport` around another one. `timeout`: of a call with all its attempts."""

    def __init__(
        self,
        transport: SubgraphTransport,
        retries: Retries,
        timeout: float,
        jitter: Callable[[], float] = random.random,
    ) -> None:
        self._transport = transport
        self._retries = retries
        self._timeout = timeout
        self._jitter = jitter

    async def send(self, request: SubgraphRequest) -> SubgraphResponse:
        """Return the response. Raises the last attempt's `SubgraphError`."""
        if request.mutation:
            return await self._transport.send(request)
        self._retries.budget.deposit()
        end = clock() + self._timeout
        try:
            response = await self._transport.send(request)
        except SubgraphError as error:
            if not may_pass(error):
                raise
            outcome: Outcome = error
        else:
            if response.status < 400 or not may_pass(response):
                return response
            outcome = response
        if request.deadline is not None:
            end = min(end, request.deadline)
        outcome = await self._again(replace(request, deadline=end), outcome, end)
        if isinstance(outcome, SubgraphError):
            raise outcome
        return outcome

    async def _again(self, request: SubgraphRequest, outcome: Outcome, end: float) -> Outcome:
        """Return the outcome of the last attempt that was made."""
        for attempt in range(self._retries.options.max_retries):
            pause = self._pause(attempt, outcome.retry_after)
            if clock() + pause >= end or not self._retries.take():
                return outcome
            await asyncio.sleep(pause)
            try:
                fresh: Outcome = await self._transport.send(request)
            except SubgraphError as error:
                # Refused by ourselves meanwhile: what the subgraph did is the better reason.
                if error.failure is Failure.NOT_SENT:
                    return outcome
                fresh = error
            outcome = fresh
            if not may_pass(outcome):
                return outcome
        return outcome

    def _pause(self, attempt: int, retry_after: float | None) -> float:
        options = self._retries.options
        pause = self._jitter() * min(options.cap, options.base * (1 << attempt))
        return pause if retry_after is None else retry_after + pause

    async def close(self) -> None:
        """Close the transport underneath."""
        await self._transport.close()
