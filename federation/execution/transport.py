"""How a subgraph is called: the seam between the executor and the network.

One request in, one response out. A transport raises `SubgraphError` when no GraphQL response
came back (connection, status without a GraphQL body, malformed body, time-out). It keeps the
request's deadline itself: only it can tell its client to give up.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol


@dataclass(frozen=True, slots=True)
class SubgraphRequest:
    """A GraphQL request to one subgraph.

    `body` is the same as JSON bytes, ready to post; `query` and `variables` are for transports
    that do not cross a wire. `headers` are what the gateway's rules let through.
    `deadline` is a time of the event loop's clock, or None. `mutation` marks what may never be
    shared or repeated. `identity` is who asks: calls of different identities are never shared.
    """

    subgraph: str
    query: str
    variables: Mapping[str, Any]
    body: bytes
    operation_name: str | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    deadline: float | None = None
    mutation: bool = False
    identity: Hashable = None


@dataclass(frozen=True, slots=True)
class SubgraphResponse:
    """A GraphQL response: `data` may be None; `errors` as the subgraph wrote them.

    The executor builds the client's answer inside `data`. When others hold the same tree,
    `shared` says so and the executor copies what it would change.
    """

    data: Any
    errors: tuple[Mapping[str, Any], ...] = ()
    extensions: Mapping[str, Any] = field(default_factory=dict)
    status: int = 200
    shared: bool = False


class SubgraphTransport(Protocol):
    """Calls one subgraph."""

    async def send(self, request: SubgraphRequest) -> SubgraphResponse: ...

    async def close(self) -> None: ...
