"""The five points at which a hook may be called. A class has those it needs, `async` or not.

A method without `async` is called on the event loop and must not wait for anything: nobody else is
served meanwhile. One with `async` ends with the request's deadline.
"""

from __future__ import annotations

from collections.abc import Awaitable
from typing import Protocol

from federation.server.hooks.public import Call, Operation, SchemaChange


class RequestHook(Protocol):
    def on_request(self, operation: Operation) -> Awaitable[None] | None:
        """Who asks is known, the document is not looked at yet.

        May add to the answer, and refuse by raising `RequestError`. Anything else it raises is
        logged, and the client gets a masked error with status 500.
        """
        ...


class OperationHook(Protocol):
    def on_operation(self, operation: Operation) -> Awaitable[None] | None:
        """The document is found, valid and planned; nothing was fetched yet. Otherwise as
        `on_request`. A subscription that goes on over a reload is not asked about again.
        """
        ...


class FetchHook(Protocol):
    def on_fetch(self, call: Call) -> Awaitable[Call] | Call:
        """A subgraph is about to be called, or its event stream opened. Returns the call to make.

        Headers count when equal calls are made once and answers are kept: one that is another each
        time (a time, a random value) turns both off. If it raises, whatever it is, the subgraph is
        not called and its part of the answer fails.
        """
        ...


class ResponseHook(Protocol):
    def on_response(self, operation: Operation, status: int, errors: int) -> Awaitable[None] | None:
        """The answer is made, with this HTTP status and so many errors, and not sent yet; of a
        stream, its beginning. Told of refused operations, too. What it raises is logged, and the
        answer goes as it was.
        """
        ...


class SchemaHook(Protocol):
    def on_schema(self, change: SchemaChange) -> Awaitable[None] | None:
        """Another supergraph went live; one change after the other, beside the requests. What it
        raises is logged. Not called for the first supergraph, and ended after a minute.
        """
        ...
