"""How a subgraph is called: the seam between the executor and the network.

One request in, one response out. A transport raises `SubgraphError` when no GraphQL response
came back (connection, status without a GraphQL body, malformed body, time-out). It keeps the
request's deadline itself: only it can tell its client to give up.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from federation.execution.caching.freshness import Freshness
from federation.execution.files import Files
from federation.execution.remembered import Remembered, Tree

# What stands before and after the data in an answer that has nothing else.
BEFORE, AFTER = b'{"data":', b"}"


# Not frozen, though nobody writes into them: one of each is made per call, and a frozen dataclass
# takes three times as long to make.
@dataclass(slots=True)
class SubgraphRequest:
    """A GraphQL request to one subgraph.

    `body` is the same as JSON bytes, ready to post; `query` and `variables` are for transports
    that do not cross a wire. `headers` are what the gateway's rules let through.
    `deadline` is a time of the event loop's clock, or None. `mutation` marks what may never be
    shared or repeated. `identity` is who asks: calls of different identities are never shared.
    `whole` says which bytes of a response may stand for it unread, see `compile.whole`.
    `known`: what equal bodies were made into before, for responses whose data nobody writes into
    (`shared`). `extensions`: those of a response are wanted then, too (`propagation`). `files`:
    those that stand in `variables`; set only for requests that have any.
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
    whole: Callable[[bytes | bytearray], bytes | None] | None = None
    extensions: bool = False
    files: Files | None = None
    known: Remembered[Tree] | None = None


@dataclass(slots=True)
class SubgraphResponse:
    """A GraphQL response: `data` may be None; `errors` as the subgraph wrote them.

    The executor builds the client's answer inside `data`. When others hold the same tree,
    `shared` says so and the executor copies what it would change. `memo` then is one for all of
    them: whoever prepares the tree keeps the result there for the others. `raw`: the
    client's answer instead of the tree, when the request's `whole` let it pass. `headers`: those
    of the HTTP response that the transport was told to keep, names in lower case, as they came.
    `retry_after`: seconds, with a status that asks for it. `freshness`: how long it may be kept;
    None where nothing is kept at all.
    """

    data: Any
    errors: tuple[Mapping[str, Any], ...] = ()
    extensions: Mapping[str, Any] = field(default_factory=dict)
    status: int = 200
    shared: bool = False
    memo: dict[Any, Any] | None = None
    raw: bytes | None = None
    headers: Sequence[tuple[str, str]] = ()
    retry_after: float | None = None
    freshness: Freshness | None = None

    @property
    def raw_data(self) -> bytes | None:
        """The `data` in `raw`."""
        return None if self.raw is None else self.raw[len(BEFORE) : -len(AFTER)]


class SubgraphTransport(Protocol):
    """Calls one subgraph."""

    async def send(self, request: SubgraphRequest) -> SubgraphResponse: ...

    async def close(self) -> None: ...


class EventSource(Protocol):
    """Opens event streams at one subgraph."""

    def subscribe(self, request: SubgraphRequest) -> AsyncGenerator[SubgraphResponse, None]:
        """Yield each event's response; return when the subgraph completes the stream.

        A response without data that ends the stream carries the subgraph's own errors. Raises
        `SubgraphError` when the stream cannot be opened or breaks. Closing the generator ends
        the stream at the subgraph.
        """
        ...

    async def close(self) -> None: ...
