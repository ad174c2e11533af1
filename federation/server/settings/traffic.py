"""`traffic_shaping`: time-outs, sharing of equal work, deadlines, and what guards subgraphs.

traffic_shaping:
  all: { timeout: 10s }
  subgraphs:
    finance: { timeout: 3s, circuit_breaker: { enabled: true } }

Each key of a subgraph that is not set has the value of `all`, and that of the default; also the
keys inside `retry`, `circuit_breaker` and `concurrency`.
"""

from __future__ import annotations

from typing import Annotated, Literal, TypeVar

import msgspec
from msgspec import Meta, field

from federation.config.duration import Duration
from federation.server.settings.base import HEADER_NAME, Positive, Section

S = TypeVar("S", bound=Section)

Share = Annotated[float, Meta(gt=0, le=1)]
Count = Annotated[int, Meta(ge=0)]


class GlobalRateLimit(Section, frozen=True):
    """All clients together: `capacity` operations in `interval`, also at once."""

    capacity: Positive
    interval: Duration = 1.0

    def __post_init__(self) -> None:
        if self.interval <= 0:
            raise ValueError("'interval' must be more than nothing; write 1s")


class RouterShaping(Section, frozen=True):
    """`deduplicate_query`: equal queries in flight are answered once (`operation_sharing`).

    `concurrency_limit`: so many operations in work; beyond them 503 at once. null: no limit.

    `timeout`: of one operation, with all its fetches.
    """

    timeout: Duration = 60.0
    deduplicate_query: bool = True
    concurrency_limit: Positive | None = 10_000
    global_rate_limit: GlobalRateLimit | None = None


class RetryShaping(Section, frozen=True):
    """Queries that failed for a passing reason are sent again (default: on).

    In `ttl` (10s) no more retries than `min_per_sec` (1) for each second and `retry_percent` of the
    calls (0.1; a share, as Apollo Router wrote it). `max_retries` (2) of one call; `initial_pause`
    (50ms) doubles up to `max_pause` (2s), of which each waits a random part.
    """

    enabled: bool | None = None
    min_per_sec: Annotated[float, Meta(ge=0)] | None = None
    ttl: Duration | None = None
    retry_percent: Annotated[float, Meta(ge=0, le=1)] | None = None
    max_retries: Annotated[int, Meta(ge=0, le=10)] | None = None
    initial_pause: Duration | None = None
    max_pause: Duration | None = None

    def __post_init__(self) -> None:
        if self.ttl is not None and self.ttl <= 0:
            raise ValueError("'ttl' must be more than nothing; write 10s")


class CircuitBreakerShaping(Section, frozen=True):
    """A subgraph that fails most calls is left alone for a while (default: off).

    It opens when `error_threshold` (0.5) of the last `volume_threshold` (20) calls failed, and
    after `reset_timeout` (30s) lets `half_open_attempts` (3) through, which decide.
    """

    enabled: bool | None = None
    error_threshold: Share | None = None
    volume_threshold: Positive | None = None
    reset_timeout: Duration | None = None
    half_open_attempts: Positive | None = None


class ConcurrencyShaping(Section, frozen=True):
    """A subgraph that says it has too much to do gets less at once (default: on).

    The limit is `max_connections_per_host`, and falls no lower than `min_limit` (4). `queue_size`
    (1000) calls may wait for a place, for `queue_timeout` (not set: as long as a call may take).
    """

    enabled: bool | None = None
    min_limit: Positive | None = None
    queue_size: Count | None = None
    queue_timeout: Duration | None = None


class SubgraphShaping(Section, frozen=True):
    """How a subgraph is called. All but the first two are for calls over HTTP.

    `timeout` (30s) of one call, with its retries. `deduplicate_query` (on): equal calls in flight
    (url, headers, body) are made once. `connect_timeout` (5s). `max_connections_per_host` (100):
    calls at once, also over HTTP/2. `pool_idle_timeout` (50s): shorter than the subgraph keeps a
    connection open. `max_response_bytes` (64 MiB), unpacked. `compression` (identity) of requests;
    `accept_compressed` (on) answers. `experimental_http2` (enable): offered over TLS; `http2only`
    speaks it without asking, also without TLS.
    """

    timeout: Duration | None = None
    deduplicate_query: bool | None = None
    connect_timeout: Duration | None = None
    max_connections_per_host: Positive | None = None
    pool_idle_timeout: Duration | None = None
    max_response_bytes: Positive | None = None
    compression: Literal["identity", "gzip", "deflate"] | None = None
    accept_compressed: bool | None = None
    experimental_http2: Literal["enable", "disable", "http2only"] | None = None
    retry: RetryShaping = RetryShaping()
    circuit_breaker: CircuitBreakerShaping = CircuitBreakerShaping()
    concurrency: ConcurrencyShaping = ConcurrencyShaping()

    def __post_init__(self) -> None:
        for name in ("timeout", "connect_timeout"):
            if getattr(self, name) == 0:
                raise ValueError(f"{name!r} must be more than nothing; write 10s")


class DeadlineShaping(Section, frozen=True):
    """The time that is left, passed on as whole milliseconds in `header` (ADR 4).

    `send`: with each call over HTTP. `accept`: a client, or a gateway before this one, may shorten
    the time its request has; nobody can lengthen it.
    """

    header: Annotated[str, Meta(pattern=f"^{HEADER_NAME}$")] = "x-request-timeout-ms"
    send: bool = True
    accept: bool = True


class TrafficShaping(Section, frozen=True):
    """`router`: what all clients together may ask. `all`: how every subgraph is called;
    `subgraphs`: and one of them. `deadline`: passing on how much time is left.
    """

    deadline: DeadlineShaping = DeadlineShaping()
    router: RouterShaping = RouterShaping()
    all: SubgraphShaping = SubgraphShaping()
    subgraphs: dict[str, SubgraphShaping] = field(default_factory=dict)

    def of(self, subgraph: str) -> SubgraphShaping:
        """Return what holds for one subgraph; every key is set that has a default."""
        shaping = layered(self.all, DEFAULTS)
        own = self.subgraphs.get(subgraph)
        return shaping if own is None else layered(own, shaping)


DEFAULTS = SubgraphShaping(
    timeout=30.0,
    deduplicate_query=True,
    connect_timeout=5.0,
    max_connections_per_host=100,
    pool_idle_timeout=50.0,
    max_response_bytes=64 * 1024 * 1024,
    compression="identity",
    accept_compressed=True,
    experimental_http2="enable",
    retry=RetryShaping(
        enabled=True,
        min_per_sec=1.0,
        ttl=10.0,
        retry_percent=0.1,
        max_retries=2,
        initial_pause=0.05,
        max_pause=2.0,
    ),
    circuit_breaker=CircuitBreakerShaping(
        enabled=False,
        error_threshold=0.5,
        volume_threshold=20,
        reset_timeout=30.0,
        half_open_attempts=3,
    ),
    concurrency=ConcurrencyShaping(enabled=True, min_limit=4, queue_size=1000),
)


def layered(upper: S, lower: S) -> S:
    """Return `lower` with all keys that `upper` sets, also in the sections inside."""
    values = {}
    for info in msgspec.structs.fields(upper):
        above, below = getattr(upper, info.name), getattr(lower, info.name)
        if isinstance(above, Section) and isinstance(below, Section):
            values[info.name] = layered(above, below)
        else:
            values[info.name] = below if above is None else above
    return type(upper)(**values)
