"""`proxies`: who may say for whom a request is passed on.

proxies:
  trusted: [10.0.0.0/8]
  client_certificates: true
"""

from __future__ import annotations

from ipaddress import ip_network

from federation.server.settings.base import Section


class ProxiesSection(Section, frozen=True):
    """`trusted`: addresses or networks of proxies before this server; nobody else is believed.

    From them `x-forwarded-for` tells the client's address. `client_certificates`: and `client-cert`
    (RFC 9440) the certificate that the proxy has verified; it must remove what clients send under
    that name.
    """

    trusted: tuple[str, ...] = ()
    client_certificates: bool = False

    def __post_init__(self) -> None:
        for text in self.trusted:
            try:
                ip_network(text)
            except ValueError as error:
                raise ValueError(f"{text!r} is no address or network: {error}") from None
        if self.client_certificates and not self.trusted:
            raise ValueError("'client_certificates' needs the proxies that are 'trusted'")
