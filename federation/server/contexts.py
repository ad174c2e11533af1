"""What of a request executing is given, and what of it its answer depends on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from federation.execution.context import ErrorPolicy, ExecutionContext
from federation.execution.propagation import Propagation
from federation.execution.transports.files import with_files
from federation.registry.snapshot import Snapshot
from federation.server.authorization.authorization import Authorization
from federation.server.callers.identity import IdentityRules
from federation.server.demand.demand_control import without_asking
from federation.server.exchange import Exchange
from federation.server.operation_sharing import Asked

_NOTHING: Mapping[str, Any] = {}
_NO_HEADERS: Mapping[str, str] = {}


@dataclass(frozen=True, slots=True)
class Contexts:
    """Of one configuration. `keep_headers`: those of subgraphs' answers are wanted."""

    identities: IdentityRules
    authorization: Authorization
    error_policy: ErrorPolicy
    propagation: Propagation | None
    keep_headers: bool

    def asked(self, exchange: Exchange, snapshot: Snapshot, variables: Mapping[str, Any]) -> Asked:
        """Return what an answer depends on."""
        client, prepared, known = exchange.client, exchange.prepared, exchange.known
        assert prepared is not None
        alone = (
            exchange.extensions
            or prepared.withheld
            or exchange.http.files is not None
            or exchange.closed_subgraphs
        )
        return Asked(
            prepared,
            snapshot.transports,
            variables,
            known.encoded if known is not None and known.variables is variables else None,
            self.identities.headers_for(client, exchange.http.headers),
            client.key,
            exchange.deadline,
            bool(alone),
        )

    def context(
        self, exchange: Exchange, snapshot: Snapshot, variables: Mapping[str, Any]
    ) -> ExecutionContext:
        """Return what executing needs; each event of a subscription has a deadline of its own."""
        client, http, prepared = exchange.client, exchange.http, exchange.prepared
        context = ExecutionContext(
            variables=variables,
            transports=snapshot.transports
            if http.files is None
            else with_files(snapshot.transports, http.files),
            headers=_NO_HEADERS,
            headers_for=self.identities.headers_for(client, http.headers),
            identity=client.key,
            root_data=_NOTHING,
            extensions=_NOTHING,
            errors=self.error_policy,
            tracer=exchange.tracer,
            propagation=self.propagation,
            keep_headers=self.keep_headers,
        )
        if prepared is not None and prepared.withheld:
            self.authorization.tell(exchange, prepared.withheld, context)
        if exchange.closed_subgraphs:
            context.transports = without_asking(context.transports, exchange.closed_subgraphs)
        return context
