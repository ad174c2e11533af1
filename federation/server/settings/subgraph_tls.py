"""`tls.subgraph`: whom to trust at the other end, and who we are there.

tls:
  subgraph:
    all: { certificate_authorities: /etc/hub/authorities.pem }
    subgraphs:
      finance:
        client_authentication: { certificate_chain: /etc/hub/hub.pem, key: /etc/hub/hub.key }

Each value is a file, read again when it changes, or the PEM text itself, as `${file.…}` or
`${env.…}` gives it. The same goes for event streams of a subgraph.
"""

from __future__ import annotations

from msgspec import field

from federation.server.settings.base import Section


class ClientAuthentication(Section, frozen=True):
    """Our certificate, first in its chain, and its key, without a password.

    `certificate_chain`, `key`: files, or PEM text.
    """

    certificate_chain: str
    key: str

    # A key may stand here as text.
    def __repr__(self) -> str:
        return "ClientAuthentication(…)"


class SubgraphTls(Section, frozen=True):
    """`certificate_authorities` are trusted besides those of the system."""

    certificate_authorities: str | None = None
    client_authentication: ClientAuthentication | None = None


class SubgraphTlsSection(Section, frozen=True):
    """For all subgraphs; a key that one sets for itself replaces it there."""

    all: SubgraphTls = SubgraphTls()
    subgraphs: dict[str, SubgraphTls] = field(default_factory=dict)

    def of(self, subgraph: str) -> SubgraphTls:
        """Return what holds for one subgraph."""
        own = self.subgraphs.get(subgraph)
        if own is None:
            return self.all
        return SubgraphTls(
            certificate_authorities=own.certificate_authorities or self.all.certificate_authorities,
            client_authentication=own.client_authentication or self.all.client_authentication,
        )
