"""How a subgraph is called: the seam between the executor and the network.

One request in, one response out. A transport raises `SubgraphError` when no GraphQL response
came back (connection, status without a GraphQL body, malformed body, time-out).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol


@dataclass(frozen=True, slots=True)
class SubgraphRequest:
    """A GraphQL request to one subgraph.

    `body` is the same as JSON bytes, ready to post; `query` and `variables` are for transports
    that do not cross a wire. `headers` are what the gateway's rules let through.
    `deadline` is a time of the event loop's clock, or None.
    """

    subgraph: str
    query: str
    variables: Mapping[str, Any]
    body: bytes
    operation_name: str | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    deadline: float | None = None


@dataclass(frozen=True, slots=True)
class SubgraphResponse:
    """A GraphQL response: `data` may be None; `errors` as the subgraph wrote them."""

    data: Any
    errors: tuple[Mapping[str, Any], ...] = ()
    extensions: Mapping[str, Any] = field(default_factory=dict)
    status: int = 200


class SubgraphTransport(Protocol):
    """Calls one subgraph."""

    async def send(self, request: SubgraphRequest) -> SubgraphResponse: ...

    async def close(self) -> None: ...
