"""The other end of a connection: its address, and the certificate it showed.

A header never says who is there, unless a proxy that the settings trust wrote it.
"""

from __future__ import annotations

import hashlib
from base64 import b64decode
from binascii import Error as Base64Error
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network
from typing import Any

from federation.server.settings.proxies import ProxiesSection

# Where the listener puts it, among the extensions of an ASGI scope.
EXTENSION = "federation.client_certificate"

_LONGEST_CERTIFICATE = 16_384
# Addresses in a header of a proxy's that are looked at, from the right.
_MOST_HOPS = 20


@dataclass(frozen=True, slots=True)
class PeerCertificate:
    """A certificate that was verified. `fingerprint`: its SHA-256. `expires_at` in Unix time."""

    fingerprint: str
    subject: str
    organization_names: tuple[str, ...]
    uris: tuple[str, ...]
    expires_at: float


@lru_cache(maxsize=256)
def read_certificate(der: bytes) -> PeerCertificate:
    """Return what a certificate in DER says. Raises `ValueError` when it is none."""
    # Imported here: it takes longer than all the rest, and few servers meet certificates.
    from cryptography import x509
    from cryptography.x509.oid import NameOID

    certificate = x509.load_der_x509_certificate(der)
    try:
        names = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
        uris = tuple(names.get_values_for_type(x509.UniformResourceIdentifier))
    except x509.ExtensionNotFound:
        uris = ()
    organizations = certificate.subject.get_attributes_for_oid(NameOID.ORGANIZATION_NAME)
    return PeerCertificate(
        fingerprint=hashlib.sha256(der).hexdigest(),
        subject=certificate.subject.rfc4514_string(),
        organization_names=tuple(str(each.value) for each in organizations),
        uris=uris,
        expires_at=certificate.not_valid_after_utc.timestamp(),
    )


def peer_of(scope: Mapping[str, Any]) -> tuple[str | None, PeerCertificate | None]:
    """Return address and certificate of the other end of an ASGI scope's connection."""
    client = scope.get("client")
    extensions = scope.get("extensions")
    return (
        client[0] if client else None,
        extensions.get(EXTENSION) if extensions else None,
    )


class Proxies:
    """The proxies of the settings, and what is believed of them."""

    def __init__(self, settings: ProxiesSection) -> None:
        self._networks = tuple(ip_network(text) for text in settings.trusted)
        self._certificates = settings.client_certificates

    def trusts(self, address: str | None) -> bool:
        """Whether this is one of the proxies."""
        return bool(self._networks) and address is not None and _within(address, self._networks)

    def client_address(
        self, address: str | None, headers: Sequence[tuple[bytes, bytes]]
    ) -> str | None:
        """Return the address of the client behind trusted proxies; `address` without them.

        The last address of `x-forwarded-for` that is none of the proxies': those before it anybody
        may have written.
        """
        if not self.trusts(address):
            return address
        values = [value for name, value in headers if name == b"x-forwarded-for"]
        hops = b",".join(values).decode("latin-1").split(",")
        found = address
        for hop in reversed(hops[-_MOST_HOPS:]):
            text = _plain_address(hop)
            if text is None:
                break
            found = text
            if not self.trusts(text):
                break
        return found

    def certificate(
        self, address: str | None, headers: Sequence[tuple[bytes, bytes]]
    ) -> PeerCertificate | None:
        """Return the client's certificate that a trusted proxy passes on.

        Raises `ValueError` when what it passes on is none.
        """
        if not self._certificates or not self.trusts(address):
            return None
        values = [value for name, value in headers if name == b"client-cert"]
        if not values:
            return None
        # RFC 9440 §2.1: a byte sequence of structured fields.
        text = values[0].strip()
        if len(values) > 1 or len(text) > _LONGEST_CERTIFICATE:
            raise ValueError("client-cert is there twice, or too long")
        if len(text) < 2 or text[:1] != b":" or text[-1:] != b":":
            raise ValueError("client-cert is no byte sequence")
        try:
            return read_certificate(b64decode(text[1:-1], validate=True))
        except Base64Error as error:
            raise ValueError("client-cert is no base64") from error


def _plain_address(text: str) -> str | None:
    """Return an address without port and brackets; None when it is none."""
    text = text.strip()
    if text.startswith("["):
        text = text[1:].partition("]")[0]
    elif text.count(":") == 1:
        text = text.partition(":")[0]
    try:
        return str(ip_address(text))
    except ValueError:
        return None


@lru_cache(maxsize=4_096)
def _within(address: str, networks: tuple[IPv4Network | IPv6Network, ...]) -> bool:
    try:
        parsed = ip_address(address)
    except ValueError:
        return False
    mapped = getattr(parsed, "ipv4_mapped", None)
    return any((mapped or parsed) in network for network in networks)
