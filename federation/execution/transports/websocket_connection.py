"""One WebSocket to a subgraph, with any number of streams on it, each under an id of its own.

What is wrong with one stream ends that one; what breaks the protocol or the connection ends all of
them. A stream whose events are not taken holds up the others: who takes them must be quick, and
keep what it cannot use yet.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import AsyncGenerator, Mapping
from typing import Any

import aiohttp

from federation.errors import SubgraphError
from federation.execution.json_codec import decode
from federation.execution.transport import SubgraphRequest, SubgraphResponse
from federation.execution.transports.certificates import ClientTls
from federation.execution.transports.reading import read_value, timed_out, unreachable
from federation.execution.transports.stream_options import (
    StreamOptions,
    closed,
    event_too_large,
    malformed_stream,
    silent,
)

logger = logging.getLogger(__name__)

SUBPROTOCOL = "graphql-transport-ws"

_CLOSE_TIMEOUT = 2.0
_TOO_BIG = 1009
# Events of one stream that were read and not taken yet. Then nothing more is read.
_AHEAD = 16

# None: the stream is complete.
_Queue = asyncio.Queue[SubgraphResponse | SubgraphError | None]


class Connection:
    """`users`: streams that are on it or wait for it to open. It opens when it is made."""

    def __init__(
        self,
        session: aiohttp.ClientSession,
        options: StreamOptions,
        tls: ClientTls,
        subgraph: str,
        headers: Mapping[str, str],
    ) -> None:
        self.users = 0
        self._options = options
        self._subgraph = subgraph
        self._socket: aiohttp.ClientWebSocketResponse | None = None
        self._streams: dict[str, _Queue] = {}
        self._last = 0
        self._broken: SubgraphError | None = None
        self._opening = asyncio.ensure_future(self._open(session, tls, headers))
        self._tasks: list[asyncio.Task[None]] = []

    @property
    def usable(self) -> bool:
        """Whether another stream may begin on it."""
        return self._broken is None and self.users < self._options.streams_per_connection

    async def events(self, request: SubgraphRequest) -> AsyncGenerator[SubgraphResponse, None]:
        """Yield the events of a stream of its own. See `EventSource.subscribe`."""
        # Who gives up waiting does not take it from the others.
        await asyncio.shield(self._opening)
        if self._broken is not None:
            raise self._broken
        self._last += 1
        stream_id = str(self._last)
        queue = self._streams[stream_id] = _Queue(_AHEAD)
        try:
            body = request.body.decode()
            await self._send(f'{{"id":"{stream_id}","type":"subscribe","payload":{body}}}')
            while (event := await queue.get()) is not None:
                if isinstance(event, SubgraphError):
                    raise event
                yield event
        finally:
            open_still = self._streams.pop(stream_id, None) is not None
            # Whoever waits to put something in need not any more.
            while not queue.empty():
                queue.get_nowait()
            if open_still and self._broken is None:
                await self._send(f'{{"id":"{stream_id}","type":"complete"}}')

    async def close(self) -> None:
        """Close it, with whatever is on it."""
        self._break(closed(self._subgraph))
        for task in (self._opening, *self._tasks):
            task.cancel()
        await asyncio.gather(self._opening, *self._tasks, return_exceptions=True)
        if self._socket is not None:
            await self._socket.close()

    async def _open(
        self, session: aiohttp.ClientSession, tls: ClientTls, headers: Mapping[str, str]
    ) -> None:
        try:
            async with asyncio.timeout(self._options.connect_timeout):
                self._socket = await self._connect(session, tls, headers)
                await self._initialise()
        except TimeoutError:
            self._broken = timed_out(self._subgraph)
        except SubgraphError as error:
            self._broken = error
        if self._broken is None:
            self._tasks.append(asyncio.ensure_future(self._read()))
            if self._options.heartbeat_interval:
                self._tasks.append(asyncio.ensure_future(self._beat()))

    async def _connect(
        self, session: aiohttp.ClientSession, tls: ClientTls, headers: Mapping[str, str]
    ) -> aiohttp.ClientWebSocketResponse:
        try:
            socket = await session.ws_connect(
                self._options.url,
                protocols=(SUBPROTOCOL,),
                headers=dict(headers),
                max_msg_size=self._options.max_event_bytes,
                timeout=aiohttp.ClientWSTimeout(ws_close=_CLOSE_TIMEOUT),
                ssl=tls.context(),
            )
        except (aiohttp.ClientError, OSError):
            raise unreachable(self._subgraph) from None
        if socket.protocol != SUBPROTOCOL:
            await socket.close()
            raise malformed_stream(
                f"does not speak the WebSocket sub-protocol {SUBPROTOCOL}", self._subgraph
            )
        return socket

    async def _initialise(self) -> None:
        """Wait for the acknowledgement."""
        await self._send('{"type":"connection_init"}')
        message = await self._receive()
        if message["type"] != "connection_ack":
            raise malformed_stream("does not begin with connection_ack", self._subgraph)

    async def _beat(self) -> None:
        assert self._options.heartbeat_interval is not None
        while True:
            await asyncio.sleep(self._options.heartbeat_interval)
            await self._send('{"type":"ping"}')

    async def _read(self) -> None:
        """Hand every message to its stream, until the connection breaks."""
        try:
            while True:
                await self._dispatch(await self._receive())
        except SubgraphError as error:
            self._break(error)
        except Exception:
            logger.exception("the connection to subgraph %s failed", self._subgraph)
            self._break(SubgraphError("The event stream failed.", subgraph=self._subgraph))

    def _break(self, error: SubgraphError) -> None:
        if self._broken is None:
            self._broken = error
        streams, self._streams = self._streams, {}
        for queue in streams.values():
            _end(queue, error)

    async def _dispatch(self, message: dict[str, Any]) -> None:
        kind, stream_id = message["type"], message.get("id")
        if kind not in ("next", "error", "complete"):
            raise malformed_stream("has a message of an unexpected type", self._subgraph)
        queue = self._streams.get(stream_id) if isinstance(stream_id, str) else None
        if queue is None:
            if not self._was_ours(stream_id):
                raise malformed_stream("has a message of another stream", self._subgraph)
            return  # it crossed our `complete`
        payload = message.get("payload")
        try:
            if kind == "next":
                await queue.put(read_value(payload, 200, self._subgraph))
                return
            if kind == "error":
                await queue.put(read_value({"errors": payload}, 200, self._subgraph))
            self._streams.pop(str(stream_id), None)
            await queue.put(None)
        except SubgraphError as error:
            if self._streams.pop(str(stream_id), None) is not None and kind == "next":
                await self._send(f'{{"id":"{stream_id}","type":"complete"}}')
            await queue.put(error)

    def _was_ours(self, stream_id: object) -> bool:
        return (
            isinstance(stream_id, str)
            and stream_id.isascii()
            and stream_id.isdecimal()
            and len(stream_id) <= len(str(self._last))
            and 0 < int(stream_id) <= self._last
        )

    async def _receive(self) -> dict[str, Any]:
        """Return the next message that is for us to judge; pings are answered here."""
        assert self._socket is not None
        interval = self._options.heartbeat_interval
        while True:
            try:
                async with asyncio.timeout(None if interval is None else 2 * interval):
                    frame = await self._socket.receive()
            except TimeoutError:
                if interval is None:
                    raise
                raise silent(self._subgraph) from None
            message = self._message(frame)
            if message["type"] == "ping":
                await self._send('{"type":"pong"}')
            elif message["type"] != "pong":
                return message

    def _message(self, frame: aiohttp.WSMessage) -> dict[str, Any]:
        assert self._socket is not None
        if frame.type is aiohttp.WSMsgType.TEXT:
            try:
                message = decode(frame.data.encode())
            except ValueError:
                raise malformed_stream("has a message that is not JSON", self._subgraph) from None
            if isinstance(message, dict) and isinstance(message.get("type"), str):
                return message
            raise malformed_stream("has a message without a type", self._subgraph)
        if frame.type is aiohttp.WSMsgType.ERROR:
            error = self._socket.exception()
            if isinstance(error, aiohttp.WebSocketError) and error.code == _TOO_BIG:
                raise event_too_large(self._options.max_event_bytes, self._subgraph)
            raise malformed_stream("has a malformed WebSocket frame", self._subgraph)
        if frame.type is aiohttp.WSMsgType.BINARY:
            raise malformed_stream("has a binary message", self._subgraph)
        code = self._socket.close_code
        raise closed(self._subgraph, f"closed the WebSocket with code {code}")

    async def _send(self, text: str) -> None:
        assert self._socket is not None
        # A socket that is closing refuses; why it closes is what `_receive` will tell.
        with contextlib.suppress(ConnectionError, aiohttp.ClientError):
            await self._socket.send_str(text)


def _end(queue: _Queue, error: SubgraphError) -> None:
    """End a stream with an error, also one of which nothing more fits in."""
    with contextlib.suppress(asyncio.QueueFull):
        queue.put_nowait(error)
        return
    queue.get_nowait()
    queue.put_nowait(error)
