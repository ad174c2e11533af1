"""What one execution is given and what it gives back."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from federation.execution.caching.freshness import Freshness
from federation.execution.json_codec import decode
from federation.execution.propagation import Propagation
from federation.execution.tracing import FetchTracer
from federation.execution.transport import SubgraphResponse, SubgraphTransport


@dataclass(frozen=True, slots=True)
class ErrorPolicy:
    """Which subgraphs' error messages and extensions clients may read.

    `include` is the default, `subgraphs` the exceptions by subgraph name. `max_errors` bounds
    the list of errors of one answer.
    """

    include: bool = False
    subgraphs: Mapping[str, bool] = field(default_factory=dict)
    max_errors: int = 1000

    def shows(self, subgraph: str) -> bool:
        return self.subgraphs.get(subgraph, self.include)


# The subgraph of a call and the headers of its response (`SubgraphResponse.headers`).
CallHeaders = tuple[str, Sequence[tuple[str, str]]]


# Not frozen, though nobody writes into them: one of each is made per request, and a frozen
# dataclass takes three times as long to make.
@dataclass(slots=True)
class ExecutionContext:
    """One request.

    `variables`: the client's, already coerced, with defaults filled in. `transports` by subgraph
    name. `headers` go to every subgraph; `headers_for` adds those of one. `deadline` is a time of
    the event loop's clock. `root_data` is put into the root of the data (introspection).
    `event` is one event of a subscription, the answer of its primary fetch. `extensions` go into
    the response, with what `propagation` takes from those of the subgraphs. `identity` is who asks
    (see `SubgraphRequest`). `keep_headers`: the answer tells the headers of subgraphs' responses.
    `known_errors`: of the answer, known before anything is fetched (fields that are withheld).
    `last_extensions` go into the last part of an answer in parts.
    """

    variables: Mapping[str, Any]
    transports: Mapping[str, SubgraphTransport]
    headers: Mapping[str, str] = field(default_factory=dict)
    headers_for: Callable[[str], Mapping[str, str]] | None = None
    deadline: float | None = None
    root_data: Mapping[str, Any] = field(default_factory=dict)
    event: SubgraphResponse | None = None
    extensions: Mapping[str, Any] = field(default_factory=dict)
    errors: ErrorPolicy = field(default_factory=ErrorPolicy)
    identity: Hashable = None
    tracer: FetchTracer | None = None
    propagation: Propagation | None = None
    ran: bool = False
    keep_headers: bool = False
    known_errors: Sequence[Mapping[str, Any]] = ()
    last_extensions: Mapping[str, Any] | None = None


@dataclass(slots=True)
class Answer:
    """A GraphQL response. `body` is all of it as JSON; `errors` and `extensions` are in it.

    `expired`: the request's time was over before any subgraph had answered. `freshness`: for how
    long all of it holds, where subgraphs' answers are kept and none failed. `headers`: of each call
    that was answered, in the order of the plan, where they were asked for.
    """

    body: bytes
    errors: tuple[Mapping[str, Any], ...] = ()
    extensions: Mapping[str, Any] = field(default_factory=dict)
    expired: bool = False
    freshness: Freshness | None = None
    headers: tuple[CallHeaders, ...] = ()

    @property
    def data(self) -> Any:
        """The response's `data`, read back from `body`; for tests and tools."""
        return decode(self.body)["data"]
