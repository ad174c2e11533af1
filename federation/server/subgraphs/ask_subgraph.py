"""One question of the server's own to one subgraph, in a client's name."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from federation.errors import SubgraphError
from federation.execution.json_codec import encode
from federation.execution.transport import SubgraphRequest
from federation.registry.snapshot import Snapshot
from federation.server.callers.identity import ClientIdentity


async def ask_subgraph(
    snapshot: Snapshot,
    subgraph: str,
    client: ClientIdentity,
    query: str,
    variables: Mapping[str, Any],
) -> Mapping[str, Any]:
    """Return the data of the answer. Raises `SubgraphError` when there are none."""
    transport = snapshot.transports.get(subgraph)
    if transport is None:
        raise SubgraphError("The subgraph has no address.", subgraph=subgraph)
    request = SubgraphRequest(
        subgraph=subgraph,
        query=query,
        variables=variables,
        body=encode({"query": query, "variables": variables}),
        headers=client.headers(),
        identity=client.key,
    )
    data = (await transport.send(request)).data
    if not isinstance(data, Mapping):
        raise SubgraphError("The subgraph answered without data.", subgraph=subgraph)
    return data
