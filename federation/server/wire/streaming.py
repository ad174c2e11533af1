"""Answers in several parts: what they are, and sending them over HTTP.

A client that goes away ends the stream at once; one that takes nothing for `SEND_TIMEOUT` is
treated as gone. Between parts a heartbeat is sent, so that proxies keep the connection.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any, Protocol

import orjson
from starlette.types import Receive, Send

from federation.errors import FederationError, RequestError, SubgraphError
from federation.execution.subscriptions import EventAnswer
from federation.server.errors import internal_error, request_error
from federation.server.listener.immediate import ImmediateWriter, chunk, immediate_writer
from federation.server.wire.block_gzip import BlockGzip, blocks
from federation.server.wire.heartbeats import begin_beating, stop_beating
from federation.server.wire.response import SECURITY_HEADERS, VARY
from federation.server.wire.stream_formats import StreamFormat

# Seconds in which a client must have taken a part off our hands.
SEND_TIMEOUT = 30.0
# Seconds between heartbeats; the multipart protocol suggests five.
HEARTBEAT = 5.0

# Takes a part at once; False when it cannot be taken without waiting.
Take = Callable[[EventAnswer], bool]


class Parts(Protocol):
    """The parts of one answer, made while they are taken."""

    async def next(self) -> bytes | None:
        """Return the next part's JSON, or None after the last. Raises `FederationError`."""

    def deliver(self, take: Take) -> None:
        """From now on give parts that others get, too, to `take` while `next` is waited for.

        Only what it does not take, and what is nobody else's, comes out of `next` then.
        """

    async def close(self) -> None:
        """Stop making parts and let go of everything. Must be called, also before `next`."""


class SinglePart:
    """A whole answer sent as a stream of one part, for clients that take only streams."""

    def __init__(self, body: bytes) -> None:
        self._body: bytes | None = body

    async def next(self) -> bytes | None:
        body, self._body = self._body, None
        return body

    def deliver(self, take: Take) -> None:
        """It is nobody else's."""

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
        self._gzip: BlockGzip | None = None
        # Names of what is shared: a part, and the same as it is written.
        self._part_form = format_.value
        self._form = f"{self._part_form};chunk"
        self._touched = False
        self._waiting = False
        self._writer: ImmediateWriter | None = None
        self._send: Send | None = None
        self._sending: asyncio.Task[None] | None = None
        self._beating: asyncio.Task[None] | None = None
        self.headers: list[tuple[bytes, bytes]] = [
            (b"content-type", format_.content_type),
            (b"cache-control", b"private, no-cache, no-store, must-revalidate"),
            # Some proxies collect an answer before passing it on unless told otherwise.
            (b"x-accel-buffering", b"no"),
            (b"vary", VARY),
            *SECURITY_HEADERS,
        ]

    @property
    def is_shared(self) -> bool:
        """Whether several clients may get its parts."""
        return self.format in (StreamFormat.SSE, StreamFormat.SUBSCRIPTION)

    def code(self) -> None:
        """Send it in gzip, part by part. Before `run`."""
        self._gzip = BlockGzip()
        self._form += ";gzip"
        self.headers.append((b"content-encoding", b"gzip"))

    async def run(self, receive: Receive, send: Send) -> None:
        """Send all parts; return when they are sent or the client has gone."""
        watching = asyncio.current_task()
        assert watching is not None
        self._send, self._writer = send, immediate_writer(send)
        self._sending = asyncio.ensure_future(self._send_all(send))

        def stop_watching(_: object) -> None:
            if watched:
                watching.cancel()

        watched = True
        self._sending.add_done_callback(stop_watching)
        try:
            await _disconnected(receive)
        except asyncio.CancelledError:
            if not self._sending.done() or watching.uncancel():
                raise
        finally:
            watched = False
            await self._stop()
        if not self._sending.cancelled():
            self._sending.result()

    async def _stop(self) -> None:
        assert self._sending is not None
        tasks = [task for task in (self._sending, self._beating) if task is not None]
        for task in tasks:
            task.cancel()
        try:
            await asyncio.gather(*tasks, return_exceptions=True)
        finally:
            await self.parts.close()

    async def _send_all(self, send: Send) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": self.headers})
        beats = self.format.heartbeat is not None
        try:
            await self._write(send, self.format.opening, first=True)
            if self._writer is not None:
                self.parts.deliver(self._take)
            if beats:
                begin_beating(self, self._heartbeat)
            await self._send_parts(send)
            await self._write(send, self.format.ending, last=True)
        except TimeoutError:
            pass  # The client takes nothing: leaving the answer unfinished closes the connection.
        finally:
            if beats:
                stop_beating(self, self._heartbeat)

    async def _send_parts(self, send: Send) -> None:
        while True:
            self._waiting = True
            try:
                body = await self.parts.next()
            except Exception as error:
                errors = orjson.dumps([stream_error(error)])
                await self._write(send, self.format.failure(errors))
                return
            finally:
                self._waiting = False
            if body is None:
                return
            await self._write(send, self.format.part(body))

    def _take(self, answer: EventAnswer) -> bool:
        """Write a part at once, in the form that is the same for all clients of this format."""
        assert self._writer is not None
        self._touched = True
        written = answer.forms.get(self._form)
        if written is None:
            part = self.format.part(answer.body)
            answer.forms[self._part_form] = part
            written = chunk(part if self._gzip is None else blocks(part))
            answer.forms[self._form] = written
        if not self._writer.write_now(written):
            return False
        if self._gzip is not None:
            self._gzip.count(answer.forms[self._part_form])
        return True

    def look(self) -> None:
        """Send a heartbeat when nothing was sent since the last look. See `Beating`."""
        if self._touched:
            self._touched = False
            return
        beat = self.format.heartbeat
        if beat is None or not self._waiting or self._beating is not None:
            return
        self._touched = True
        if self._writer is not None:
            coded = beat if self._gzip is None else blocks(beat)
            if self._writer.write_now(chunk(coded)):
                if self._gzip is not None:
                    self._gzip.count(beat)
                return
        assert self._send is not None
        self._beating = asyncio.ensure_future(self._write(self._send, beat))
        self._beating.add_done_callback(self._has_beaten)

    def _has_beaten(self, beating: asyncio.Task[None]) -> None:
        self._beating = None
        failed = not beating.cancelled() and beating.exception() is not None
        if failed and self._sending is not None:
            self._sending.cancel()

    async def _write(
        self, send: Send, body: bytes, *, first: bool = False, last: bool = False
    ) -> None:
        beating = self._beating
        if beating is not None and beating is not asyncio.current_task():
            # A coded stream must be written in the order in which it was coded.
            await asyncio.wait((beating,))
        self._touched = True
        if self._gzip is not None:
            body = self._gzip.begin(body) if first else self._gzip.part(body)
            body += self._gzip.end() if last else b""
        async with asyncio.timeout(SEND_TIMEOUT):
            await send({"type": "http.response.body", "body": body, "more_body": not last})


async def _disconnected(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
