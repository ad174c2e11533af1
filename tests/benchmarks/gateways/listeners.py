"""Clients that only listen: many subscribers of one subscription, over WebSocket and over SSE.

Every message is checked: its number follows the last one of that client, and it says what it must.
What costs is done once for each event: bytes that were found right for one client are compared as
bytes for the others, whose messages are the same.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, cast

import orjson

from tests.benchmarks.gateways.standins.frames import CLOSE, PING, PONG, TEXT, frame, read_frame
from tests.benchmarks.load import post, same_value

# How many messages' bytes are remembered: more than can be on their way at once.
_KNOWN = 20_000


@dataclass(slots=True)
class Event:
    """When an event was sent, how many have it, and when the last one got it (monotonic ns)."""

    sent_at: int
    received: int = 0
    last_at: int = 0


@dataclass(slots=True)
class Known:
    """Bytes on the wire that are one right message, and its number; all are as long as the last."""

    numbers: dict[bytes, int] = field(default_factory=dict)
    length: int = 0

    def add(self, raw: bytes, number: int) -> None:
        """Take bytes that were found right."""
        if len(self.numbers) >= _KNOWN:
            self.numbers.clear()
        self.numbers[raw] = number
        self.length = len(raw)


@dataclass(slots=True)
class Hearing:
    """What all clients together have heard.

    `expected`: the data of an event, by its number and the time it was sent. `counting`: whether
    messages count; before that they only show that a client is there.
    """

    expected: Callable[[int, str], Any]
    events: dict[int, Event] = field(default_factory=dict)
    messages: int = 0
    counting: bool = False
    fault: str = ""

    def fail(self, fault: str) -> None:
        """Note the first thing that is wrong."""
        self.fault = self.fault or fault

    def number_of(self, payload: bytes) -> int | None:
        """Return the number of the event whose answer this is; None when it is wrong."""
        try:
            answer = orjson.loads(payload)
            change = answer["data"]["stockChanged"]
            number, sent_at = int(change["number"]), change["sentAt"]
        except (orjson.JSONDecodeError, LookupError, TypeError, ValueError):
            self.fail(f"not an event: {payload[:300]!r}")
            return None
        if not same_value(answer, self.expected(number, sent_at)):
            self.fail(f"a wrong event: {payload[:600]!r}")
            return None
        if number not in self.events:
            self.events[number] = Event(int(sent_at))
        return number


class Listener(asyncio.Protocol):
    """One client; `last` is the number of its last event, -1 before.

    `ready`: the server has answered what opened the stream. `known` belongs to all of its kind.
    """

    def __init__(
        self, hearing: Hearing, known: Known, hello: bytes, closed: Callable[[Listener], None]
    ) -> None:
        self.hearing = hearing
        self.known = known
        self.last = -1
        self.ready = False
        self._hello = hello
        self._buffer = b""
        self._begun = False
        self._ending = False
        self._closed = closed

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast("asyncio.Transport", transport)  # uvloop's is none by its class
        self.transport.write(self._hello)

    def begin(self, head: bytes) -> None:
        """Take the head of the answer."""
        raise NotImplementedError

    def take(self, data: bytes) -> int:
        """Take one message; return how long it is, 0 when it is not all there."""
        raise NotImplementedError

    def between(self) -> bool:
        """Whether a message begins with what comes next."""
        return True

    def data_received(self, data: bytes) -> None:
        if self._buffer:
            data = self._buffer + data
            self._buffer = b""
        if not self._begun:
            head, separator, rest = data.partition(b"\r\n\r\n")
            if not separator:
                self._buffer = data
                return
            self._begun, data = True, rest
            self.begin(head)
        numbers = self.known.numbers
        while data:
            if self.between():
                length = self.known.length
                number = numbers.get(data if len(data) <= length else data[:length])
                if number is not None:
                    self.received(number)
                    data = data[length:]
                    continue
            taken = self.take(data)
            if not taken:
                break
            data = data[taken:]
        self._buffer = data

    def received(self, number: int) -> None:
        """Count a message. Events come in their order, none is missing."""
        hearing = self.hearing
        if self.last >= 0 and number != self.last + 1:
            hearing.fail(f"event {number} after event {self.last}")
        self.last = number
        if hearing.counting:
            event = hearing.events[number]
            event.received += 1
            event.last_at = time.monotonic_ns()
            hearing.messages += 1

    def connection_lost(self, error: Exception | None) -> None:
        if not self._ending:
            self.hearing.fail(f"a stream ended after event {self.last}: {error}")
        self._closed(self)

    def close(self) -> None:
        """End the stream."""
        self._ending = True
        self.transport.close()


class SseListener(Listener):
    """Over server-sent events ("distinct connections mode" of GraphQL over SSE)."""

    _chunked = False
    # Of an event whose end has not come.
    _text = b""

    def begin(self, head: bytes) -> None:
        low = head.lower()
        self._chunked = b"transfer-encoding: chunked" in low
        if not low.startswith(b"http/1.1 200") or b"text/event-stream" not in low:
            self.hearing.fail(f"no event stream: {head[:300]!r}")
        self.ready = True

    def between(self) -> bool:
        return not self._text

    def take(self, data: bytes) -> int:
        text, taken = self._chunk(data) if self._chunked else (data, len(data))
        if not taken:
            return 0
        alone = not self._text
        *events, self._text = (self._text + text).replace(b"\r\n", b"\n").split(b"\n\n")
        alone = alone and len(events) == 1 and not self._text
        for event in events:
            number = self._number(event)
            if number is not None:
                if alone:
                    self.known.add(data[:taken], number)
                self.received(number)
        return taken

    def _chunk(self, data: bytes) -> tuple[bytes, int]:
        """Return the content of the first chunk and its length on the wire, 0 for half of one."""
        head, separator, rest = data.partition(b"\r\n")
        if not separator:
            return b"", 0
        size = int(head.partition(b";")[0], 16)
        if len(rest) < size + 2:
            return b"", 0
        return rest[:size], len(head) + 2 + size + 2

    def _number(self, event: bytes) -> int | None:
        lines = event.split(b"\n")
        if b"event: complete" in lines:
            self.hearing.fail("the stream was completed")
        payload = b"\n".join(line[5:].strip() for line in lines if line.startswith(b"data:"))
        # Comments are heartbeats.
        return self.hearing.number_of(payload) if payload else None


class WebSocketListener(Listener):
    """Over `graphql-transport-ws`; `operation` is the body of a request for the subscription."""

    operation = b""

    def begin(self, head: bytes) -> None:
        if not head.startswith(b"HTTP/1.1 101"):
            self.hearing.fail(f"no WebSocket: {head[:300]!r}")
        self._send(b'{"type":"connection_init"}')

    def take(self, data: bytes) -> int:
        found = read_frame(data)
        if found is None:
            return 0
        kind, payload, length = found
        if kind == PING:
            self.transport.write(frame(PONG, payload, masked=True))
        elif kind == CLOSE:
            self.hearing.fail(f"the WebSocket was closed: {payload!r}")
        elif kind == TEXT:
            number = self._message(payload)
            if number is not None:
                self.known.add(data[:length], number)
                self.received(number)
        return length

    def _message(self, text: bytes) -> int | None:
        """Answer a message; return the number of the event that it is."""
        message = orjson.loads(text)
        kind = message["type"]
        if kind == "next":
            return self.hearing.number_of(orjson.dumps(message["payload"]))
        if kind == "connection_ack":
            self.ready = True
            self._send(b'{"id":"1","type":"subscribe","payload":%b}' % self.operation)
        elif kind == "ping":
            self._send(b'{"type":"pong"}')
        elif kind != "pong":
            self.hearing.fail(f"the stream ended: {text[:300]!r}")
        return None

    def _send(self, text: bytes) -> None:
        self.transport.write(frame(TEXT, text, masked=True))


def sse_hello(path: str, operation: bytes) -> bytes:
    """Return the request that opens a stream over SSE."""
    return post(path, operation, {"accept": "text/event-stream"})


def websocket_hello(path: str) -> bytes:
    """Return the request that opens a WebSocket."""
    return (
        b"GET %b HTTP/1.1\r\nhost: localhost\r\nupgrade: websocket\r\nconnection: Upgrade\r\n"
        b"sec-websocket-key: MDEyMzQ1Njc4OWFiY2RlZg==\r\nsec-websocket-version: 13\r\n"
        b"sec-websocket-protocol: graphql-transport-ws\r\n\r\n" % path.encode()
    )
