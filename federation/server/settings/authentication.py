"""The section `authentication` of hub.yaml, in Apollo Router's structure.

authentication:
  router:
    jwt:
      jwks:
        - { url: "file:///etc/hub/jwks.json", issuers: ["https://login.example"] }
        - url: https://login.center.example/jwks
          issuers: ["https://login.center.example"]
          organizations: [IC-440300-01]
          roles: [INDUSTRY_CENTER]
      sources: [{ type: cookie, name: session }]
"""

from __future__ import annotations

from typing import Annotated, Literal
from urllib.parse import urlsplit

from msgspec import Meta

from federation.config.duration import Duration
from federation.server.settings.base import HEADER_NAME, Positive, Section

# Asymmetric ones only: with a shared secret whoever can check a token can also make one.
_EC = ("ES256", "ES384", "ES512")
_RSA = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512")
ALGORITHMS = (*_EC, *_RSA, "EdDSA", "Ed25519")
_LOOPBACK = ("127.0.0.1", "localhost", "::1")


class KeySetHeader(Section, frozen=True):
    """A header sent when a key set is fetched. The value may be a secret: it is never shown.

    `name`, `value`: of the header.
    """

    name: Annotated[str, Meta(pattern=f"^{HEADER_NAME}$")]
    value: Annotated[str, Meta(pattern=r"^[\x20-\x7e\t]*$")]

    def __repr__(self) -> str:
        return f"KeySetHeader({self.name!r}, …)"


class UnknownKeyRefresh(Section, frozen=True):
    """A token of a key that is not in the set: the set is fetched at once, as keys are rotated.

    Not more often than every `interval`, whatever is sent; the request waits `max_wait` for it.
    """

    enabled: bool = True
    interval: Duration = 30.0
    max_wait: Duration = 2.0


class KeySetSource(Section, frozen=True):
    """A key set (RFC 7517) and which of its tokens are believed; empty lists: any.

    It is read again every `poll_interval`; while that fails, the last good one stays.

    `organizations`: for whom alone this issuer may speak. Every claim that names an organisation
    must then name one of these, and at least one must be there. A role that a token claims must be
    one of `roles`; with `organizations` and no `roles`, tokens that claim a role are refused, since
    the issuer of one centre could otherwise make administrators.

    `url`: of the key set; https://, or http:// on this machine, or file://. `issuers`, `audiences`:
    of which the token must name one. `algorithms` that its signature may have. `headers`: sent when
    the set is fetched.
    """

    url: str
    issuers: tuple[str, ...] = ()
    audiences: tuple[str, ...] = ()
    algorithms: tuple[str, ...] = ALGORITHMS
    organizations: tuple[str, ...] = ()
    roles: tuple[str, ...] = ()
    headers: tuple[KeySetHeader, ...] = ()
    poll_interval: Duration = 60.0
    refresh_unknown_kid: UnknownKeyRefresh = UnknownKeyRefresh()

    def __post_init__(self) -> None:
        parts = urlsplit(self.url)
        plain = parts.scheme == "http" and parts.hostname in _LOOPBACK
        if parts.scheme not in ("file", "https") and not plain:
            raise ValueError("'url' must be file:///… or https://… (http:// on the loopback only)")
        if parts.username or parts.password:
            raise ValueError("'url' must hold no password; send it in 'headers'")
        if set(self.algorithms) - set(ALGORITHMS):
            raise ValueError(f"'algorithms' may be {', '.join(ALGORITHMS)}")
        if not self.algorithms:
            raise ValueError("'algorithms' is empty, so no token would be believed; leave it out")
        if self.poll_interval <= 0:
            raise ValueError("'poll_interval' must be more than nothing; write 60s")


class TokenSource(Section, frozen=True):
    """A further place where a token may be. `value_prefix`: for headers, such as Bearer; none: the
    whole value. A cookie is sent by browsers unasked, so CSRF prevention must be on.

    `type`: header or cookie. `name`: of the header or cookie.
    """

    type: Literal["header", "cookie"]
    name: Annotated[str, Meta(pattern=f"^{HEADER_NAME}$")]
    value_prefix: str | None = None

    def __post_init__(self) -> None:
        if self.type == "cookie" and self.value_prefix is not None:
            raise ValueError("'value_prefix' is for headers; a cookie holds the token alone")


class Jwt(Section, frozen=True):
    """`sources` are looked at after the header, in order; the first with a token counts.

    `ignore_other_prefixes`: a header with another scheme (Basic …) is no token, instead of a wrong
    one. `on_error`: `Continue` answers a request whose token does not hold as anonymous.
    `organization_claims` and `role_claims`: which claims name an organisation or a role; the first
    one present says whom use is counted for.

    `jwks`: whose tokens are believed. `header_name`: where a token is looked for;
    `header_value_prefix`: what stands before it there.
    """

    jwks: tuple[KeySetSource, ...] = ()
    header_name: Annotated[str, Meta(pattern=r"^[A-Za-z0-9-]+$")] = "authorization"
    header_value_prefix: str = "Bearer"
    ignore_other_prefixes: bool = False
    sources: tuple[TokenSource, ...] = ()
    on_error: Literal["Error", "Continue"] = "Error"
    organization_claims: tuple[str, ...] = (
        "hub_center",
        "hub_jurisdiction",
        "hub_uscc",
        "organization",
    )
    role_claims: tuple[str, ...] = ("hub_role",)

    @property
    def reads_cookies(self) -> bool:
        return any(source.type == "cookie" for source in self.sources)


class RouterAuthentication(Section, frozen=True):
    """`jwt`: tokens of clients."""

    jwt: Jwt = Jwt()


class FailedCredentialsSection(Section, frozen=True):
    """Tokens and keys that do not hold, by the address they come from: after `per_minute` of them,
    further ones from there are refused with 429, not looked up, until some time has passed. What
    held shortly before still does. Behind a proxy `proxies.trusted` must name it, or all clients
    are one address.

    `prefix_v4`, `prefix_v6`: how many bits of an address count.
    """

    enabled: bool = True
    per_minute: Positive = 60
    prefix_v4: Annotated[int, Meta(ge=8, le=32)] = 32
    prefix_v6: Annotated[int, Meta(ge=16, le=128)] = 56


class AuthenticationSection(Section, frozen=True):
    """Without a key set nobody is authenticated by a token.

    `failures`: limits those who show credentials that do not hold.
    """

    router: RouterAuthentication = RouterAuthentication()
    failures: FailedCredentialsSection = FailedCredentialsSection()
