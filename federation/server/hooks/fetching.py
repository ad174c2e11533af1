"""Hooks around the ways to subgraphs.

Outermost, before equal calls are made once and before kept answers are looked for: so the hook sees
the call of one caller, and what it adds counts in who may share an answer.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, Mapping
from typing import TypeVar

from federation.errors import SubgraphError
from federation.execution.deadlines import clock
from federation.execution.transport import (
    EventSource,
    SubgraphRequest,
    SubgraphResponse,
    SubgraphTransport,
)
from federation.server.errors import internal_error
from federation.server.hooks.public import Call
from federation.server.hooks.running import HookFailed, Hooks, Point

T = TypeVar("T")

FAILED = "SUBREQUEST_HOOK_FAILED"

# For calls that nobody set a deadline for.
_PATIENCE_SECONDS = 10.0


class HookedTransport:
    """A transport whose requests hooks see first. `reserved`: headers that are not theirs to set,
    since by them the gateway says who asks.
    """

    def __init__(
        self, transport: SubgraphTransport, points: tuple[Point, ...], reserved: frozenset[str]
    ) -> None:
        self._transport = transport
        self._points = points
        self._reserved = reserved

    async def send(self, request: SubgraphRequest) -> SubgraphResponse:
        """See `SubgraphTransport.send`."""
        return await self._transport.send(await _hooked(request, self._points, self._reserved))

    async def close(self) -> None:
        """See `SubgraphTransport.close`."""
        await self._transport.close()


class HookedEvents:
    """The same for a source of event streams."""

    def __init__(
        self, source: EventSource, points: tuple[Point, ...], reserved: frozenset[str]
    ) -> None:
        self._source = source
        self._points = points
        self._reserved = reserved

    async def subscribe(self, request: SubgraphRequest) -> AsyncGenerator[SubgraphResponse, None]:
        """See `EventSource.subscribe`."""
        events = self._source.subscribe(await _hooked(request, self._points, self._reserved))
        try:
            async for event in events:
                yield event
        finally:
            await events.aclose()

    async def close(self) -> None:
        """See `EventSource.close`."""
        await self._source.close()


def hooked_transports(
    transports: Mapping[str, SubgraphTransport], hooks: Hooks | None, reserved: frozenset[str]
) -> Mapping[str, SubgraphTransport]:
    """Return the ways with hooks around them; as they are when no hook wants calls."""
    if hooks is None or not hooks.fetch:
        return transports
    return {
        name: HookedTransport(transport, hooks.fetch, reserved)
        for name, transport in transports.items()
    }


def hooked_streams(
    streams: Mapping[str, EventSource], hooks: Hooks | None, reserved: frozenset[str]
) -> Mapping[str, EventSource]:
    """The same for sources of event streams."""
    if hooks is None or not hooks.fetch:
        return streams
    return {name: HookedEvents(source, hooks.fetch, reserved) for name, source in streams.items()}


async def _hooked(
    request: SubgraphRequest, points: tuple[Point, ...], reserved: frozenset[str]
) -> SubgraphRequest:
    call = Call(request)
    deadline = request.deadline
    if deadline is None:
        deadline = clock() + _PATIENCE_SECONDS
    for point in points:
        try:
            returned = await point.call(deadline, call)
        except TimeoutError:
            raise SubgraphError(
                "There was no time left to call this subgraph.",
                subgraph=request.subgraph,
                code="GATEWAY_TIMEOUT",
            ) from None
        except Exception as error:
            cause = error.__cause__ if isinstance(error, HookFailed) else error
            raise _failed(request, point, cause or error) from None
        if not isinstance(returned, Call):
            problem = TypeError(f"it returned {type(returned).__name__}, not the call to make")
            raise _failed(request, point, problem)
        call = returned
    final = Call.request_of(call)
    for name in reserved:
        if final.headers.get(name) != request.headers.get(name):
            problem = TypeError(f"it set the header {name!r}, by which the gateway says who asks")
            raise _failed(request, points[-1], problem)
    return final


def _failed(request: SubgraphRequest, point: Point, cause: BaseException) -> SubgraphError:
    entry = internal_error(cause, where=point.name)
    return SubgraphError(entry["message"], subgraph=request.subgraph, code=FAILED)
