"""All that guards one subgraph, and all subgraphs together.

The order of the wrappers, outermost first: retry, breaker, concurrency, wire (ADR 8). What they
remember outlives a transport: a supergraph that is swapped does not make a sick subgraph healthy.
"""

from __future__ import annotations

from dataclasses import dataclass

from federation.execution.resilience.breaker import (
    BreakerOptions,
    BreakerState,
    Breaking,
    CircuitBreaker,
)
from federation.execution.resilience.concurrency import (
    Concurrency,
    ConcurrencyOptions,
    Limiting,
)
from federation.execution.resilience.retry import Retries, Retrying, RetryOptions
from federation.execution.transport import SubgraphTransport


@dataclass(frozen=True, slots=True)
class GuardOptions:
    """What guards a subgraph; None: not that.

    `timeout`: seconds one call may take with all its attempts. `fair`: a call that was given up
    earlier says nothing of the subgraph.
    """

    timeout: float
    fair: float
    retry: RetryOptions | None = None
    breaker: BreakerOptions | None = None
    concurrency: ConcurrencyOptions | None = None


@dataclass(frozen=True, slots=True)
class TrafficState:
    """The traffic to one subgraph at this moment, for metrics. None where that guard is off.

    `in_flight`, `queued`: calls now. The others count since the start: `failures` that the breaker
    saw, `opened` how often it did, `rejected` by it, `limited` by the concurrency limit, `retries`
    made, `retries_denied` by the budget.
    """

    subgraph: str
    breaker: BreakerState | None = None
    failures: int = 0
    opened: int = 0
    rejected: int = 0
    limit: int | None = None
    in_flight: int = 0
    queued: int = 0
    limited: int = 0
    retries: int = 0
    retries_denied: int = 0


class Guards:
    """What is remembered of one subgraph."""

    def __init__(self, subgraph: str, options: GuardOptions) -> None:
        self.subgraph = subgraph
        self.options = options
        self._retries = None if options.retry is None else Retries(options.retry)
        self._breaker = (
            None if options.breaker is None else CircuitBreaker(subgraph, options.breaker)
        )
        self._concurrency = (
            None if options.concurrency is None else Concurrency(options.concurrency)
        )

    def wrap(self, wire: SubgraphTransport) -> SubgraphTransport:
        """Return `wire` guarded."""
        options = self.options
        transport = wire
        if self._concurrency is not None:
            transport = Limiting(transport, self._concurrency, options.timeout, options.fair)
        if self._breaker is not None:
            transport = Breaking(transport, self._breaker, options.fair)
        if self._retries is not None:
            transport = Retrying(transport, self._retries, options.timeout)
        return transport

    @property
    def state(self) -> TrafficState:
        """What the guards know now."""
        breaker, concurrency, retries = self._breaker, self._concurrency, self._retries
        return TrafficState(
            subgraph=self.subgraph,
            breaker=None if breaker is None else breaker.state,
            failures=0 if breaker is None else breaker.failures,
            opened=0 if breaker is None else breaker.opened,
            rejected=0 if breaker is None else breaker.rejected,
            limit=None if concurrency is None else concurrency.adaptive.limit,
            in_flight=0 if concurrency is None else concurrency.in_flight,
            queued=0 if concurrency is None else concurrency.queued,
            limited=0 if concurrency is None else concurrency.limited,
            retries=0 if retries is None else retries.made,
            retries_denied=0 if retries is None else retries.denied,
        )


class Traffic:
    """The guards of all subgraphs, kept while supergraphs and their transports come and go."""

    def __init__(self) -> None:
        self._guards: dict[str, tuple[str, Guards]] = {}

    def guards(self, subgraph: str, url: str, options: GuardOptions) -> Guards:
        """Return the guards of a subgraph: those there are, unless it has moved or they changed."""
        known = self._guards.get(subgraph)
        if known is not None and known[0] == url and known[1].options == options:
            return known[1]
        fresh = Guards(subgraph, options)
        self._guards[subgraph] = (url, fresh)
        return fresh

    def forget_others(self, subgraphs: set[str]) -> None:
        """Drop what is known of all but these."""
        self._guards = {name: one for name, one in self._guards.items() if name in subgraphs}

    def states(self) -> tuple[TrafficState, ...]:
        """The state of each subgraph that is called over HTTP, by name."""
        return tuple(self._guards[name][1].state for name in sorted(self._guards))
