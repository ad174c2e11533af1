"""Settings of the whole → settings of one worker.

Bounds that are told for the server hold for all workers together: each has its part of them.
What is told for one caller, one connection or one document stays as it is; so do sizes of caches,
which each worker has for itself, and limits per caller, which each worker counts for itself as
replicas do (`rate_limits`; quotas of a day are counted over all).
"""

from __future__ import annotations

from typing import TypeVar

from msgspec.structs import replace

from federation.errors import FederationError
from federation.server.settings.engine import EngineSettings
from federation.server.settings.subscription import Subscription
from federation.server.settings.traffic import (
    DEFAULTS,
    RouterShaping,
    SubgraphShaping,
    TrafficShaping,
)
from federation.server.workers.member import Member

T = TypeVar("T", bound=EngineSettings)


def divided(settings: T, member: Member | None) -> T:
    """Return the settings of one worker; those of the whole for None."""
    if member is None:
        return settings
    return replace(
        settings,
        traffic_shaping=_traffic(settings.traffic_shaping, member),
        subscription=_subscription(settings.subscription, member),
    )


def check_divisible(settings: EngineSettings) -> None:
    """Raise `FederationError` for what one process alone can do."""
    subscription = settings.subscription
    if subscription.enabled and subscription.sse_single_connection.enabled:
        raise FederationError(
            "subscription.sse_single_connection needs one process: its requests belong to the"
            " stream of one connection, and with several workers they may reach another; turn it"
            " off or serve with --workers 1",
            code="INVALID_CONFIGURATION",
        )


def _traffic(traffic: TrafficShaping, member: Member) -> TrafficShaping:
    return replace(
        traffic,
        router=_router(traffic.router, member),
        all=_shaping(traffic.all, member, DEFAULTS.max_connections_per_host),
        subgraphs={name: _shaping(one, member) for name, one in traffic.subgraphs.items()},
    )


def _router(router: RouterShaping, member: Member) -> RouterShaping:
    limit, rate = router.concurrency_limit, router.global_rate_limit
    return replace(
        router,
        concurrency_limit=None if limit is None else member.share(limit),
        global_rate_limit=None
        if rate is None
        else replace(rate, capacity=member.share(rate.capacity)),
    )


def _shaping(
    shaping: SubgraphShaping, member: Member, default: int | None = None
) -> SubgraphShaping:
    most = shaping.max_connections_per_host or default
    return (
        shaping if most is None else replace(shaping, max_connections_per_host=member.share(most))
    )


def _subscription(subscription: Subscription, member: Member) -> Subscription:
    most = member.share(subscription.max_opened_subscriptions)
    return replace(subscription, max_opened_subscriptions=most)
