"""`traffic_shaping`: time-outs, sharing of equal work, deadlines."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta, field

from federation.config.duration import Duration
from federation.server.settings.base import HEADER_NAME, Section


class RouterShaping(Section, frozen=True):
    """`deduplicate_query`: equal queries in flight are answered once (`operation_sharing`)."""

    timeout: Duration = 60.0
    deduplicate_query: bool = True


class SubgraphShaping(Section, frozen=True):
    """`deduplicate_query`: equal calls in flight (url, headers, body) are made once."""

    timeout: Duration | None = None
    deduplicate_query: bool | None = None


class DeadlineShaping(Section, frozen=True):
    """The time that is left, passed on as whole milliseconds in `header` (ADR 4).

    `send`: with each call over HTTP. `accept`: a client, or a gateway before this one, may shorten
    the time its request has; nobody can lengthen it.
    """

    header: Annotated[str, Meta(pattern=f"^{HEADER_NAME}$")] = "x-request-timeout-ms"
    send: bool = True
    accept: bool = True


class TrafficShaping(Section, frozen=True):
    deadline: DeadlineShaping = DeadlineShaping()
    router: RouterShaping = RouterShaping()
    all: SubgraphShaping = SubgraphShaping(timeout=30.0, deduplicate_query=True)
    subgraphs: dict[str, SubgraphShaping] = field(default_factory=dict)
