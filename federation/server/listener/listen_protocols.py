"""uvicorn's protocols, with the certificate that a client showed in the scope of its requests.

ASGI's TLS extension has no field that is cheap to use, so what the certificate says is put there
once per connection, as `peer.PeerCertificate` under `peer.EXTENSION`.
"""

from __future__ import annotations

import asyncio
import logging
import ssl
from typing import Any

from federation.server.callers.peer import EXTENSION, PeerCertificate, read_certificate
from federation.server.listener.http_protocol import BoundedHttpProtocol
from federation.server.listener.websocket_protocol import QuietWebSocketProtocol

logger = logging.getLogger("federation.server")


def shown_certificate(transport: asyncio.BaseTransport) -> PeerCertificate | None:
    """Return the certificate that the client of a TLS connection showed, if it did."""
    connection = transport.get_extra_info("ssl_object")
    if not isinstance(connection, ssl.SSLObject):
        return None
    content = connection.getpeercert(binary_form=True)
    return None if content is None else read_certificate(content)


class TlsHttpProtocol(BoundedHttpProtocol):
    """HTTP over TLS."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        try:
            certificate = shown_certificate(transport)
        except ValueError as error:
            # Verified, but not to be read here: who shows it must not pass for anonymous.
            logger.warning("a client certificate cannot be read: %s", error)
            transport.close()
            return
        if certificate is not None:
            self.extensions = {EXTENSION: certificate}


class TlsWebSocketProtocol(QuietWebSocketProtocol):
    """WebSocket over TLS."""

    _certificate: PeerCertificate | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._certificate = shown_certificate(transport)
        super().connection_made(transport)

    async def run_asgi(self) -> None:
        if self._certificate is not None:
            extensions: dict[str, Any] = dict(self.scope.get("extensions") or {})
            extensions[EXTENSION] = self._certificate
            self.scope["extensions"] = extensions
        await super().run_asgi()
