"""The limits of one caller, ready to be counted by, and the headers that tell of them.

`RateLimit-Policy` and `RateLimit` as in draft-ietf-httpapi-ratelimit-headers-10: lists of
structured fields (RFC 9651), one item per limit.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil

from federation.server.rate_limits.buckets import Rate
from federation.server.settings.rate_limits import CallerLimits

POLICY_HEADER = b"ratelimit-policy"
HEADER = b"ratelimit"
DAY_SECONDS = 86_400


@dataclass(frozen=True, slots=True)
class Policy:
    """`described`: the value of `RateLimit-Policy`, empty when nothing of it is limited."""

    requests: Rate | None
    cost: Rate | None
    concurrency: int | None
    cost_per_day: int | None
    described: bytes


def policy_of(limits: CallerLimits) -> Policy:
    """Return the limits, ready."""
    requests = cost = None
    items: list[str] = []
    if limits.requests_per_second is not None:
        requests = Rate(max(1.0, limits.requests_per_second), limits.requests_per_second)
        items.append(f'"requests";q={int(requests.capacity)};w={requests.window}')
    if limits.cost_per_minute is not None:
        burst = limits.burst if limits.burst is not None else limits.cost_per_minute
        cost = Rate(float(burst), limits.cost_per_minute / 60)
        items.append(f'"cost";q={burst};w={cost.window};qu="cost"')
    if limits.cost_per_day is not None:
        items.append(f'"day";q={limits.cost_per_day};w={DAY_SECONDS};qu="cost"')
    if limits.concurrency is not None:
        items.append(f'"concurrency";q={limits.concurrency};qu="concurrent-requests"')
    return Policy(
        requests, cost, limits.concurrency, limits.cost_per_day, ", ".join(items).encode()
    )


def rate_item(name: str, rate: Rate, used: float) -> str:
    """Return what is left of a rate, and in how many seconds all of it is there again.

    >>> rate_item("cost", Rate(100, 10), 25)
    '"cost";r=75;t=3'
    """
    left = max(0, int(rate.capacity - used))
    return f'"{name}";r={left};t={ceil(used / rate.per_second)}'
