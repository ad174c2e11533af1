"""One operation on its way through the pipeline: what came, and what is learnt of it.

Stages write here what later ones need and what is told of the request when it is over (access log,
metrics). It holds no values of the client beyond what executing needs.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from federation.execution.tracing import FetchLog, FetchTracer
from federation.plan.nodes import OperationKind
from federation.registry.snapshot import Snapshot
from federation.registry.views import View
from federation.server.callers.identity import NOBODY, ClientIdentity
from federation.server.preparation import Prepared
from federation.server.trace_exposure import TraceLog
from federation.server.wire.request import GraphQLRequest, HttpRequest
from federation.server.wire.response import MediaType
from federation.server.wire.stream_formats import WHOLE, Acceptable, StreamFormat

if TYPE_CHECKING:
    from federation.server.known_requests import KnownRequest


# Not frozen: stages fill it in. Without slots, so that defaults are the class's, see `begin`.
@dataclass
class Exchange:
    """One operation. `http` is the handshake when it came over a WebSocket (`socket`).

    `client`: who asks. `media_type`, `takes`: what may be answered. `request`: the operation as it
    came, with its text found. `view`: what of the graph the caller sees, on `snapshot`. `prepared`:
    the document, once it is known to be right. `denied`: its access rules that the caller does not
    meet. `tracer` is told of its fetches. `deadline` on the
    event loop's clock. `response_headers` are added to the answer. `extensions` go into the
    answer. `trace`: the client wants to see what it took. `estimated_cost`, `actual_cost`: by
    demand control, None while unknown; `cost_result`: its code. `closed_subgraphs`: of which the
    operation would ask too much. `stay`: what `stages.Admission` keeps of it.

    For those who keep account of it (`recording`): `fetches` it made; `shared`: another equal one
    was answered and this one with it; `codes` of the errors in the answer; `bytes_out` of it;
    `streamed`: as which sort of stream, and `events`, parts of it that were sent; `trace_id`, where
    it is traced. `cached`: how much of it was found in the response cache, and how much was looked
    for in vain, where there is one. `hooked`: the window that hooks have on it. `known`: what is
    known of the same bytes that came before.
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
    denied: frozenset[str] = frozenset()
    tracer: FetchTracer | None = None
    response_headers: list[tuple[bytes, bytes]] = field(default_factory=list)
    extensions: dict[str, Any] = field(default_factory=dict)
    estimated_cost: float | None = None
    actual_cost: float | None = None
    cost_result: str | None = None
    closed_subgraphs: frozenset[str] = frozenset()
    started: float = 0.0
    stay: object | None = None
    fetches: FetchLog | None = None
    shared: bool = False
    codes: tuple[str, ...] = ()
    bytes_out: int = 0
    streamed: StreamFormat | None = None
    events: int = 0
    trace_id: str | None = None
    trace: TraceLog | None = None
    cached: tuple[int, int] | None = None
    hooked: object | None = None
    known: KnownRequest | None = None

    @classmethod
    def begin(cls, http: HttpRequest, request: GraphQLRequest | None = None) -> Exchange:
        """Return the exchange of an HTTP request, or of one that came over a WebSocket.

        In a fifth of the time that `Exchange(...)` takes: what is not written is read from the
        class.
        """
        exchange = cls.__new__(cls)
        exchange.http = http
        if request is not None:
            exchange.socket, exchange.request = True, request
        exchange.response_headers = []
        exchange.extensions = {}
        return exchange

    @property
    def kind(self) -> OperationKind | None:
        """The kind of the operation, once its document is prepared."""
        return None if self.prepared is None else self.prepared.operation.kind

    @property
    def name(self) -> str | None:
        """The operation's name, once its document is prepared."""
        return None if self.prepared is None else self.prepared.operation.name
