"""How an answer of several parts is written over HTTP, and which way the client takes.

- Server-Sent Events: GraphQL over SSE, distinct connections mode; a `complete` event ends it.
- Multipart subscriptions: Apollo's protocol 1.0 (`subscriptionSpec=1.0`).
- Multipart incremental delivery: `deferSpec=20220824`.

A part's closing boundary is written with the part, so that clients can read it at once.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from functools import lru_cache

from federation.server.wire.response import quality_of

_PART = b"\r\ncontent-type: application/json\r\n\r\n"
_BOUNDARY = b"\r\n--graphql"


class StreamFormat(Enum):
    """A way to send parts. `WEBSOCKET` has its own module."""

    SSE = "text/event-stream"
    SUBSCRIPTION = 'multipart/mixed;boundary="graphql";subscriptionSpec=1.0'
    DEFER = 'multipart/mixed;boundary="graphql";deferSpec=20220824'
    WEBSOCKET = ""
    # Single connection mode: parts are whole events, of many operations; nothing ends the stream.
    EVENTS = "text/event-stream;charset=utf-8"

    @property
    def content_type(self) -> bytes:
        return self.value.encode()

    @property
    def opening(self) -> bytes:
        """What comes before the first part; SSE: a comment, so that proxies pass the head on."""
        return b":\n\n" if self in _SERVER_SENT else b"--graphql"

    @property
    def ending(self) -> bytes:
        if self is StreamFormat.EVENTS:
            return b""
        return b"event: complete\ndata: \n\n" if self is StreamFormat.SSE else b"--\r\n"

    @property
    def heartbeat(self) -> bytes | None:
        """What says that the stream lives; incremental delivery has nothing for it."""
        match self:
            case StreamFormat.SSE | StreamFormat.EVENTS:
                return b":\n\n"
            case StreamFormat.SUBSCRIPTION:
                return _PART + b"{}" + _BOUNDARY
        return None

    def part(self, body: bytes) -> bytes:
        """Return `body`, a GraphQL response (for `DEFER` one with `hasNext`), as a part."""
        match self:
            case StreamFormat.EVENTS:
                return body
            case StreamFormat.SSE:
                return b"event: next\ndata: " + body + b"\n\n"
            case StreamFormat.SUBSCRIPTION:
                return _PART + b'{"payload":' + body + b"}" + _BOUNDARY
        return _PART + body + _BOUNDARY

    def failure(self, errors: bytes) -> bytes:
        """Return the last part of a stream that broke; `errors` is a JSON list."""
        match self:
            case StreamFormat.EVENTS:
                return b""
            case StreamFormat.SSE:
                return self.part(b'{"errors":' + errors + b"}")
            case StreamFormat.SUBSCRIPTION:
                return _PART + b'{"payload":null,"errors":' + errors + b"}" + _BOUNDARY
        return self.part(b'{"errors":' + errors + b',"hasNext":false}')


_SERVER_SENT = (StreamFormat.SSE, StreamFormat.EVENTS)


@dataclass(frozen=True, slots=True)
class Acceptable:
    """What the client's Accept header takes besides one whole answer.

    `single`: whether it takes one whole answer, as JSON.
    """

    subscription: StreamFormat | None = None
    defer: bool = False
    single: bool = True


WHOLE = Acceptable()
SOCKET = Acceptable(StreamFormat.WEBSOCKET)

_WHOLE_RANGES = ("application/json", "application/graphql-response+json", "application/*", "*/*")


@lru_cache(maxsize=256)
def acceptable(accept: bytes | None) -> Acceptable:
    """Return what the header names.

    >>> acceptable(b"text/event-stream")
    Acceptable(subscription=<StreamFormat.SSE: 'text/event-stream'>, defer=False, single=False)
    """
    if accept is None or (b"event-stream" not in accept and b"multipart" not in accept):
        return WHOLE
    single = defer = False
    best: tuple[float, StreamFormat] | None = None
    for part in accept.decode("latin-1").split(","):
        media_range, *parameters = (piece.strip().lower() for piece in part.split(";"))
        quality = quality_of(parameters)
        if quality <= 0:
            continue
        single = single or media_range in _WHOLE_RANGES
        found = _format(media_range, parameters)
        if found is StreamFormat.DEFER:
            defer = True
        elif found is not None and (best is None or quality > best[0]):
            best = (quality, found)
    if best is None and not defer:
        return WHOLE
    return Acceptable(best[1] if best else None, defer, single)


_SPECIFICATIONS = {"deferspec", "subscriptionspec", "incrementalspec"}


def _format(media_range: str, parameters: list[str]) -> StreamFormat | None:
    if media_range == "text/event-stream":
        return StreamFormat.SSE
    if media_range != "multipart/mixed":
        return None
    named = {name: value.strip('"') for name, _, value in (p.partition("=") for p in parameters)}
    if named.get("subscriptionspec") in ("1.0", "1"):
        return StreamFormat.SUBSCRIPTION
    # Who names no specification (urql) reads this one; who names another does not.
    if named.get("deferspec") == "20220824" or not named.keys() & _SPECIFICATIONS:
        return StreamFormat.DEFER
    return None
