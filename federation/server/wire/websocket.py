"""GraphQL over WebSocket: sub-protocol `graphql-transport-ws`, server side.

Protocol: "GraphQL over WebSocket Protocol" of the graphql-ws project. Subscriptions, queries and
mutations run side by side on one connection, each under the client's id. What breaks the protocol
closes the connection with the protocol's code; what is wrong with one operation ends that one.

A page of another origin can open a WebSocket with the user's cookies, and no preflight asks
first. So the origin of the handshake must be this server's own, or one that CORS admits.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import replace
from functools import partial
from typing import Any
from urllib.parse import urlsplit

import orjson
from starlette.types import Receive, Scope, Send

from federation.execution.json_codec import decode
from federation.execution.subscriptions import EventAnswer
from federation.server.callers.api_keys import HEADER as API_KEY_HEADER
from federation.server.callers.peer import peer_of
from federation.server.errors import request_error
from federation.server.listener.immediate import ImmediateWriter, immediate_writer, text_frame_head
from federation.server.pipeline import Pipeline
from federation.server.settings.engine import EngineSettings
from federation.server.subscriptions import LIMIT
from federation.server.wire.request import GraphQLRequest, HttpRequest
from federation.server.wire.response import HttpResponse, MediaType, refusal
from federation.server.wire.streaming import SEND_TIMEOUT, Parts, StreamReply, stream_error

SUBPROTOCOL = "graphql-transport-ws"

BAD_MESSAGE = 4400
UNAUTHORIZED = 4401
BAD_SUBPROTOCOL = 4406
INIT_TIMEOUT = 4408
DUPLICATE_ID = 4409
TOO_MANY_INITS = 4429
TOO_BIG = 1009
TRY_LATER = 1013

# What a client may send of itself in `connection_init`.
_CREDENTIALS = (b"authorization", API_KEY_HEADER)

# A close frame holds 125 bytes, two of them the code (RFC 6455 §5.5).
_MAX_REASON = 123
_MAX_ID = 1024


class _CloseConnection(Exception):
    """The connection must be closed with this code."""

    def __init__(self, code: int, reason: str) -> None:
        super().__init__(reason)
        self.code = code
        self.reason = reason.encode()[:_MAX_REASON].decode(errors="ignore")


async def serve_websocket(
    scope: Scope, receive: Receive, send: Send, pipeline: Pipeline | None
) -> None:
    """Serve one connection to its end. `pipeline` is None while the server starts."""
    if (await receive())["type"] != "websocket.connect":
        return
    http = HttpRequest("GET", scope.get("query_string", b""), list(scope["headers"]))
    http.address, http.certificate = peer_of(scope)
    if pipeline is not None and not _is_own_origin(http, pipeline):
        pipeline.work.refusals.tell(http, 403, "ORIGIN_NOT_ALLOWED")
        # Before it is accepted, a close is an HTTP 403.
        await send({"type": "websocket.close", "code": 1008, "reason": "origin not allowed"})
        return
    speaks = SUBPROTOCOL in scope.get("subprotocols", ())
    await send({"type": "websocket.accept", "subprotocol": SUBPROTOCOL if speaks else None})
    connection = _Connection(receive, send, http, pipeline)
    try:
        if not speaks:
            raise _CloseConnection(BAD_SUBPROTOCOL, "Subprotocol not acceptable")
        if pipeline is None:
            raise _CloseConnection(TRY_LATER, "The server is starting")
        await connection.run(pipeline.settings)
    except _CloseConnection as close:
        if pipeline is not None:
            pipeline.work.refusals.tell(http, close.code, "WEBSOCKET_CLOSED", socket=True)
        await connection.stop()
        await send({"type": "websocket.close", "code": close.code, "reason": close.reason})
    finally:
        await connection.stop()


def _is_own_origin(http: HttpRequest, pipeline: Pipeline) -> bool:
    origin = http.header(b"origin")
    if origin is None:
        return True
    host = (http.header(b"host") or b"").decode("latin-1").lower()
    if urlsplit(origin.decode("latin-1").lower()).netloc == host:
        return True
    return pipeline.cors.enabled and bool(pipeline.cors.headers(http))


class _Connection:
    """One accepted WebSocket."""

    def __init__(
        self, receive: Receive, send: Send, http: HttpRequest, pipeline: Pipeline | None
    ) -> None:
        self._receive = receive
        self._asgi_send = send
        self._http = http
        self._pipeline = pipeline
        self._operations: dict[str, asyncio.Task[None]] = {}
        self._ending: set[asyncio.Task[None]] = set()
        self._acknowledged = False
        self._writer = immediate_writer(send)
        self._running: asyncio.Task[Any] | None = None
        self._stalled = False

    async def run(self, settings: EngineSettings) -> None:
        """Take messages until the client goes. Raises `_CloseConnection`."""
        running = self._running = asyncio.current_task()
        assert running is not None
        try:
            await self._take_messages(settings)
        except asyncio.CancelledError:
            if not self._stalled or running.uncancel():
                raise
        finally:
            self._running = None

    def _stall(self) -> None:
        """The client takes nothing from us any more: treat it as gone."""
        if self._running is not None and not self._stalled:
            self._stalled = True
            self._running.cancel()

    async def _take_messages(self, settings: EngineSettings) -> None:
        limits = settings.subscription
        max_bytes = settings.limits.http_max_request_bytes
        try:
            async with asyncio.timeout(limits.connection_init_timeout):
                while not self._acknowledged:
                    message = await self._message(max_bytes)
                    if message is None:
                        return
                    await self._handle(message, limits.max_operations_per_connection)
        except TimeoutError:
            raise _CloseConnection(INIT_TIMEOUT, "Connection initialisation timeout") from None
        while (message := await self._message(max_bytes)) is not None:
            await self._handle(message, limits.max_operations_per_connection)

    async def stop(self) -> None:
        """End all operations."""
        tasks = (*self._operations.values(), *self._ending)
        self._operations.clear()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _message(self, max_bytes: int) -> dict[str, Any] | None:
        """Return the next message, or None when the client has gone."""
        frame = await self._receive()
        if frame["type"] == "websocket.disconnect":
            return None
        text = frame.get("text")
        if text is None:
            raise _CloseConnection(BAD_MESSAGE, "Messages must be text")
        data = text.encode("utf-8", "replace")
        if len(data) > max_bytes:
            raise _CloseConnection(TOO_BIG, f"A message is larger than {max_bytes} bytes")
        try:
            message = decode(data)
        except ValueError:
            raise _CloseConnection(BAD_MESSAGE, "A message is not JSON") from None
        if not isinstance(message, dict) or not isinstance(message.get("type"), str):
            raise _CloseConnection(BAD_MESSAGE, "A message has no type")
        return message

    async def _handle(self, message: dict[str, Any], max_operations: int) -> None:
        match message["type"]:
            case "connection_init":
                await self._initialise(message.get("payload"))
            case "ping":
                payload = message.get("payload")
                pong: dict[str, Any] = {"type": "pong"}
                await self._send(pong if payload is None else {**pong, "payload": payload})
            case "pong":
                pass
            case "subscribe":
                await self._subscribe(message, max_operations)
            case "complete":
                task = self._operations.pop(_id_of(message), None)
                if task is not None:
                    self._end(task)
            case _:
                raise _CloseConnection(BAD_MESSAGE, "A message has an unknown type")

    async def _initialise(self, payload: object) -> None:
        if self._acknowledged:
            raise _CloseConnection(TOO_MANY_INITS, "Too many initialisation requests")
        if payload is not None and not isinstance(payload, dict):
            raise _CloseConnection(BAD_MESSAGE, "The payload of connection_init is no object")
        self._acknowledged = True
        headers = [item for item in self._http.headers if item[0] != b"accept"]
        # A request that could not be executed is told by its status then.
        headers.append((b"accept", b"application/graphql-response+json"))
        for name in _CREDENTIALS:
            value = _credential(payload or {}, name)
            if value is not None and self._http.header(name) is None:
                headers.append((name, value))
        self._http = replace(self._http, method="POST", headers=headers, _lookup=None)
        await self._send({"type": "connection_ack"})

    async def _subscribe(self, message: dict[str, Any], max_operations: int) -> None:
        if not self._acknowledged:
            raise _CloseConnection(UNAUTHORIZED, "Unauthorized")
        operation_id = _id_of(message)
        request = _request(message.get("payload"))
        if operation_id in self._operations:
            raise _CloseConnection(DUPLICATE_ID, f"Subscriber for {operation_id} already exists")
        if len(self._operations) + len(self._ending) >= max_operations:
            problem = f"more than {max_operations} operations at once on one connection"
            error = {"message": problem, "extensions": {"code": LIMIT}}
            await self._send({"id": operation_id, "type": "error", "payload": [error]})
            return
        task = asyncio.ensure_future(self._operate(operation_id, request))
        self._operations[operation_id] = task

    def _end(self, task: asyncio.Task[None]) -> None:
        """Cancel an operation and keep it until its stream is closed at the subgraph."""
        task.cancel()
        self._ending.add(task)
        task.add_done_callback(self._ending.discard)

    async def _operate(self, operation_id: str, request: GraphQLRequest) -> None:
        """Run one operation and send what it gives."""
        assert self._pipeline is not None
        try:
            reply = await self._answer(self._pipeline.current(), request)
            if isinstance(reply, StreamReply):
                last = await self._send_parts(operation_id, reply.parts)
            elif reply.status == 200:
                await self._send_text((_head(operation_id) + reply.body + b"}").decode())
                last = {"type": "complete"}
            else:
                last = {"type": "error", "payload": orjson.loads(reply.body)["errors"]}
            # The client may use the id again as soon as it has this message.
            self._operations.pop(operation_id, None)
            await self._send({"id": operation_id, **last})
        except TimeoutError:
            self._stall()

    async def _answer(
        self, pipeline: Pipeline, request: GraphQLRequest
    ) -> HttpResponse | StreamReply:
        work = pipeline.work
        if work.is_full:
            error = work.refuse()
            work.refusals.tell(self._http, error.http_status, error.code, socket=True)
            return refusal([request_error(error)], MediaType.JSON, error.http_status)
        work.running += 1
        try:
            return await pipeline.answer(self._http, request)
        finally:
            work.running -= 1

    async def _send_parts(self, operation_id: str, parts: Parts) -> dict[str, Any]:
        """Send a stream's events; return its last message."""
        head = _head(operation_id)
        if self._writer is not None:
            parts.deliver(partial(_write_part, self._writer, head))
        try:
            while True:
                try:
                    body = await parts.next()
                except Exception as error:
                    return {"type": "error", "payload": [stream_error(error)]}
                if body is None:
                    return {"type": "complete"}
                await self._send_text((head + body + b"}").decode())
        finally:
            await parts.close()

    async def _send(self, message: dict[str, Any]) -> None:
        await self._send_text(orjson.dumps(message).decode())

    async def _send_text(self, text: str) -> None:
        async with asyncio.timeout(SEND_TIMEOUT):
            await self._asgi_send({"type": "websocket.send", "text": text})


def _head(operation_id: str) -> bytes:
    """Return a `next` message up to its payload."""
    return orjson.dumps({"id": operation_id, "type": "next"})[:-1] + b',"payload":'


def _write_part(writer: ImmediateWriter, head: bytes, answer: EventAnswer) -> bool:
    """Write a part at once as one frame. Clients differ in the id, so in what is before the body;
    those with equally long ones have the same frame head.
    """
    size = len(head)
    frame_head = answer.forms.get(size)
    if frame_head is None:
        frame_head = text_frame_head(size + len(answer.body) + 1)
        answer.forms[size] = frame_head
    return writer.write_now(b"".join((frame_head, head, answer.body, b"}")))


def _id_of(message: Mapping[str, Any]) -> str:
    operation_id = message.get("id")
    if not isinstance(operation_id, str) or not 0 < len(operation_id) <= _MAX_ID:
        raise _CloseConnection(BAD_MESSAGE, "A message has no usable id")
    return operation_id


def _request(payload: object) -> GraphQLRequest:
    if not isinstance(payload, dict):
        raise _CloseConnection(BAD_MESSAGE, "The payload of subscribe is no object")
    query, name = payload.get("query"), payload.get("operationName")
    variables, extensions = payload.get("variables"), payload.get("extensions")
    if name is not None and not isinstance(name, str):
        raise _CloseConnection(BAD_MESSAGE, "operationName is no text")
    for part in (variables, extensions):
        if part is not None and not isinstance(part, dict):
            raise _CloseConnection(BAD_MESSAGE, "variables and extensions must be objects")
    document_id = payload.get("documentId")
    if document_id is not None and not isinstance(document_id, str):
        raise _CloseConnection(BAD_MESSAGE, "documentId is no text")
    named = document_id is not None or "persistedQuery" in (extensions or {})
    if not isinstance(query, str) and (query is not None or not named):
        raise _CloseConnection(BAD_MESSAGE, "The payload of subscribe has no query")
    if named and not query:
        query = None
    return GraphQLRequest(query, name, variables or {}, extensions or {}, document_id)


def _credential(payload: Mapping[str, Any], wanted: bytes) -> bytes | None:
    """Return the credentials in `connection_init`, since browsers can set no header here."""
    inner = payload.get("headers")
    for place in (payload, inner if isinstance(inner, dict) else {}):
        for name, value in place.items():
            if name.lower().encode("utf-8", "replace") == wanted and isinstance(value, str):
                printable = value.isascii() and value.isprintable()
                return value.encode() if printable else None
    return None
