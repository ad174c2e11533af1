"""A subgraph that fails most calls is left alone for a while.

Closed, the outcomes of the last `volume_threshold` calls are kept; when the share of bad ones
reaches `error_threshold`, the breaker opens and calls fail at once. After `reset_timeout` it is
half open: `half_open_attempts` calls are let through as probes, and by the same share it closes or
opens again. Outcomes count by number, not by time: a rare failure at night is no trend.

An outcome counts only in the state it was begun in. What an outcome says: `verdict.health_of`.
"""

from __future__ import annotations

import logging
from collections import deque
from dataclasses import dataclass
from enum import Enum

from federation.errors import Failure, SubgraphError
from federation.execution.deadlines import clock
from federation.execution.resilience.verdict import Verdict, health_of
from federation.execution.transport import SubgraphRequest, SubgraphResponse, SubgraphTransport

REJECTED = "SUBGRAPH_CIRCUIT_BREAKER_REJECTED"

logger = logging.getLogger(__name__)


class BreakerState(Enum):
    """Values as metrics write them."""

    CLOSED = "closed"
    HALF_OPEN = "half_open"
    OPEN = "open"


@dataclass(frozen=True, slots=True)
class BreakerOptions:
    """`error_threshold`: a share, 0.5 is half. `reset_timeout` in seconds."""

    error_threshold: float = 0.5
    volume_threshold: int = 20
    reset_timeout: float = 30.0
    half_open_attempts: int = 3


class CircuitBreaker:
    """The state of one subgraph; `now` is always a time of one clock, in seconds.

    `failures` of calls, `rejected` calls, `opened`: how often, ever.
    """

    def __init__(self, subgraph: str, options: BreakerOptions) -> None:
        self._subgraph = subgraph
        self._options = options
        self._state = BreakerState.CLOSED
        self._outcomes: deque[bool] = deque(maxlen=options.volume_threshold)
        self._bad = 0
        self._probing = 0
        self._opened_at = 0.0
        # Counts changes of state: the calls of an earlier one say nothing of the present.
        self._era = 0
        self.failures = 0
        self.rejected = 0
        self.opened = 0

    @property
    def state(self) -> BreakerState:
        """The state; open stays until a call comes after `reset_timeout`."""
        return self._state

    def admit(self, now: float) -> int | None:
        """Return the era to report the outcome with, or None when the call must not be made."""
        if self._state is BreakerState.CLOSED:
            return self._era
        if self._state is BreakerState.OPEN:
            if now < self._opened_at + self._options.reset_timeout:
                self.rejected += 1
                return None
            self._enter(BreakerState.HALF_OPEN, self._options.half_open_attempts)
        if self._probing + len(self._outcomes) >= self._options.half_open_attempts:
            self.rejected += 1
            return None
        self._probing += 1
        return self._era

    def report(self, era: int, verdict: Verdict, now: float) -> None:
        """Tell the outcome of a call that was admitted."""
        if verdict is Verdict.BAD:
            self.failures += 1
        if era != self._era:
            return
        if self._state is BreakerState.HALF_OPEN:
            self._probing -= 1
        if verdict is Verdict.NOTHING:
            return
        outcomes = self._outcomes
        bad = verdict is Verdict.BAD
        full = len(outcomes) == outcomes.maxlen
        if full and not bad and not self._bad:
            return
        if full and outcomes[0]:
            self._bad -= 1
        outcomes.append(bad)
        self._bad += bad
        if len(outcomes) == outcomes.maxlen:
            self._judge(now)

    def _judge(self, now: float) -> None:
        """Change the state by the share of bad outcomes in a full sample."""
        if self._bad >= self._options.error_threshold * len(self._outcomes):
            self._opened_at = now
            self.opened += 1
            self._enter(BreakerState.OPEN, 1)
        elif self._state is BreakerState.HALF_OPEN:
            self._enter(BreakerState.CLOSED, self._options.volume_threshold)

    def _enter(self, state: BreakerState, sample: int) -> None:
        logger.warning("circuit breaker of subgraph %s: %s", self._subgraph, state.value)
        self._state = state
        self._outcomes = deque(maxlen=sample)
        self._bad = 0
        self._probing = 0
        self._era += 1


class Breaking:
    """`SubgraphTransport` around another one. `fair`: see `verdict`."""

    def __init__(self, transport: SubgraphTransport, breaker: CircuitBreaker, fair: float) -> None:
        self._transport = transport
        self._breaker = breaker
        self._fair = fair

    async def send(self, request: SubgraphRequest) -> SubgraphResponse:
        """Return the response. Raises `SubgraphError`, also when the breaker is open."""
        started = clock()
        era = self._breaker.admit(started)
        if era is None:
            raise SubgraphError(
                "The subgraph was not asked, since most of its last calls failed;"
                " try again in a while.",
                subgraph=request.subgraph,
                code=REJECTED,
                failure=Failure.NOT_SENT,
            )
        verdict = Verdict.NOTHING
        try:
            response = await self._transport.send(request)
            verdict = health_of(response, 0.0, self._fair)
            return response
        except SubgraphError as error:
            verdict = health_of(error, clock() - started, self._fair)
            raise
        finally:
            self._breaker.report(era, verdict, clock())

    async def close(self) -> None:
        """Close the transport underneath."""
        await self._transport.close()
