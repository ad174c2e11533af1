"""Certificates of clients → whose they are, by the rules of the settings.

The connection has shown that the client holds the key; the rules say which organisation that is. A
certificate that no rule knows is refused: a rule with a slip would else turn a centre into the
anonymous public without a word.
"""

from __future__ import annotations

from federation.server.callers.credentials import (
    Credential,
    CredentialKind,
    Validity,
    unauthenticated,
)
from federation.server.callers.peer import PeerCertificate
from federation.server.settings.listener_tls import (
    CertificateRule,
    ListenerClientAuthentication,
    plain_fingerprint,
)


class CertificateRules:
    """The rules, in the order they are written."""

    def __init__(self, settings: ListenerClientAuthentication) -> None:
        self._rules = tuple(
            _Rule(organization, rule) for organization, rule in settings.organizations.items()
        )

    @property
    def enabled(self) -> bool:
        return bool(self._rules)

    def credential(self, certificate: PeerCertificate) -> Credential:
        """Return what the certificate proves. Raises `RequestError` (401)."""
        for rule in self._rules:
            if rule.fits(certificate):
                validity = Validity(CredentialKind.CERTIFICATE, certificate.expires_at)
                return Credential(rule.claims, rule.organization, rule.scopes, validity)
        raise unauthenticated(
            "the client certificate belongs to no organisation known here; ask the operator to"
            " name it in tls.supergraph.client_authentication.organizations"
        )


class _Rule:
    def __init__(self, organization: str, rule: CertificateRule) -> None:
        self.organization = organization
        self.scopes = frozenset(rule.scopes)
        self.claims = {
            "sub": f"certificate:{organization}",
            "organization": organization,
            **rule.claims,
            "scope": " ".join(rule.scopes),
        }
        self._uris = frozenset(rule.uris)
        self._names = frozenset(rule.organization_names)
        self._fingerprints = frozenset(map(plain_fingerprint, rule.fingerprints))

    def fits(self, certificate: PeerCertificate) -> bool:
        return (
            (not self._uris or not self._uris.isdisjoint(certificate.uris))
            and (not self._names or not self._names.isdisjoint(certificate.organization_names))
            and (not self._fingerprints or certificate.fingerprint in self._fingerprints)
        )
