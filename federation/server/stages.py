"""What stages of the pipeline must give that are not always there.

The pipeline calls them in this order, and only those that are set up: `Admission.enter` →
`StoredDocuments.find` → (document prepared) → `DemandControl.check` → `Admission.spend` →
(executed) → `DemandControl.settle`; each `Observer.ended` is told of every operation, also of
refused ones. All of them refuse by raising `RequestError`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol

from federation.execution.context import Answer
from federation.execution.tracing import FetchTracer
from federation.server.exchange import Exchange
from federation.server.preparation import Prepared
from federation.server.request import GraphQLRequest


class Admission(Protocol):
    """How much a caller may ask for in a time: rate limits and quotas."""

    def enter(self, exchange: Exchange) -> None:
        """Let one operation in, counted as such, and add the headers that tell what is left."""
        ...

    def spend(self, exchange: Exchange) -> None:
        """Take the operation's estimated cost, known by now, off what the caller has left."""
        ...


class StoredDocuments(Protocol):
    """Documents that clients name instead of sending them: persisted and trusted ones."""

    async def find(self, exchange: Exchange, request: GraphQLRequest) -> None:
        """Put the text into `request.query`; refuse what is unknown or not on the list."""
        ...


class DemandControl(Protocol):
    """What operations cost, by `@cost` and `@listSize`."""

    def check(self, exchange: Exchange, prepared: Prepared, variables: Mapping[str, Any]) -> None:
        """Estimate, write `exchange.estimated_cost`, and refuse what costs too much."""
        ...

    def settle(self, exchange: Exchange, prepared: Prepared, answer: Answer) -> None:
        """Write `exchange.actual_cost`, counted from the answer."""
        ...


class Observer(Protocol):
    """Told of operations: access log, metrics, usage."""

    def started(self, exchange: Exchange) -> FetchTracer | None:
        """An operation came in. Returns who wants to be told of its fetches."""
        ...

    def ended(self, exchange: Exchange, status: int, errors: int) -> None:
        """It was answered with this HTTP status and so many GraphQL errors. Must not raise."""
        ...
