"""What resolvers of one request work with."""

from __future__ import annotations

from dataclasses import dataclass

from federation.registry.access import Caller
from federation.registry.service import Registry
from federation.server.rate_limits.failed_credentials import FailedCredentials
from federation.server.registry_api.links import CHECK_SECONDS, Links


@dataclass(frozen=True, slots=True)
class Site:
    """What is the same for all requests. `public_url`: None takes what the client connected to.
    `failures`: where tokens that are nobody's are counted; None: they are not.
    """

    registry: Registry
    links: Links
    public_url: str | None = None
    failures: FailedCredentials | None = None


@dataclass(frozen=True, slots=True)
class Context:
    """One request: whose it is, and under which address (without a slash) this hub is known."""

    site: Site
    caller: Caller
    base_url: str

    @property
    def registry(self) -> Registry:
        return self.site.registry

    def check_url(self, graph: str, check_id: str) -> str:
        """Return where a person can read the result of a check."""
        path = f"/registry/checks/{graph}/{check_id}"
        return self.base_url + self.site.links.sign(path, CHECK_SECONDS)
