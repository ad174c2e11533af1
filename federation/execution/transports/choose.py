"""Which client calls a subgraph.

Ours speaks HTTP/1.1, at a third of the cost of the other, pyreqwest, which speaks HTTP/2 and knows
proxies. Where a subgraph may have HTTP/2 over TLS, it is offered with the first handshake, and the
subgraph's choice decides. pyreqwest has no wheel for every platform; what only it can do is then
refused at the start, and HTTP/2 not offered.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from importlib.util import find_spec
from urllib.parse import urlsplit
from urllib.request import (  # type: ignore[attr-defined]  # the stubs lack one
    getproxies_environment,
    proxy_bypass_environment,
)

from federation.execution.transport import SubgraphRequest, SubgraphResponse, SubgraphTransport
from federation.execution.transports.certificates import NO_TLS_OPTIONS
from federation.execution.transports.http1.transport import Http1Transport, OtherProtocolError
from federation.execution.transports.options import Http2, HttpOptions

Make = Callable[[HttpOptions], SubgraphTransport]


def http_transport(options: HttpOptions) -> SubgraphTransport:
    """Return the transport of one subgraph.

    Raises `CertificateError`, or another `ValueError` for what cannot be called as told.
    """
    why = _needs_other(options)
    if not _has_pyreqwest():
        if why is not None:
            raise ValueError(f"{why} needs pyreqwest, which is not installed here")
        return Http1Transport(options)
    if why is not None:
        return _other(options)
    if options.http2 is Http2.ENABLE and options.url.startswith("https:"):
        return NegotiatingTransport(options, _other)
    return Http1Transport(options)


class NegotiatingTransport:
    """`SubgraphTransport` of one subgraph over TLS that may choose HTTP/2.

    It is offered whenever our client opens a connection; once chosen, `make` is for good.
    """

    def __init__(self, options: HttpOptions, make: Make) -> None:
        self._options = options
        self._make = make
        self._first = Http1Transport(options, offer_http2=True)
        self._second: SubgraphTransport | None = None
        if options.tls != NO_TLS_OPTIONS:
            # Certificates that it cannot take are told now, not with the first call.
            self._second = make(options)
        self._chosen = False

    async def send(self, request: SubgraphRequest) -> SubgraphResponse:
        """Return the subgraph's response. Raises `SubgraphError` when none came back."""
        if not self._chosen:
            try:
                return await self._first.send(request)
            except OtherProtocolError as error:
                self._chosen = True
                request = replace(request, deadline=error.end)
        if self._second is None:
            self._second = self._make(self._options)
        return await self._second.send(request)

    async def close(self) -> None:
        """Close the connections."""
        await self._first.close()
        if self._second is not None:
            await self._second.close()


def _needs_other(options: HttpOptions) -> str | None:
    """Return what only pyreqwest can do of what is wanted, None for nothing."""
    if options.http2 is Http2.ONLY:
        return "experimental_http2: http2only"
    if _is_proxied(options.url):
        return "a proxy (in the environment)"
    return None


def _is_proxied(url: str) -> bool:
    """Whether the environment names a proxy for `url`."""
    parts = urlsplit(url)
    proxies = getproxies_environment()
    if not ("all" in proxies or parts.scheme in proxies):
        return False
    return not proxy_bypass_environment(parts.netloc.rpartition("@")[2])


def _has_pyreqwest() -> bool:
    return find_spec("pyreqwest") is not None


def _other(options: HttpOptions) -> SubgraphTransport:
    # Imported where it is needed: it costs a start some time.
    from federation.execution.transports.http import HttpTransport

    return HttpTransport(options)
