"""`health_check`, `homepage`, `sandbox`, `plugins`: what is served beside the graph."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta, field

from federation.config.duration import Duration
from federation.server.settings.base import Section


class HealthCheck(Section, frozen=True):
    """Asked by load balancers and supervisors at `path` (`?live`, `?ready`, `/live`, `/ready`).

    When the server is told to stop, it says that it is not ready for `drain_delay` before it
    accepts no more connections: longer than the load balancer takes to look. What is in work then
    has `shutdown_grace` to finish.
    """

    enabled: bool = True
    path: Annotated[str, Meta(pattern=r"^/[^\s?#]+$")] = "/health"
    drain_delay: Duration = 0.5
    shutdown_grace: Duration = 30.0


class Homepage(Section, frozen=True):
    """The plain page at `/` that says where GraphQL is, where the explorer is off."""

    enabled: bool = True


class Sandbox(Section, frozen=True):
    """The page at `/` to write queries on. Needs introspection to be of use."""

    enabled: bool = False


class Plugins(Section, frozen=True):
    """`experimental.expose_query_plan`: clients may ask for the plan by header;
    `experimental.expose_trace`: for what their answer took (`hub-expose-trace: true`).
    """

    expose_query_plan: bool = field(default=False, name="experimental.expose_query_plan")
    expose_trace: bool = field(default=False, name="experimental.expose_trace")
