"""What stages of the pipeline must give that are not always there.

The pipeline calls them in this order, and only those that are set up: `Admission.enter` →
`StoredDocuments.find` → (document prepared) → `DemandControl.check` → `Admission.spend` →
(executed) → `DemandControl.settle` → `Admission.leave`; each `Observer.ended` is told of every
operation, also of refused ones. All of them refuse by raising `RequestError`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol

from federation.execution.context import Answer
from federation.execution.tracing import FetchTracer
from federation.server.exchange import Exchange
from federation.server.preparation import Prepared
from federation.server.wire.request import GraphQLRequest
from federation.server.wire.response import HttpResponse
from federation.server.wire.streaming import StreamReply

# What an operation is told to have ended with whose client went away; no such status is sent.
CLIENT_GONE = 499


class Admission(Protocol):
    """How much a caller may ask for in a time: rate limits and quotas."""

    def enter(self, exchange: Exchange) -> None:
        """Let one operation in, counted as such, and add the headers that tell what is left."""
        ...

    def spend(self, exchange: Exchange) -> None:
        """Take the operation's estimated cost, known by now, off what the caller has left."""
        ...

    def leave(self, exchange: Exchange, reply: HttpResponse | StreamReply | None) -> None:
        """The operation was answered, or was cancelled (None). A stream goes on until it ends."""
        ...


class StoredDocuments(Protocol):
    """Documents that clients name instead of sending them: persisted and trusted ones."""

    def concerns(self, request: GraphQLRequest) -> bool:
        """Return whether `find` has anything to do."""
        ...

    async def find(self, exchange: Exchange, request: GraphQLRequest) -> None:
        """Put the text into `request.query`; refuse what is unknown or not on the list."""
        ...

    def keep(self, request: GraphQLRequest) -> None:
        """The request's document, sent to be named later, could be prepared."""
        ...


class DemandControl(Protocol):
    """What operations cost, by `@cost` and `@listSize`."""

    def check(self, exchange: Exchange, prepared: Prepared, variables: Mapping[str, Any]) -> None:
        """Estimate, write `exchange.estimated_cost`, and refuse what costs too much."""
        ...

    def settle(
        self, exchange: Exchange, prepared: Prepared, variables: Mapping[str, Any], answer: Answer
    ) -> None:
        """Write `exchange.actual_cost`, counted from the answer."""
        ...


class Observer(Protocol):
    """Told of operations: access log, metrics, usage. Must not raise."""

    def started(self, exchange: Exchange) -> FetchTracer | None:
        """An operation came in. Returns who wants to be told of its fetches."""
        ...

    def progressed(self, exchange: Exchange) -> None:
        """A part of its answer was sent (`exchange.events`, so many now); there may be more."""
        ...

    def ended(self, exchange: Exchange, status: int, errors: int) -> None:
        """It was answered with this HTTP status and so many GraphQL errors.

        A stream has ended then. `CLIENT_GONE`: nobody waited any more.
        """
        ...
