"""Lets operations in as far as their caller's limits go (`stages.Admission`).

A caller is an organisation, or whoever else has credentials, or a network that addresses without
credentials are in. Each has buckets of its own: what one uses up, no other is short of. Only the
global limit is for all together.

What is counted outlives the settings (`Counters`); the limits are those of the settings.
"""

from __future__ import annotations

from collections.abc import Callable
from math import ceil
from time import monotonic

from federation.errors import RequestError
from federation.server.callers.peer import Proxies
from federation.server.exchange import Exchange
from federation.server.rate_limits.buckets import Bucket, Rate
from federation.server.rate_limits.callers import Callers, network_of
from federation.server.rate_limits.policies import (
    HEADER,
    POLICY_HEADER,
    Policy,
    policy_of,
    rate_item,
)
from federation.server.rate_limits.quotas import DayQuota, Quotas, QuotaStore
from federation.server.settings.rate_limits import RateLimitsSection
from federation.server.settings.traffic import GlobalRateLimit
from federation.server.wire.response import HttpResponse
from federation.server.wire.streaming import Parts, StreamReply, Take

# For who is at its limit of operations at once; nobody knows when one of them ends.
_BUSY_SECONDS = 1.0


class CallerState:
    """What one caller has used."""

    __slots__ = ("cost", "made_by", "organization", "policy", "quota", "requests", "running")

    def __init__(self) -> None:
        self.requests = Bucket()
        self.cost = Bucket()
        self.running = 0
        self.quota: DayQuota | None = None
        self.organization: str | None = None
        self.policy: Policy | None = None
        # The settings the policy is of.
        self.made_by: object = None

    def is_idle(self, now: float) -> bool:
        """See `Forgettable.is_idle`."""
        policy = self.policy
        if policy is None:
            return True
        return (
            not self.running
            and (self.quota is None or now >= self.quota.ends_at)
            and (policy.requests is None or not self.requests.used(policy.requests, now))
            and (policy.cost is None or not self.cost.used(policy.cost, now))
        )


class Counters:
    """All that is counted, as long as the process lives."""

    def __init__(
        self, store: QuotaStore | None = None, clock: Callable[[], float] = monotonic
    ) -> None:
        self.clock = clock
        self.quotas = None if store is None else Quotas(store, clock)
        self.all = Bucket()
        # Apart, so that strangers never push out those with credentials.
        self.known = Callers(CallerState, 10_000)
        self.anonymous = Callers(CallerState, 10_000)

    async def close(self) -> None:
        """Give back what is held of quotas."""
        if self.quotas is not None:
            held = [
                (each.organization, each.quota)
                for each in self.known
                if each.organization is not None and each.quota is not None
            ]
            await self.quotas.close(held)


class _Stay:
    """One operation's time in the pipeline. `holds`: it counts as one at work."""

    __slots__ = ("holds", "policy", "state")

    def __init__(self, state: CallerState, policy: Policy) -> None:
        self.state = state
        self.policy = policy
        self.holds = False

    def leave(self) -> None:
        if self.holds:
            self.holds = False
            self.state.running -= 1


class RateLimits:
    """The limits of one configuration, over what is counted. `Admission` for the pipeline."""

    def __init__(
        self,
        settings: RateLimitsSection,
        global_limit: GlobalRateLimit | None,
        proxies: Proxies,
        counters: Counters,
    ) -> None:
        self._settings = settings
        self._proxies = proxies
        self._counters = counters
        self._clock = counters.clock
        self._global: Rate | None = None
        if global_limit is not None:
            capacity = float(global_limit.capacity)
            self._global = Rate(capacity, capacity / global_limit.interval)
        self._per_caller = settings.enabled
        self._anonymous = policy_of(settings.anonymous)
        counters.known.most = counters.anonymous.most = settings.max_callers

    def enter(self, exchange: Exchange) -> None:
        """See `Admission.enter`."""
        now = self._clock()
        if self._global is not None:
            bucket = self._counters.all
            wait = bucket.wait(1.0, self._global, now)
            if wait:
                raise _limited(exchange, wait, "the whole server has too many requests just now")
            bucket.take(1.0)
        if not self._per_caller:
            return
        state, policy = self._caller(exchange, now)
        if not policy.described:
            return
        exchange.stay = stay = _Stay(state, policy)
        if policy.concurrency is not None and state.running >= policy.concurrency:
            message = f"more than {policy.concurrency} operations at once are not allowed to you"
            raise _limited(exchange, _BUSY_SECONDS, message)
        if policy.requests is not None:
            wait = state.requests.wait(1.0, policy.requests, now)
            if wait:
                raise _limited(exchange, wait, "you send too many requests")
            state.requests.take(1.0)
        # Nothing costs less than one, so that there is no need to read the document.
        self._check_cost(exchange, stay, 1.0, now)
        stay.holds = True
        state.running += 1

    def spend(self, exchange: Exchange) -> None:
        """See `Admission.spend`."""
        stay = exchange.stay
        if not isinstance(stay, _Stay):
            return
        state, policy = stay.state, stay.policy
        if policy.cost is None and policy.cost_per_day is None:
            return
        now = self._clock()
        cost = _cost_of(exchange)
        self._check_cost(exchange, stay, cost, now)
        if policy.cost is not None:
            state.cost.take(cost)
        quotas = self._counters.quotas
        if quotas is not None and policy.cost_per_day is not None and state.quota is not None:
            assert state.organization is not None
            quotas.take(state.organization, state.quota, cost, policy.cost_per_day, now)

    def leave(self, exchange: Exchange, reply: HttpResponse | StreamReply | None) -> None:
        """See `Admission.leave`."""
        stay = exchange.stay
        if not isinstance(stay, _Stay):
            return
        if isinstance(reply, StreamReply) and stay.holds:
            reply.parts = _Held(reply.parts, stay)
        else:
            stay.leave()
        if reply is not None:
            reply.headers += self._told(stay)

    def _check_cost(self, exchange: Exchange, stay: _Stay, cost: float, now: float) -> None:
        state, policy = stay.state, stay.policy
        if policy.cost is not None:
            wait = state.cost.wait(cost, policy.cost, now)
            if wait:
                message = f"an operation of cost {cost:g} is more than you have left just now"
                raise _limited(exchange, wait, message)
        quotas = self._counters.quotas
        if quotas is not None and state.quota is not None:
            wait = quotas.wait(state.quota, cost, now)
            if wait:
                raise _limited(exchange, wait, "your organisation's quota of the day is used up")

    def _caller(self, exchange: Exchange, now: float) -> tuple[CallerState, Policy]:
        client = exchange.client
        organization = client.organization
        if organization is None and client.key is None:
            http = exchange.http
            address = self._proxies.client_address(http.address, http.headers) or ""
            section = self._settings.anonymous
            network = network_of(address, section.prefix_v4, section.prefix_v6)
            state = self._counters.anonymous.get(network, now)
            state.policy = self._anonymous
            return state, self._anonymous
        key = ("organization", organization) if organization is not None else client.key
        state = self._counters.known.get(key, now)
        if state.made_by is not self or state.policy is None:
            state.made_by = self
            state.policy = policy = policy_of(self._settings.of(organization))
            if organization is not None and policy.cost_per_day is not None:
                state.organization = organization
                state.quota = state.quota or DayQuota()
            else:
                state.quota = None
        return state, state.policy

    def _told(self, stay: _Stay) -> tuple[tuple[bytes, bytes], ...]:
        """Return the headers that tell what is left."""
        now = self._clock()
        state, policy = stay.state, stay.policy
        items: list[str] = []
        if policy.requests is not None:
            used = state.requests.used(policy.requests, now)
            items.append(rate_item("requests", policy.requests, used))
        if policy.cost is not None:
            items.append(rate_item("cost", policy.cost, state.cost.used(policy.cost, now)))
        if policy.cost_per_day is not None and state.quota is not None:
            left = int(state.quota.remaining(policy.cost_per_day))
            ends = state.quota.ends_at - now
            items.append(f'"day";r={left}' + (f";t={ceil(ends)}" if ends > 0 else ""))
        if policy.concurrency is not None:
            items.append(f'"concurrency";r={max(0, policy.concurrency - state.running)}')
        return ((POLICY_HEADER, policy.described), (HEADER, ", ".join(items).encode()))


class _Held:
    """Parts of an answer whose caller counts as at work until they are closed."""

    def __init__(self, parts: Parts, stay: _Stay) -> None:
        self._parts = parts
        self._stay = stay

    async def next(self) -> bytes | None:
        return await self._parts.next()

    def deliver(self, take: Take) -> None:
        self._parts.deliver(take)

    async def close(self) -> None:
        try:
            await self._parts.close()
        finally:
            self._stay.leave()


def _cost_of(exchange: Exchange) -> float:
    if exchange.estimated_cost is not None:
        return max(1.0, exchange.estimated_cost)
    assert exchange.prepared is not None
    return float(max(1, len(exchange.prepared.operation.selections)))


def _limited(exchange: Exchange, wait: float, message: str) -> RequestError:
    seconds = max(1, ceil(wait))
    exchange.response_headers.append((b"retry-after", b"%d" % seconds))
    return RequestError(
        f"{message}; try again in {seconds} s", code="REQUEST_RATE_LIMITED", http_status=429
    )


def build_admission(
    settings: RateLimitsSection,
    global_limit: GlobalRateLimit | None,
    proxies: Proxies,
    counters: Counters,
) -> RateLimits | None:
    """Return what lets operations in; None when nothing is limited."""
    if not settings.enabled and global_limit is None:
        return None
    return RateLimits(settings, global_limit, proxies, counters)
