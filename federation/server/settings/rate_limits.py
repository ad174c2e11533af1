"""`rate_limits`: how much each caller may ask for in a time, counted by cost.

rate_limits:
  default: { cost_per_minute: 6000, requests_per_second: 50, concurrency: 20 }
  organizations:
    IC-440300-01: { cost_per_minute: 60000, cost_per_day: 5000000 }
  anonymous: { requests_per_second: 5 }

Without a key nothing is limited by it. `traffic_shaping.router.global_rate_limit` is for all
together.
"""

from __future__ import annotations

from typing import Annotated, TypeVar

import msgspec
from msgspec import Meta, field

from federation.server.settings.base import Positive, Section

L = TypeVar("L", bound="CallerLimits")


class CallerLimits(Section, frozen=True):
    """What one caller may ask for.

    The cost of an operation is what demand control estimates; without it, the number of its root
    fields. `cost_per_minute` comes back evenly, up to `burst` (default: a minute's worth) that may
    be spent at once; an operation that costs more than `burst` alone runs when nothing else was
    asked for, and is paid off afterwards. `cost_per_day` is counted over all replicas, for
    organisations only. `concurrency`: operations at work at once, subscriptions and deferred
    answers until they end.

    `requests_per_second`: as many may come at once, then so many in a second.
    """

    cost_per_minute: Positive | None = None
    burst: Positive | None = None
    requests_per_second: Annotated[float, Meta(gt=0)] | None = None
    concurrency: Positive | None = None
    cost_per_day: Positive | None = None

    def __post_init__(self) -> None:
        if self.burst is not None and self.cost_per_minute is None:
            raise ValueError("'burst' needs 'cost_per_minute', which fills it again")

    @property
    def limits_nothing(self) -> bool:
        return all(getattr(self, name) is None for name in CallerLimits.__struct_fields__)


class AnonymousLimits(CallerLimits, frozen=True):
    """For callers without credentials, by address: those of one prefix are one caller.

    `prefix_v4`, `prefix_v6`: how many bits of an address tell callers apart.
    """

    prefix_v4: Annotated[int, Meta(ge=8, le=32)] = 32
    # What a household or a small office is given (RFC 6177).
    prefix_v6: Annotated[int, Meta(ge=16, le=128)] = 56

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.cost_per_day is not None:
            raise ValueError("'cost_per_day' is for organisations")


class RateLimitsSection(Section, frozen=True):
    """`default`: each caller with credentials. `organizations` by code: keys that are not set are
    those of `default`. `max_callers` are remembered at once, with credentials and without."""

    default: CallerLimits = CallerLimits()
    organizations: dict[str, CallerLimits] = field(default_factory=dict)
    anonymous: AnonymousLimits = AnonymousLimits()
    max_callers: Annotated[int, Meta(ge=100, le=1_000_000)] = 10_000

    @property
    def enabled(self) -> bool:
        return not all(
            each.limits_nothing
            for each in (self.default, self.anonymous, *self.organizations.values())
        )

    def of(self, organization: str | None) -> CallerLimits:
        """Return what holds for a caller with credentials."""
        own = self.organizations.get(organization) if organization is not None else None
        if own is None:
            return self.default
        names = CallerLimits.__struct_fields__
        # A burst belongs to the rate beside which it is written.
        given = {name: getattr(own, name) for name in names if getattr(own, name) is not None}
        if "cost_per_minute" in given:
            given.setdefault("burst", None)
        return msgspec.structs.replace(self.default, **given)
