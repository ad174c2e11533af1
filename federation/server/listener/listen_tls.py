"""TLS of the listener: our certificate, and whether clients show theirs.

Certificates are read again when their files change: connections made from then on use the new
ones, whole (also which authorities sign certificates of clients), and those that are open stay as
they are. For that the server is given one TLS context that makes each connection with the context
that is current.
"""

from __future__ import annotations

import ssl
from typing import Any

from federation.execution.transports.certificates import (
    CertificateError,
    Reloaded,
    TlsOptions,
    load_identity,
    read_pem,
)
from federation.server.settings.listener_tls import ListenerTls

_MODES = {"none": ssl.CERT_NONE, "request": ssl.CERT_OPTIONAL, "require": ssl.CERT_REQUIRED}


def listener_context(settings: ListenerTls) -> ssl.SSLContext | None:
    """Return the context to listen with; None without a certificate.

    Raises `CertificateError` for what cannot be used.
    """
    if settings.certificate is None or settings.key is None:
        return None
    clients = settings.client_authentication
    options = TlsOptions(
        certificate_authorities=clients.ca if clients.mode != "none" else None,
        certificate_chain=settings.certificate,
        key=settings.key,
    )
    above = settings.certificate_chain

    def make(options: TlsOptions) -> ssl.SSLContext:
        return _context(options, above, _MODES[clients.mode])

    return _Current(Reloaded(options, make))


class _Current(ssl.SSLContext):
    """Makes every connection with the context that `reloaded` has by then.

    Event loops take any `SSLContext` and only ever call `wrap_bio` of it.
    """

    _reloaded: Reloaded[ssl.SSLContext]

    def __new__(cls, reloaded: Reloaded[ssl.SSLContext]) -> _Current:
        made = super().__new__(cls, ssl.PROTOCOL_TLS_SERVER)
        made._reloaded = reloaded
        return made

    def __init__(self, reloaded: Reloaded[ssl.SSLContext]) -> None:
        """Nothing is left to do: `__new__` has made it."""

    def wrap_bio(self, *args: Any, **keywords: Any) -> ssl.SSLObject:
        self._reloaded.look()
        return self._reloaded.current.wrap_bio(*args, **keywords)


def _context(options: TlsOptions, above: str | None, mode: ssl.VerifyMode) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.set_alpn_protocols(["http/1.1"])
    # A session taken up again shows no certificate; who it was then may have been shut out since.
    context.num_tickets = 0
    context.options |= ssl.OP_NO_TICKET | ssl.OP_NO_RENEGOTIATION
    assert options.certificate_chain is not None
    assert options.key is not None
    try:
        chain = read_pem(options.certificate_chain)
        if above is not None:
            chain += b"\n" + read_pem(above)
        # What tools write before the first certificate is for people.
        load_identity(context, chain[chain.index(b"-----BEGIN ") :].decode(), options.key)
        if options.certificate_authorities is not None:
            context.load_verify_locations(cadata=read_pem(options.certificate_authorities).decode())
        context.verify_mode = mode
    except (ssl.SSLError, UnicodeDecodeError) as error:
        reason = getattr(error, "reason", None) or "not readable"
        raise CertificateError(
            f"the certificates in tls.supergraph cannot be used together: {reason}"
        ) from None
    return context


def security_headers(settings: ListenerTls) -> list[tuple[str, str]]:
    """Return the headers every answer over TLS has: that browsers stay with it (RFC 6797)."""
    seconds = settings.strict_transport_security
    if not settings.enabled or not seconds:
        return []
    return [("strict-transport-security", f"max-age={seconds}")]
