"""GraphQL over SSE, single connection mode: one event stream for the answers to many operations.

Protocol: graphql-sse's PROTOCOL.md. A client reserves a stream (PUT gives a token), opens it (GET),
posts operations that carry the token and an id of their own (POST; 202 and the answer comes over
the stream), and stops one (DELETE). Requests that cannot be answered are refused as always, by
status. A token cannot be guessed, and works only for the caller that reserved it.
"""

from __future__ import annotations

import asyncio
import contextlib
import secrets
from collections import deque
from collections.abc import Callable, Hashable, Iterator
from urllib.parse import parse_qs

import orjson

from federation.errors import RequestError
from federation.server.callers.identity import ClientIdentity
from federation.server.pipeline import Pipeline
from federation.server.settings.subscription import Subscription
from federation.server.subscriptions import LIMIT
from federation.server.wire.request import HttpRequest, check_csrf, parse_request
from federation.server.wire.response import SECURITY_HEADERS, VARY, HttpResponse
from federation.server.wire.stream_formats import StreamFormat
from federation.server.wire.streaming import Parts, SinglePart, StreamReply, Take, stream_error

TOKEN_HEADER = b"x-graphql-event-stream-token"

_MAX_ID = 1024
_POSTED = "POST"


class SingleConnections:
    """All streams of the process. For one event loop."""

    def __init__(self, settings: Subscription) -> None:
        self._settings = settings
        self._streams: dict[str, _Stream] = {}
        self._draining = False

    def __len__(self) -> int:
        return len(self._streams)

    def reconfigure(self, settings: Subscription) -> None:
        """Other settings hold for what is reserved and posted from now on."""
        self._settings = settings

    def concerns(self, http: HttpRequest) -> bool:
        """Return whether the request is part of this protocol."""
        if not self._settings.enabled or not self._settings.sse_single_connection.enabled:
            return False
        return http.method in ("PUT", "DELETE") or _token(http) is not None

    def drain(self) -> None:
        """The server is about to stop: streams end with their last operation."""
        self._draining = True
        for stream in self._streams.values():
            stream.drain()

    async def answer(self, http: HttpRequest, pipeline: Pipeline) -> HttpResponse | StreamReply:
        """Return the reply. Raises `RequestError`."""
        if pipeline.csrf_headers is not None and http.method == _POSTED:
            check_csrf(http, pipeline.csrf_headers)
        owner = _owner(await pipeline.identities.identify(http))
        if http.method == "PUT":
            return self._reserve(owner)
        stream = self._stream(http, owner)
        match http.method:
            case "GET":
                return stream.open()
            case "DELETE":
                stream.stop(_operation_id(_parameter(http, "operationId")))
                return _plain(200)
            case "POST":
                return await self._operate(stream, http, pipeline)
        raise RequestError(
            f"{http.method} is not possible here",
            code="METHOD_NOT_ALLOWED",
            http_status=405,
        )

    def _reserve(self, owner: Hashable) -> HttpResponse:
        limits = self._settings.sse_single_connection
        if self._draining or len(self._streams) >= limits.max_streams:
            raise RequestError(
                "too many event streams are open; try again later", code=LIMIT, http_status=503
            )
        token = secrets.token_urlsafe(24)
        self._streams[token] = _Stream(
            owner,
            self._settings.queue_capacity,
            limits.reservation_timeout,
            lambda: self._streams.pop(token, None),
        )
        return _plain(201, token.encode())

    def _stream(self, http: HttpRequest, owner: Hashable) -> _Stream:
        stream = self._streams.get(_token(http) or "")
        # A stream of another caller is as good as none: nothing tells that it is there.
        if stream is None or stream.owner != owner:
            raise RequestError(
                "no event stream is reserved under this token; reserve one with PUT",
                code="STREAM_NOT_FOUND",
                http_status=404,
            )
        return stream

    async def _operate(
        self, stream: _Stream, http: HttpRequest, pipeline: Pipeline
    ) -> HttpResponse:
        request = parse_request(http, by_id=pipeline.stored is not None)
        operation_id = _operation_id(request.extensions.get("operationId"))
        most = self._settings.max_operations_per_connection
        with stream.beginning(operation_id, most):
            reply = await pipeline.answer(http, request)
            if isinstance(reply, StreamReply):
                stream.run(operation_id, reply.parts)
            elif reply.status == 200:
                stream.run(operation_id, SinglePart(reply.body))
            else:
                return reply
        return _plain(202)


class _Stream:
    """One stream: reserved, then open, then gone. `Parts` of the reply that carries it."""

    def __init__(
        self, owner: Hashable, capacity: int, timeout: float, forget: Callable[[], object]
    ) -> None:
        self.owner = owner
        self._capacity = capacity
        self._forget = forget
        self._events: deque[bytes] = deque()
        self._filled = asyncio.Event()
        self._taken = asyncio.Event()
        self._starting: set[str] = set()
        self._operations: dict[str, asyncio.Task[None]] = {}
        self._draining = False
        self._closed = False
        loop = asyncio.get_running_loop()
        self._expiry: asyncio.TimerHandle | None = loop.call_later(timeout, self._expire)
        self._closing: asyncio.Task[None] | None = None

    def open(self) -> StreamReply:
        """Return the reply that carries the stream. Raises `RequestError` (409) the second time."""
        if self._expiry is None:
            raise RequestError(
                "the event stream of this token is open already",
                code="STREAM_ALREADY_OPEN",
                http_status=409,
            )
        self._expiry.cancel()
        self._expiry = None
        return StreamReply(StreamFormat.EVENTS, self)

    @contextlib.contextmanager
    def beginning(self, operation_id: str, most: int) -> Iterator[None]:
        """Hold the id while an operation begins. Raises `RequestError` when that cannot be."""
        if operation_id in self._operations or operation_id in self._starting:
            raise RequestError(
                "an operation with this id is running on the event stream",
                code="OPERATION_ALREADY_EXISTS",
                http_status=409,
            )
        running = len(self._operations) + len(self._starting)
        if running >= most or len(self._events) >= self._capacity + most:
            raise RequestError(
                f"more than {most} operations at once on one event stream",
                code=LIMIT,
                http_status=503,
            )
        self._starting.add(operation_id)
        try:
            yield
        finally:
            self._starting.discard(operation_id)

    def run(self, operation_id: str, parts: Parts) -> None:
        """Send an operation's answers over the stream, beside others."""
        task = asyncio.ensure_future(self._send(operation_id, parts))
        self._operations[operation_id] = task
        if self._closed:  # the client went away while the operation began
            _cancel(task)

    def stop(self, operation_id: str) -> None:
        """End an operation, if it runs. Its answers end with `complete`."""
        task = self._operations.get(operation_id)
        if task is not None:
            _cancel(task)

    def drain(self) -> None:
        """End with the last operation."""
        self._draining = True
        self._filled.set()

    async def next(self) -> bytes | None:
        """Return the next event. See `Parts.next`."""
        while not self._events:
            if self._draining and not self._operations:
                return None
            self._filled.clear()
            await self._filled.wait()
        event = self._events.popleft()
        self._taken.set()
        return event

    def deliver(self, take: Take) -> None:
        """Its events are its own, with the ids of its operations. See `Parts.deliver`."""

    async def close(self) -> None:
        """End all operations; the token is void from now on."""
        self._closed = True
        self._forget()
        tasks = tuple(self._operations.values())
        for task in tasks:
            _cancel(task)
        await asyncio.gather(*tasks, return_exceptions=True)

    def _expire(self) -> None:
        """Nobody opened the stream in time."""
        self._expiry = None
        self._closing = asyncio.ensure_future(self.close())

    async def _send(self, operation_id: str, parts: Parts) -> None:
        try:
            try:
                while (body := await parts.next()) is not None:
                    await self._emit(b"next", operation_id, body)
            except Exception as error:
                body = orjson.dumps({"errors": [stream_error(error)]})
                await self._emit(b"next", operation_id, body)
            finally:
                await parts.close()
        finally:
            self._operations.pop(operation_id, None)
            # Never waits: the end of an operation must not be lost, and there is one for each.
            self._add(b"complete", operation_id, None)

    async def _emit(self, event: bytes, operation_id: str, payload: bytes) -> None:
        """Add an event; wait while too many others wait for the client."""
        while len(self._events) >= self._capacity:
            self._taken.clear()
            await self._taken.wait()
        self._add(event, operation_id, payload)

    def _add(self, event: bytes, operation_id: str, payload: bytes | None) -> None:
        data = orjson.dumps({"id": operation_id})
        if payload is not None:
            data = data[:-1] + b',"payload":' + payload + b"}"
        self._events.append(b"event: " + event + b"\ndata: " + data + b"\n\n")
        self._filled.set()


def _cancel(task: asyncio.Task[None]) -> None:
    # One that has not begun would never close its parts, so it begins first.
    asyncio.get_running_loop().call_soon(task.cancel)


def _owner(client: ClientIdentity) -> Hashable:
    """Return what stays the same of a caller when it renews its token."""
    claims = client.claims or {}
    subject = claims.get("sub")
    if isinstance(subject, str):
        return client.organization, str(claims.get("iss")), subject
    return client.key


def _token(http: HttpRequest) -> str | None:
    value = http.header(TOKEN_HEADER)
    if value is not None:
        return value.decode("latin-1")
    return _parameter(http, "token") if b"token=" in http.query_string else None


def _parameter(http: HttpRequest, name: str) -> str | None:
    values = parse_qs(http.query_string.decode("latin-1"), max_num_fields=100).get(name)
    return values[0] if values else None


def _operation_id(value: object) -> str:
    if not isinstance(value, str) or not 0 < len(value) <= _MAX_ID:
        raise RequestError(
            "the operation has no usable id; send it as extensions.operationId (DELETE: as the"
            " parameter operationId)",
            code="INVALID_OPERATION_ID",
        )
    return value


def _plain(status: int, body: bytes = b"") -> HttpResponse:
    headers = [
        (b"content-length", b"%d" % len(body)),
        (b"content-type", b"text/plain; charset=utf-8"),
        (b"cache-control", b"no-store"),
        (b"vary", VARY),
        *SECURITY_HEADERS,
    ]
    return HttpResponse(status, headers, body)
