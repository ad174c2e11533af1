"""Which view of the graph a client gets, and what happens when there is none for it."""

from __future__ import annotations

import asyncio
import logging

from federation.composition.contract import ContractError
from federation.errors import RequestError
from federation.registry.snapshot import Snapshot
from federation.registry.views import View
from federation.server.identity import ClientIdentity

logger = logging.getLogger("federation.server")


async def view_of(snapshot: Snapshot, client: ClientIdentity, deadline: float) -> View:
    """Return what `client` sees. A contract that leaves no usable schema shows nothing of it:
    raises `RequestError` (403), and the reason goes to the log for the operator.
    """
    if client.contract is None:
        return snapshot.views.whole
    try:
        async with asyncio.timeout_at(deadline):
            return await snapshot.views.of(client.contract)
    except ContractError as error:
        logger.error("a view cannot be made: %s", error.message)
        raise RequestError(
            "nothing of the graph is open to you as it is set up now; ask its operator",
            code="VIEW_UNAVAILABLE",
            http_status=403,
        ) from None
