"""Answers in several parts: what they are, and sending them over HTTP.

A client that goes away ends the stream at once; one that takes nothing for `SEND_TIMEOUT` is
treated as gone. Between parts a heartbeat is sent, so that proxies keep the connection.
"""

from __future__ import annotations

import asyncio
from typing import Any, Protocol

import orjson
from starlette.types import Receive, Send

from federation.errors import FederationError, RequestError, SubgraphError
from federation.server.errors import internal_error, request_error
from federation.server.wire.response import SECURITY_HEADERS, VARY
from federation.server.wire.stream_formats import StreamFormat

# Seconds in which a client must have taken a part off our hands.
SEND_TIMEOUT = 30.0
# Seconds between heartbeats; the multipart protocol suggests five.
HEARTBEAT = 5.0


class Parts(Protocol):
    """The parts of one answer, made while they are taken."""

    async def next(self) -> bytes | None:
        """Return the next part's JSON, or None after the last. Raises `FederationError`."""

    async def close(self) -> None:
        """Stop making parts and let go of everything. Must be called, also before `next`."""


class SinglePart:
    """A whole answer sent as a stream of one part, for clients that take only streams."""

    def __init__(self, body: bytes) -> None:
        self._body: bytes | None = body

    async def next(self) -> bytes | None:
        body, self._body = self._body, None
        return body

    async def close(self) -> None:
        """Nothing is held."""


def stream_error(error: BaseException) -> dict[str, Any]:
    """Return the GraphQL error that ends a stream."""
    if isinstance(error, RequestError):
        return request_error(error)
    if isinstance(error, FederationError):
        extensions = {"code": error.code}
        if isinstance(error, SubgraphError):
            extensions["service"] = error.subgraph
        return {"message": error.message, "extensions": extensions}
    return internal_error(error, where="a stream")


class StreamReply:
    """The reply to a request whose answer comes in parts. `run` must be called."""

    status = 200
    errors = 0
    codes: tuple[str, ...] = ()

    def __init__(
        self, format_: StreamFormat, parts: Parts, *, heartbeat: float = HEARTBEAT
    ) -> None:
        self.format = format_
        self.parts = parts
        self._heartbeat = heartbeat
        self.headers: list[tuple[bytes, bytes]] = [
            (b"content-type", format_.content_type),
            (b"cache-control", b"private, no-cache, no-store, must-revalidate"),
            # Some proxies collect an answer before passing it on unless told otherwise.
            (b"x-accel-buffering", b"no"),
            (b"vary", VARY),
            *SECURITY_HEADERS,
        ]

    async def run(self, receive: Receive, send: Send) -> None:
        """Send all parts; return when they are sent or the client has gone."""
        gone = asyncio.ensure_future(_disconnected(receive))
        try:
            await send({"type": "http.response.start", "status": 200, "headers": self.headers})
            await self._write(send, self.format.opening)
            if await self._send_parts(send, gone):
                await self._write(send, self.format.ending, last=True)
        except TimeoutError:
            pass  # The client takes nothing: leaving the answer unfinished closes the connection.
        finally:
            gone.cancel()
            await asyncio.gather(gone, return_exceptions=True)
            await self.parts.close()

    async def _send_parts(self, send: Send, gone: asyncio.Future[None]) -> bool:
        """Return whether the stream came to its end; False when the client has gone."""
        beat = self.format.heartbeat
        following: asyncio.Future[bytes | None] | None = None
        try:
            while True:
                if following is None:
                    following = asyncio.ensure_future(self.parts.next())
                done, _ = await asyncio.wait(
                    (following, gone),
                    timeout=None if beat is None else self._heartbeat,
                    return_when=asyncio.FIRST_COMPLETED,
                )
                if gone in done:
                    return False
                if not done:
                    assert beat is not None
                    await self._write(send, beat)
                    continue
                try:
                    body = following.result()
                except Exception as error:
                    errors = orjson.dumps([stream_error(error)])
                    await self._write(send, self.format.failure(errors))
                    return True
                following = None
                if body is None:
                    return True
                await self._write(send, self.format.part(body))
        finally:
            if following is not None:
                following.cancel()
                await asyncio.gather(following, return_exceptions=True)

    async def _write(self, send: Send, body: bytes, *, last: bool = False) -> None:
        async with asyncio.timeout(SEND_TIMEOUT):
            await send({"type": "http.response.body", "body": body, "more_body": not last})


async def _disconnected(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
