"""Events as Server-Sent Events: GraphQL over SSE, distinct connections mode, read side.

Event stream format: WHATWG HTML §9.2.6. GraphQL over SSE names the events `next` (a GraphQL
response) and `complete`; servers that leave the name out mean `next`. Other events are theirs.
"""

from __future__ import annotations

from federation.execution.json_codec import decode
from federation.execution.transport import SubgraphResponse
from federation.execution.transports.reading import read_value
from federation.execution.transports.stream_options import event_too_large, malformed_stream

ACCEPT = "text/event-stream"


class ServerSentEvents:
    """Bytes in, responses out. `done` once the stream was completed."""

    def __init__(self, subgraph: str, max_event_bytes: int) -> None:
        self._subgraph = subgraph
        self._limit = max_event_bytes
        self._rest = b""
        self._after_cr = False
        self._name = b""
        self._data: list[bytes] = []
        self._size = 0
        self.done = False

    def feed(self, chunk: bytes) -> list[SubgraphResponse]:
        """Return the events that `chunk` completes. Raises `SubgraphError`."""
        if self._after_cr and chunk:
            chunk = chunk.removeprefix(b"\n")  # the second half of a CRLF cut in two
            self._after_cr = False
        if chunk:
            self._after_cr = chunk.endswith(b"\r")
        # bytes.splitlines knows exactly the three line ends of the format.
        lines = (self._rest + chunk).splitlines(keepends=True)
        self._rest = b""
        if lines and not lines[-1].endswith((b"\n", b"\r")):
            self._rest = lines.pop()
        events: list[SubgraphResponse] = []
        for line in lines:
            self._line(line.rstrip(b"\r\n"), events)
            if self.done:
                break
        if self._size + len(self._rest) > self._limit:
            raise event_too_large(self._limit, self._subgraph)
        return events

    def _line(self, line: bytes, events: list[SubgraphResponse]) -> None:
        if not line:
            self._dispatch(events)
            return
        field, _, value = line.partition(b":")
        value = value.removeprefix(b" ")
        if field == b"event":
            self._name = value
        elif field == b"data":
            self._data.append(value)
            self._size += len(value)
            if self._size > self._limit:
                raise event_too_large(self._limit, self._subgraph)

    def _dispatch(self, events: list[SubgraphResponse]) -> None:
        name, data = self._name, b"\n".join(self._data)
        self._name, self._data, self._size = b"", [], 0
        if name == b"complete":
            self.done = True
        elif name in (b"next", b"", b"message") and data:
            try:
                value = decode(data)
            except ValueError:
                raise malformed_stream("has an event that is not JSON", self._subgraph) from None
            events.append(read_value(value, 200, self._subgraph))
