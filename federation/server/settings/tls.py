"""`tls`: certificates, towards clients and towards subgraphs."""

from __future__ import annotations

from federation.server.settings.base import Section
from federation.server.settings.listener_tls import ListenerTls
from federation.server.settings.subgraph_tls import SubgraphTlsSection


class TlsSection(Section, frozen=True):
    """`supergraph`: see `listener_tls`. `subgraph`: see `subgraph_tls`."""

    supergraph: ListenerTls = ListenerTls()
    subgraph: SubgraphTlsSection = SubgraphTlsSection()
