"""Which view of the graph a client gets, and what happens when there is none for it.

The rules are of the settings; what a client holds of the gates' keys is asked of the program around
the engine, at run time. Views are kept by contract, so clients that hold the same share one.
"""

from __future__ import annotations

import asyncio
import logging
from typing import Protocol

from federation.errors import FederationError, RequestError
from federation.registry.snapshot import Snapshot
from federation.registry.views import View
from federation.server.callers.identity import ClientIdentity
from federation.server.settings.views import ViewRule, Views
from federation.supergraph.contracts import Contract

logger = logging.getLogger("federation.server")


class KeyHolder(Protocol):
    """Knows which keys (`gate/key`) a client holds."""

    async def held(self, client: ClientIdentity, snapshot: Snapshot) -> frozenset[str]:
        """Return the keys. Called for each request, so it must remember what takes long.

        `snapshot`: what the request runs on, for those who must ask a subgraph. Raises
        `FederationError` when it cannot be found out; the request then fails.
        """
        ...


class ViewRules:
    """The views of one configuration."""

    def __init__(self, settings: Views, holder: KeyHolder | None) -> None:
        self._gates = frozenset(settings.gates)
        self._default = settings.default
        self._organizations = settings.organizations
        self._holder = holder
        self._whole = (
            not settings.gates and settings.default == ViewRule() and not settings.organizations
        )

    def sees_all(self, client: ClientIdentity) -> bool:
        """Whether `client` sees the whole graph, so that there is nothing to find out."""
        return self._whole and client.contract is None

    async def view(self, snapshot: Snapshot, client: ClientIdentity, deadline: float) -> View:
        """Return what `client` sees on `snapshot`.

        A contract that leaves no usable schema shows nothing of it: raises `RequestError` (403),
        and the reason goes to the log for the operator. 503 when it cannot be found out what the
        client holds.
        """
        if self.sees_all(client):
            return snapshot.views.whole
        # Imported here: most servers have no views, and it brings all of composition.
        from federation.composition.contract import ContractError

        try:
            async with asyncio.timeout_at(deadline):
                contract = client.contract or await self._contract(client, snapshot)
                return await snapshot.views.of(contract)
        except RequestError:
            raise
        except ContractError as error:
            logger.error("a view cannot be made: %s", error.message)
            raise RequestError(
                "nothing of the graph is open to you as it is set up now; ask its operator",
                code="VIEW_UNAVAILABLE",
                http_status=403,
            ) from None
        except FederationError as error:
            logger.warning("what a caller holds cannot be found out: %s", error.message)
            raise RequestError(
                "what is open to you cannot be found out now; try again shortly",
                code="VIEW_UNAVAILABLE",
                http_status=503,
            ) from None

    async def _contract(self, client: ClientIdentity, snapshot: Snapshot) -> Contract | None:
        rule = self._default
        if client.organization is not None:
            rule = self._organizations.get(client.organization, rule)
        held: frozenset[str] = frozenset()
        if self._gates and self._holder is not None:
            found = await self._holder.held(client, snapshot)
            held = frozenset(key for key in found if key.partition("/")[0] in self._gates)
        if rule == ViewRule() and not self._gates:
            return None
        return Contract(
            frozenset(rule.include),
            frozenset(rule.exclude),
            rule.hide_unreachable,
            self._gates,
            held,
        )
