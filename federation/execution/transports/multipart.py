"""Events as parts of one HTTP answer: Apollo's multipart subscription protocol 1.0, read side.

Each part is `{}` (heartbeat), `{"payload": response}` (event), or `{"payload": null, "errors":
[…]}`, which ends the stream with the subgraph's errors. Parts are cut as RFC 2046 §5.1.1 says.

A part is complete when its JSON object is: some servers write the boundary only with the next
part, and an event must not wait for the one after it.
"""

from __future__ import annotations

from email.message import Message
from enum import Enum, auto

from federation.execution.json_codec import decode
from federation.execution.transport import SubgraphResponse
from federation.execution.transports.reading import read_value
from federation.execution.transports.stream_options import event_too_large, malformed_stream

ACCEPT = 'multipart/mixed;subscriptionSpec="1.0", application/json'

_MAX_HEADER_BYTES = 16 * 1024


def boundary_of(content_type: str) -> bytes | None:
    """Return the boundary named in a content type.

    >>> boundary_of('multipart/mixed; boundary="graphql"; subscriptionSpec=1.0')
    b'graphql'
    """
    message = Message()
    message["content-type"] = content_type
    boundary = message.get_boundary()
    return boundary.encode("latin-1", "replace") if boundary else None


class _State(Enum):
    BETWEEN = auto()
    DELIMITER = auto()
    HEADERS = auto()
    BODY = auto()


class MultipartEvents:
    """Bytes in, responses out. `done` once the stream was completed."""

    def __init__(self, subgraph: str, boundary: bytes, max_event_bytes: int) -> None:
        self._subgraph = subgraph
        self._delimiter = b"\r\n--" + boundary
        self._limit = max_event_bytes
        # The first delimiter may stand at the very beginning.
        self._buffer = bytearray(b"\r\n")
        self._state = _State.BETWEEN
        self._searched = 0
        self.done = False

    def feed(self, chunk: bytes) -> list[SubgraphResponse]:
        """Return the events that `chunk` completes. Raises `SubgraphError`."""
        self._buffer += chunk
        events: list[SubgraphResponse] = []
        while not self.done and self._advance(events):
            pass
        limit = self._limit if self._state is _State.BODY else _MAX_HEADER_BYTES
        if not self.done and len(self._buffer) > limit:
            raise event_too_large(limit, self._subgraph)
        return events

    def _advance(self, events: list[SubgraphResponse]) -> bool:
        """Take the next piece; False when more bytes are needed."""
        match self._state:
            case _State.BETWEEN:
                return self._skip_to_delimiter()
            case _State.DELIMITER:
                return self._after_delimiter()
            case _State.HEADERS:
                return self._skip_headers()
            case _State.BODY:
                return self._body(events)

    def _skip_to_delimiter(self) -> bool:
        found = self._buffer.find(self._delimiter)
        if found < 0:
            # Whatever stands between parts says nothing; keep what may be half a delimiter.
            del self._buffer[: max(0, len(self._buffer) - len(self._delimiter))]
            return False
        del self._buffer[: found + len(self._delimiter)]
        self._state = _State.DELIMITER
        return True

    def _after_delimiter(self) -> bool:
        if self._buffer.startswith(b"--"):
            self.done = True
            return False
        end = self._buffer.find(b"\r\n")
        if end < 0:
            return False
        # The line end stays: headers may be absent, then the empty line follows at once.
        del self._buffer[:end]
        self._state = _State.HEADERS
        return True

    def _skip_headers(self) -> bool:
        end = self._buffer.find(b"\r\n\r\n")
        if end < 0:
            return False
        del self._buffer[: end + 4]
        self._state, self._searched = _State.BODY, 0
        return True

    def _body(self, events: list[SubgraphResponse]) -> bool:
        found = self._buffer.find(self._delimiter, self._searched)
        if found >= 0:
            self._part(bytes(self._buffer[:found]), events)
            del self._buffer[: found + len(self._delimiter)]
            self._state = _State.DELIMITER
            return True
        self._searched = max(0, len(self._buffer) - len(self._delimiter))
        text = self._buffer.rstrip()
        if len(text) <= self._limit and text.endswith(b"}"):
            try:
                value = decode(bytes(text))
            except ValueError:
                return False
            self._value(value, events)
            # What follows the object may be the beginning of the delimiter.
            del self._buffer[: len(text)]
            self._state = _State.BETWEEN
        return False

    def _part(self, body: bytes, events: list[SubgraphResponse]) -> None:
        if len(body) > self._limit:
            raise event_too_large(self._limit, self._subgraph)
        if not body.strip():
            return
        try:
            value = decode(body)
        except ValueError:
            raise malformed_stream("has a part that is not JSON", self._subgraph) from None
        self._value(value, events)

    def _value(self, value: object, events: list[SubgraphResponse]) -> None:
        if not isinstance(value, dict):
            raise malformed_stream("has a part that is no JSON object", self._subgraph)
        if value.get("payload") is not None:
            events.append(read_value(value["payload"], 200, self._subgraph))
        errors = value.get("errors")
        if errors:
            events.append(read_value({"errors": errors}, 200, self._subgraph))
            self.done = True
        elif value and "payload" not in value:
            raise malformed_stream("has a part without a payload", self._subgraph)
