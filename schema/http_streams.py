"""Subscriptions of the own subgraphs over HTTP: server-sent events.

The "distinct connections mode" of the GraphQL over SSE protocol: one POST with
`accept: text/event-stream`, one event `next` per response, one `complete` at the end. A comment
line every few seconds keeps proxies from closing a quiet stream and finds out that a client went.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import aclosing
from typing import Any, Final

import orjson
from starlette.responses import StreamingResponse

from schema.serving import SubgraphServer

EVENT_STREAM: Final = "text/event-stream"
HEARTBEAT_SECONDS: Final = 10.0
MOST_STREAMS: Final = 2_000
"""Open streams of this process: each costs a queue and a task, so there must be an end."""


class Streams:
    """Opens event streams, so many at once and no more."""

    def __init__(self, server: SubgraphServer, heartbeat: float = HEARTBEAT_SECONDS) -> None:
        self._server = server
        self._heartbeat = heartbeat
        self._open = 0

    @property
    def full(self) -> bool:
        return self._open >= MOST_STREAMS

    def response(
        self, name: str, message: Mapping[str, Any], headers: Mapping[str, str]
    ) -> StreamingResponse:
        """Return the stream of a request that is well formed."""
        return StreamingResponse(
            self._events(name, message, headers),
            media_type=EVENT_STREAM,
            headers={"cache-control": "no-store", "x-accel-buffering": "no"},
        )

    async def _events(
        self, name: str, message: Mapping[str, Any], headers: Mapping[str, str]
    ) -> AsyncIterator[bytes]:
        self._open += 1
        try:
            responses = self._server.subscribe(
                name,
                message["query"],
                message.get("variables"),
                message.get("operationName"),
                headers,
            )
            async with aclosing(responses):
                async for part in _with_heartbeats(responses, self._heartbeat):
                    yield part
            yield b"event: complete\ndata:\n\n"
        finally:
            self._open -= 1


async def _with_heartbeats(
    responses: AsyncIterator[Mapping[str, Any]], seconds: float
) -> AsyncIterator[bytes]:
    """Yield each response as an event, and a comment whenever none came for so long."""
    waiting: asyncio.Task[Any] | None = None
    try:
        while True:
            if waiting is None:
                waiting = asyncio.ensure_future(anext(responses))
            done, _ = await asyncio.wait([waiting], timeout=seconds)
            if not done:
                yield b":\n\n"
                continue
            try:
                response = waiting.result()
            except StopAsyncIteration:
                return
            waiting = None
            yield b"event: next\ndata: " + orjson.dumps(response) + b"\n\n"
    finally:
        if waiting is not None:
            waiting.cancel()
            await asyncio.gather(waiting, return_exceptions=True)
