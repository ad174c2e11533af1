"""Event streams that the subgraph posts to us: Apollo's HTTP callback protocol 1.0.

We post the subscription with `extensions.subscription`; the subgraph, or an emitter for it, posts
`check` (also as heartbeat), `next` and `complete` to the callback URL. A callback is believed when
it knows the subscription's verifier, a secret made for that subscription alone. An unknown
subscription is answered 404, by which the subgraph learns that nobody listens any more. Any other
error, too, ends the subscription on the subgraph's side; so it ends here as well where it is known
whose it is. Messages have no number: what is posted twice is two events.

Protocol: "HTTP Callback Protocol for GraphQL Subscriptions" in the documentation of Apollo Router.
"""

from __future__ import annotations

import asyncio
import hmac
import secrets
from collections.abc import AsyncGenerator
from dataclasses import dataclass, field, replace
from typing import Any

import aiohttp

from federation.errors import SubgraphError
from federation.execution.json_codec import decode, encode
from federation.execution.transport import SubgraphRequest, SubgraphResponse
from federation.execution.transports.certificates import ClientTls
from federation.execution.transports.reading import (
    read_response,
    read_value,
    timed_out,
    too_large,
    unreachable,
)
from federation.execution.transports.stream_options import (
    StreamOptions,
    malformed_stream,
    silent,
)

ACCEPT = "application/json;callbackSpec=1.0"
PROTOCOL_HEADER = ("subscription-protocol", "callback/1.0")

_MAX_REFUSAL_BYTES = 1024 * 1024


@dataclass(slots=True)
class _Waiting:
    """One open subscription."""

    subgraph: str
    verifier: str
    capacity: int
    messages: asyncio.Queue[SubgraphResponse | SubgraphError | None] = field(
        default_factory=asyncio.Queue
    )
    ended: bool = False

    def put(self, message: SubgraphResponse) -> None:
        """Hand on an event."""
        if self.messages.qsize() >= self.capacity:
            self.end(_overflow(self.subgraph))
        elif not self.ended:
            self.messages.put_nowait(message)

    def end(self, error: SubgraphError | None = None) -> None:
        """Nothing more will come: the stream is complete, or broken by `error`."""
        if not self.ended:
            self.ended = True
            self.messages.put_nowait(error)


class Callbacks:
    """The subscriptions that wait for callbacks, by id. One for the whole server.

    `capacity`: events of one subscription kept until they are taken. `public_url`: where
    subgraphs reach the callback route from outside. `prefix` of all ids: tells processes apart
    that share the url.
    """

    def __init__(self, public_url: str, capacity: int = 128, prefix: str = "") -> None:
        self._public_url = public_url.rstrip("/")
        self._capacity = capacity
        self._prefix = prefix
        self._waiting: dict[str, _Waiting] = {}
        self._alive: dict[str, asyncio.Event] = {}

    def __len__(self) -> int:
        return len(self._waiting)

    def open(self, subgraph: str) -> tuple[str, _Waiting]:
        """Return a new subscription's id, which nobody can guess."""
        subscription_id = self._prefix + secrets.token_hex(16)
        waiting = _Waiting(subgraph, secrets.token_urlsafe(24), self._capacity)
        self._waiting[subscription_id] = waiting
        self._alive[subscription_id] = asyncio.Event()
        return subscription_id, waiting

    def close(self, subscription_id: str) -> None:
        """Forget a subscription; later callbacks are answered 404."""
        self._waiting.pop(subscription_id, None)
        self._alive.pop(subscription_id, None)

    def url(self, subscription_id: str) -> str:
        return f"{self._public_url}/{subscription_id}"

    def alive(self, subscription_id: str) -> asyncio.Event:
        """Return the event that each callback of the subscription sets."""
        return self._alive[subscription_id]

    def receive(self, subscription_id: str, body: bytes) -> int:
        """Take a callback; return the HTTP status to answer.

        204 for a check, 200 for an event, 202 for the completion; 400 for what is no callback or
        has a wrong verifier, 404 for a subscription that is not (or no longer) there.
        """
        try:
            message = decode(body)
        except ValueError:
            return 400
        if not isinstance(message, dict) or message.get("kind") != "subscription":
            return 400
        named = message.get("id")
        if not isinstance(named, str):
            return 400
        waiting = self._waiting.get(named)
        if waiting is None or waiting.ended:
            return 404
        if named != subscription_id:
            return 400
        given = message.get("verifier")
        if not isinstance(given, str) or not hmac.compare_digest(
            given.encode("utf-8", "replace"), waiting.verifier.encode()
        ):
            return 400
        self._alive[subscription_id].set()
        return _take(waiting, message)


def _take(waiting: _Waiting, message: dict[str, Any]) -> int:
    match message.get("action"):
        case "check":
            return 204
        case "next":
            try:
                waiting.put(read_value(message.get("payload"), 200, waiting.subgraph))
            except SubgraphError as error:
                waiting.end(error)
                return 400
            return 404 if waiting.ended else 200
        case "complete":
            errors = message.get("errors")
            try:
                if errors:
                    waiting.put(read_value({"errors": errors}, 200, waiting.subgraph))
                waiting.end()
            except SubgraphError as error:
                waiting.end(error)
                return 400
            return 202
    return 400


def _overflow(subgraph: str) -> SubgraphError:
    return SubgraphError(
        "The subgraph sent events faster than they could be taken; subscribe again.",
        subgraph=subgraph,
        code="SUBSCRIPTION_BUFFER_OVERFLOW",
    )


class CallbackEventSource:
    """`EventSource` of one subgraph that posts its events."""

    def __init__(self, options: StreamOptions, callbacks: Callbacks) -> None:
        self._options = options
        self._tls = ClientTls(options.url, options.tls)
        self._callbacks = callbacks
        self._session: aiohttp.ClientSession | None = None

    async def subscribe(self, request: SubgraphRequest) -> AsyncGenerator[SubgraphResponse, None]:
        """Yield the events. See `EventSource.subscribe`."""
        subscription_id, waiting = self._callbacks.open(request.subgraph)
        try:
            refused = await self._register(request, subscription_id, waiting.verifier)
            if refused is not None:
                yield refused
                return
            alive = self._callbacks.alive(subscription_id)
            while True:
                message = await self._next(waiting, alive)
                if message is None:
                    return
                if isinstance(message, SubgraphError):
                    raise message
                yield message
        finally:
            self._callbacks.close(subscription_id)

    async def _next(
        self, waiting: _Waiting, alive: asyncio.Event
    ) -> SubgraphResponse | SubgraphError | None:
        """Wait for a message as long as the subgraph shows signs of life."""
        interval = self._options.heartbeat_interval
        if interval is None or not waiting.messages.empty():
            return await waiting.messages.get()
        while True:
            alive.clear()
            try:
                async with asyncio.timeout(2 * interval):
                    return await waiting.messages.get()
            except TimeoutError:
                if not alive.is_set():
                    raise silent(waiting.subgraph) from None

    async def _register(
        self, request: SubgraphRequest, subscription_id: str, verifier: str
    ) -> SubgraphResponse | None:
        """Post the subscription; return the subgraph's errors when it refuses."""
        interval = self._options.heartbeat_interval
        extension = {
            "callbackUrl": self._callbacks.url(subscription_id),
            "subscriptionId": subscription_id,
            "verifier": verifier,
            "heartbeatIntervalMs": 0 if interval is None else round(interval * 1000),
        }
        extensions = encode({"subscription": extension})
        body = request.body[:-1] + b',"extensions":' + extensions + b"}"
        answer = await self._post(replace(request, body=body))
        if answer.errors:
            return answer
        if answer.data is not None:
            raise malformed_stream(
                "is one answer: it does not know the callback protocol", request.subgraph
            )
        return None

    async def _post(self, request: SubgraphRequest) -> SubgraphResponse:
        if self._session is None:
            self._session = aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar())
        headers = {**request.headers, "content-type": "application/json", "accept": ACCEPT}
        body = bytearray()
        try:
            async with (
                asyncio.timeout(self._options.connect_timeout),
                self._session.post(
                    self._options.url,
                    data=request.body,
                    headers=headers,
                    allow_redirects=False,
                    ssl=self._tls.context(),
                ) as response,
            ):
                async for chunk in response.content.iter_chunked(64 * 1024):
                    body += chunk
                    if len(body) > _MAX_REFUSAL_BYTES:
                        raise too_large(_MAX_REFUSAL_BYTES, request.subgraph)
                status = response.status
        except TimeoutError:
            raise timed_out(request.subgraph) from None
        except (aiohttp.ClientError, OSError):
            raise unreachable(request.subgraph) from None
        if status == 200 and not body:
            return SubgraphResponse(None)
        return read_response(bytes(body), status, request.subgraph)

    async def close(self) -> None:
        """Close the connections."""
        if self._session is not None:
            await self._session.close()
            self._session = None
