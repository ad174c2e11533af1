"""`health_check`, `homepage`, `sandbox`, `plugins`: what is served beside the graph."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta, field

from federation.server.settings.base import Section


class HealthCheck(Section, frozen=True):
    enabled: bool = True
    path: Annotated[str, Meta(pattern=r"^/[^\s?#]+$")] = "/health"


class Homepage(Section, frozen=True):
    enabled: bool = True


class Sandbox(Section, frozen=True):
    """The page at `/` to write queries on. Needs introspection to be of use."""

    enabled: bool = False


class Plugins(Section, frozen=True):
    """`experimental.expose_query_plan`: clients may ask for the plan by header."""

    expose_query_plan: bool = field(default=False, name="experimental.expose_query_plan")
