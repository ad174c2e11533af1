"""Subgraphs in this process: a callable instead of a wire."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Mapping
from typing import Any, Protocol

from federation.execution.deadlines import clock
from federation.execution.transport import SubgraphRequest, SubgraphResponse
from federation.execution.transports.reading import read_value, timed_out


class Execute(Protocol):
    """Executes a GraphQL request and returns the response as JSON-like dicts and lists.

    The executor goes on working in what is returned, so it must be made for this call. It may have
    an attribute `headers`: what would be the headers of an HTTP response, names in lower case.
    """

    def __call__(
        self,
        query: str,
        variables: dict[str, Any],
        operation_name: str | None,
        headers: Mapping[str, str],
    ) -> Awaitable[Mapping[str, Any]]: ...


class InProcessTransport:
    """`SubgraphTransport` over a callable, which is cancelled when its time is over.

    `timeout`: seconds one call may take; a request's deadline may end it earlier.
    """

    def __init__(self, execute: Execute, timeout: float | None = None) -> None:
        self._execute = execute
        self._timeout = timeout

    async def send(self, request: SubgraphRequest) -> SubgraphResponse:
        """Return the callable's response. Raises `SubgraphError` past the deadline."""
        # A copy, since servers are known to write into the variables they are given.
        variables = dict(request.variables)
        if request.files is not None:
            variables = request.files.filled(variables)
        try:
            async with asyncio.timeout_at(self._end(request)) as limit:
                value = await self._execute(
                    request.query, variables, request.operation_name, request.headers
                )
        except TimeoutError:
            if limit.expired():
                raise timed_out(request.subgraph) from None
            raise
        response = read_value(value, 200, request.subgraph)
        headers: Mapping[str, str] | None = getattr(value, "headers", None)
        if headers:
            response.headers = tuple(headers.items())
        return response

    def _end(self, request: SubgraphRequest) -> float | None:
        if self._timeout is None:
            return request.deadline
        end = clock() + self._timeout
        return end if request.deadline is None else min(end, request.deadline)

    async def close(self) -> None:
        """Nothing is held."""


class Subscribe(Protocol):
    """Opens a subscription and gives its events: GraphQL responses as JSON-like dicts."""

    def __call__(
        self,
        query: str,
        variables: dict[str, Any],
        operation_name: str | None,
        headers: Mapping[str, str],
    ) -> AsyncIterator[Mapping[str, Any]]: ...


class InProcessEventSource:
    """`EventSource` over a callable that gives an asynchronous iterator."""

    def __init__(self, subscribe: Subscribe) -> None:
        self._subscribe = subscribe

    async def subscribe(self, request: SubgraphRequest) -> AsyncGenerator[SubgraphResponse, None]:
        """Yield the events. See `EventSource.subscribe`."""
        variables = dict(request.variables)
        events = self._subscribe(request.query, variables, request.operation_name, request.headers)
        try:
            async for value in events:
                yield read_value(value, 200, request.subgraph)
        finally:
            end = getattr(events, "aclose", None)
            if end is not None:
                await end()

    async def close(self) -> None:
        """Nothing is held."""
