"""Event streams over WebSocket: sub-protocol `graphql-transport-ws`, client side.

One connection for each stream: its handshake carries the headers of one caller, so streams of
different callers never meet. Protocol: "GraphQL over WebSocket Protocol" of the graphql-ws
project.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncGenerator
from typing import Any

import aiohttp

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

SUBPROTOCOL = "graphql-transport-ws"

_ID = "1"
_CLOSE_TIMEOUT = 2.0
_TOO_BIG = 1009


class WebSocketEventSource:
    """`EventSource` of one subgraph."""

    def __init__(self, options: StreamOptions) -> None:
        self._options = options
        self._tls = ClientTls(options.url, options.tls)
        self._session: aiohttp.ClientSession | None = None

    async def subscribe(self, request: SubgraphRequest) -> AsyncGenerator[SubgraphResponse, None]:
        """Yield the events. See `EventSource.subscribe`."""
        try:
            async with asyncio.timeout(self._options.connect_timeout):
                connection = await self._connect(request)
                await connection.initialise()
        except TimeoutError:
            raise timed_out(request.subgraph) from None
        heart = asyncio.ensure_future(connection.beat()) if connection.interval else None
        finished = False
        try:
            await connection.subscribe(request)
            while True:
                message = await connection.receive()
                kind = message["type"]
                if kind == "next":
                    yield read_value(message.get("payload"), 200, request.subgraph)
                elif kind == "error":
                    finished = True
                    yield read_value({"errors": message.get("payload")}, 200, request.subgraph)
                    return
                elif kind == "complete":
                    finished = True
                    return
                else:
                    raise malformed_stream("has a message of an unexpected type", request.subgraph)
        finally:
            if heart is not None:
                heart.cancel()
            await connection.leave(completed=finished)

    async def _connect(self, request: SubgraphRequest) -> _Connection:
        if self._session is None:
            self._session = aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar())
        try:
            socket = await self._session.ws_connect(
                self._options.url,
                protocols=(SUBPROTOCOL,),
                headers=dict(request.headers),
                max_msg_size=self._options.max_event_bytes,
                timeout=aiohttp.ClientWSTimeout(ws_close=_CLOSE_TIMEOUT),
                ssl=self._tls.context(),
            )
        except (aiohttp.ClientError, OSError):
            raise unreachable(request.subgraph) from None
        if socket.protocol != SUBPROTOCOL:
            await socket.close()
            raise malformed_stream(
                f"does not speak the WebSocket sub-protocol {SUBPROTOCOL}", request.subgraph
            )
        return _Connection(socket, request.subgraph, self._options)

    async def close(self) -> None:
        """Close the connections."""
        if self._session is not None:
            await self._session.close()
            self._session = None


class _Connection:
    """One socket with one stream on it."""

    def __init__(
        self, socket: aiohttp.ClientWebSocketResponse, subgraph: str, options: StreamOptions
    ) -> None:
        self._socket = socket
        self._subgraph = subgraph
        self._limit = options.max_event_bytes
        self.interval = options.heartbeat_interval

    async def initialise(self) -> None:
        """Wait for the acknowledgement."""
        try:
            await self._send('{"type":"connection_init"}')
            message = await self.receive()
            if message["type"] != "connection_ack":
                raise malformed_stream("does not begin with connection_ack", self._subgraph)
        except BaseException:
            await self.leave(completed=True)
            raise

    async def subscribe(self, request: SubgraphRequest) -> None:
        body = request.body.decode()
        await self._send(f'{{"id":"{_ID}","type":"subscribe","payload":{body}}}')

    async def beat(self) -> None:
        assert self.interval is not None
        while True:
            await asyncio.sleep(self.interval)
            await self._send('{"type":"ping"}')

    async def receive(self) -> dict[str, Any]:
        """Return the next message that is for us to judge; pings are answered here."""
        while True:
            try:
                async with asyncio.timeout(None if self.interval is None else 2 * self.interval):
                    frame = await self._socket.receive()
            except TimeoutError:
                raise silent(self._subgraph) from None
            message = self._message(frame)
            if message["type"] == "ping":
                await self._send('{"type":"pong"}')
            elif message["type"] != "pong":
                return message

    def _message(self, frame: aiohttp.WSMessage) -> dict[str, Any]:
        if frame.type is aiohttp.WSMsgType.TEXT:
            try:
                message = decode(frame.data.encode())
            except ValueError:
                raise malformed_stream("has a message that is not JSON", self._subgraph) from None
            if isinstance(message, dict) and isinstance(message.get("type"), str):
                if message.get("id", _ID) == _ID:
                    return message
                raise malformed_stream("has a message of another stream", self._subgraph)
            raise malformed_stream("has a message without a type", self._subgraph)
        if frame.type is aiohttp.WSMsgType.ERROR:
            error = self._socket.exception()
            if isinstance(error, aiohttp.WebSocketError) and error.code == _TOO_BIG:
                raise event_too_large(self._limit, self._subgraph)
            raise malformed_stream("has a malformed WebSocket frame", self._subgraph)
        if frame.type is aiohttp.WSMsgType.BINARY:
            raise malformed_stream("has a binary message", self._subgraph)
        code = self._socket.close_code
        raise closed(self._subgraph, f"closed the WebSocket with code {code}")

    async def _send(self, text: str) -> None:
        # A socket that is closing refuses; why it closes is what `receive` will tell.
        with contextlib.suppress(ConnectionError, aiohttp.ClientError):
            await self._socket.send_str(text)

    async def leave(self, *, completed: bool) -> None:
        """Tell the subgraph to stop, then close."""
        if not completed and not self._socket.closed:
            await self._send(f'{{"id":"{_ID}","type":"complete"}}')
        await self._socket.close()
