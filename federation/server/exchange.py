"""One operation on its way through the pipeline: what came, and what is learnt of it.

Stages write here what later ones need and what is told of the request when it is over (access log,
metrics). It holds no values of the client beyond what executing needs.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from federation.execution.tracing import FetchTracer
from federation.plan.nodes import OperationKind
from federation.registry.snapshot import Snapshot
from federation.registry.views import View
from federation.server.identity import NOBODY, ClientIdentity
from federation.server.preparation import Prepared
from federation.server.request import GraphQLRequest, HttpRequest
from federation.server.response import MediaType
from federation.server.stream_formats import WHOLE, Acceptable


# Not frozen: stages fill it in. With slots it takes no longer to make than a tuple.
@dataclass(slots=True)
class Exchange:
    """One operation. `http` is the handshake when it came over a WebSocket (`socket`).

    `client`: who asks. `media_type`, `takes`: what may be answered. `request`: the operation as it
    came, with its text found. `view`: what of the graph the caller sees, on `snapshot`. `prepared`:
    the document, once it is known to be right. `tracer` is told of its fetches. `deadline` on the
    event loop's clock. `response_headers` are added to the answer. `extensions` go into the
    answer. `estimated_cost`, `actual_cost`: by demand control, None while unknown.
    """

    http: HttpRequest
    socket: bool = False
    client: ClientIdentity = NOBODY
    media_type: MediaType = MediaType.JSON
    takes: Acceptable = WHOLE
    request: GraphQLRequest | None = None
    deadline: float = 0.0
    snapshot: Snapshot | None = None
    view: View | None = None
    prepared: Prepared | None = None
    tracer: FetchTracer | None = None
    response_headers: list[tuple[bytes, bytes]] = field(default_factory=list)
    extensions: dict[str, Any] = field(default_factory=dict)
    estimated_cost: float | None = None
    actual_cost: float | None = None
    started: float = 0.0

    @property
    def kind(self) -> OperationKind | None:
        """The kind of the operation, once its document is prepared."""
        return None if self.prepared is None else self.prepared.operation.kind

    @property
    def name(self) -> str | None:
        """The operation's name, once its document is prepared."""
        return None if self.prepared is None else self.prepared.operation.name
