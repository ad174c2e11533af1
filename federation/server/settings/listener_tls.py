"""`tls.supergraph`: the certificate clients see, and the certificates of clients.

tls:
  supergraph:
    certificate: /etc/hub/server.pem
    key: /etc/hub/server.key
    client_authentication:
      mode: request
      ca: /etc/hub/centers.pem
      organizations:
        IC-440300-01:
          uris: ["urn:cn-ip:center:IC-440300-01"]
          claims: { hub_role: INDUSTRY_CENTER }

Each certificate or key is a file, read again when it changes, or the PEM text itself, as
`${file.…}` or `${env.…}` gives it.
"""

from __future__ import annotations

import re
from typing import Annotated, Literal

from msgspec import Meta, field

from federation.server.settings.base import Section

_FINGERPRINT = re.compile(r"[0-9a-f]{64}")


class CertificateRule(Section, frozen=True):
    """Which certificates are of one organisation, and what they may.

    `uris` (subject alternative names), `organization_names` (O of the subject) and `fingerprints`
    (SHA-256, hexadecimal): of each list that is there one must fit. `claims` are those of the
    caller besides `organization`; `scopes` what it may do.
    """

    uris: tuple[str, ...] = ()
    organization_names: tuple[str, ...] = ()
    fingerprints: tuple[str, ...] = ()
    claims: dict[str, str] = field(default_factory=dict)
    scopes: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if not (self.uris or self.organization_names or self.fingerprints):
            raise ValueError(
                "say which certificates are meant: 'uris', 'organization_names' or 'fingerprints'"
            )
        for text in self.fingerprints:
            if not _FINGERPRINT.fullmatch(plain_fingerprint(text)):
                raise ValueError("a fingerprint is the SHA-256 of a certificate: 64 hex digits")


class ListenerClientAuthentication(Section, frozen=True):
    """`mode`: whether clients are asked for a certificate, and may have none (`request`).

    `ca`: who may have signed it. `organizations`: whose it is; the first rule that fits counts.
    Without rules a certificate only opens the door and says nothing about who asks.
    """

    mode: Literal["none", "request", "require"] = "none"
    ca: str | None = None
    organizations: dict[str, CertificateRule] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if self.mode != "none" and self.ca is None:
            raise ValueError("'ca' is missing: the certificates that sign those of clients")


class ListenerTls(Section, frozen=True):
    """Without a certificate the server speaks plain HTTP.

    `certificate`: ours, first in its chain; `certificate_chain`: those above it, where they are
    apart, read again with `certificate`. `strict_transport_security`: seconds for which browsers
    use nothing but HTTPS (a year; 0: not said).

    `key`: of the certificate, without a password.
    """

    certificate: str | None = None
    certificate_chain: str | None = None
    key: str | None = None
    client_authentication: ListenerClientAuthentication = ListenerClientAuthentication()
    strict_transport_security: Annotated[int, Meta(ge=0)] = 31_536_000

    def __post_init__(self) -> None:
        if (self.certificate is None) != (self.key is None):
            raise ValueError("'certificate' and 'key' belong together; one is missing")
        if self.certificate is None and self.client_authentication.mode != "none":
            raise ValueError("client_authentication needs 'certificate' and 'key' of the server")

    # A key may stand here as text.
    def __repr__(self) -> str:
        return "ListenerTls(…)"

    @property
    def enabled(self) -> bool:
        return self.certificate is not None


def plain_fingerprint(text: str) -> str:
    """Return the fingerprint as it is compared.

    >>> plain_fingerprint("AB:CD")
    'abcd'
    """
    return text.replace(":", "").strip().lower()
