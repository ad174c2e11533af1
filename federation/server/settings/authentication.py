"""The section `authentication` of hub.yaml, in Apollo Router's structure.

authentication:
  router:
    jwt:
      jwks:
        - { url: "file:///etc/hub/jwks.json", issuers: ["https://login.example"] }
"""

from __future__ import annotations

from typing import Annotated
from urllib.parse import urlsplit

from msgspec import Meta

from federation.config.duration import Duration
from federation.server.settings.base import Section

# Asymmetric ones only: with a shared secret whoever can check a token can also make one.
ALGORITHMS = ("ES256", "ES384", "RS256", "RS384", "RS512", "PS256", "EdDSA", "Ed25519")
_LOOPBACK = ("127.0.0.1", "localhost", "::1")


class KeySetSource(Section, frozen=True):
    """A key set (RFC 7517) and which of its tokens are believed; empty lists: any.

    It is read again every `poll_interval`; while that fails, the last good one stays.
    """

    url: str
    issuers: tuple[str, ...] = ()
    audiences: tuple[str, ...] = ()
    algorithms: tuple[str, ...] = ALGORITHMS
    poll_interval: Duration = 60.0

    def __post_init__(self) -> None:
        parts = urlsplit(self.url)
        plain = parts.scheme == "http" and parts.hostname in _LOOPBACK
        if parts.scheme not in ("file", "https") and not plain:
            raise ValueError("'url' must be file:///… or https://… (http:// on the loopback only)")
        if set(self.algorithms) - set(ALGORITHMS):
            raise ValueError(f"'algorithms' may be {', '.join(ALGORITHMS)}")


class Jwt(Section, frozen=True):
    jwks: tuple[KeySetSource, ...] = ()
    header_name: Annotated[str, Meta(pattern=r"^[A-Za-z0-9-]+$")] = "authorization"
    header_value_prefix: str = "Bearer"


class RouterAuthentication(Section, frozen=True):
    jwt: Jwt = Jwt()


class AuthenticationSection(Section, frozen=True):
    """Without a key set nobody is authenticated."""

    router: RouterAuthentication = RouterAuthentication()
