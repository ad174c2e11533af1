"""A load generator: a fixed number of keep-alive connections, each with one request open.

Requests may all differ: they and what must be answered come from an iterator of exchanges. Every
answer is compared with the expected one, so that nothing wrong is ever counted as fast.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, cast

import orjson

# How many ways of writing one answer are remembered; others are compared as values each time.
_KNOWN = 8
_PATIENCE_SECONDS = 60


@dataclass(slots=True)
class Load:
    """What a run found. `latencies` in seconds; `wrong` answers are also in `answers`.

    `extra`: what a workload tells beside that, by a name that says the unit. `fault`: of the first
    wrong answer.
    """

    answers: int = 0
    wrong: int = 0
    seconds: float = 0.0
    latencies: list[float] = field(default_factory=list)
    extra: dict[str, float] = field(default_factory=dict)
    fault: str = ""

    def percentile(self, share: float) -> float:
        """Return the latency that `share` of the answers did not exceed, in milliseconds."""
        ordered = sorted(self.latencies)
        return ordered[min(len(ordered) - 1, int(share * len(ordered)))] * 1000 if ordered else 0.0


class Answer:
    """What must be answered: a JSON value, in any of the ways it can be written.

    Bytes that were found equal to it once are compared as bytes from then on.

    >>> answer = Answer({"data": {"a": 1, "b": [2]}})
    >>> answer.accepts(b'{"data": {"b": [2], "a": 1}}'), answer.accepts(b'{"data": {"a": 1}}')
    (True, False)
    """

    __slots__ = ("_known", "value")

    def __init__(self, value: Any) -> None:
        self.value = value
        self._known: list[bytes] = []

    def accepts(self, body: bytes) -> bool:
        """Return whether the body says what must be answered."""
        for known in self._known:
            if body == known:
                return True
        try:
            if not same_value(orjson.loads(body), self.value):
                return False
        except orjson.JSONDecodeError:
            return False
        if len(self._known) < _KNOWN:
            self._known.append(body)
        return True


def same_value(one: Any, other: Any) -> bool:
    """Return whether two JSON values are equal, in whatever order objects have their keys.

    Numbers are equal by value, and never equal to booleans.

    >>> same_value({"a": 1, "b": True}, {"b": True, "a": 1.0}), same_value([1], [True])
    (True, False)
    """
    if isinstance(one, dict):
        return (
            isinstance(other, dict)
            and one.keys() == other.keys()
            and all(same_value(value, other[key]) for key, value in one.items())
        )
    if isinstance(one, list):
        return (
            isinstance(other, list) and len(one) == len(other) and all(map(same_value, one, other))
        )
    if isinstance(one, bool) or isinstance(other, bool):
        return one is other
    return bool(one == other)


# A request, and what must be answered to it (None: anything with status 200).
Exchange = tuple[bytes, Answer | None]


class Client(asyncio.Protocol):
    """A keep-alive connection with at most one request open.

    `on_answer` is called with the client, the status and the body; `on_lost` when the connection
    ends, with whether a request was open.
    """

    def __init__(
        self,
        on_answer: Callable[[Client, int, bytes], None],
        on_lost: Callable[[Client, bool], None],
    ) -> None:
        self._on_answer = on_answer
        self._on_lost = on_lost
        self._received = b""
        self._parts: list[bytes] = []
        # Bytes of the body to come; -1: the head is not complete; -2: in chunks.
        self._missing = -1
        self._status = 0
        self.open = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast("asyncio.Transport", transport)  # uvloop's is none by its class

    def ask(self, request: bytes) -> None:
        """Send a request; only when none is open."""
        self.open = True
        self.transport.write(request)

    def data_received(self, data: bytes) -> None:
        if self._missing == -1:
            if self._received:
                data = self._received + data
            end = data.find(b"\r\n\r\n")
            if end < 0:
                self._received = data
                return
            self._received = b""
            self._status, self._missing = _head(data[:end])
            data = data[end + 4 :]
        if self._missing == -2:
            self._received += data
            body = _dechunked(self._received)
            if body is not None:
                self._received = b""
                self._answered(body)
            return
        self._missing -= len(data)
        self._parts.append(data)
        if self._missing <= 0:
            self._answered(data if len(self._parts) == 1 else b"".join(self._parts))

    def _answered(self, body: bytes) -> None:
        self._parts, self._missing = [], -1
        self.open = False
        self._on_answer(self, self._status, body)

    def connection_lost(self, error: Exception | None) -> None:
        self._on_lost(self, self.open)


def _head(head: bytes) -> tuple[int, int]:
    """Return the status, and the length of the body (-2: in chunks)."""
    low = head.lower()
    status = int(head[9:12])
    start = low.find(b"\r\ncontent-length:")
    if start >= 0:
        end = low.find(b"\r\n", start + 2)
        return status, int(low[start + 17 : end if end >= 0 else len(low)])
    if b"\r\ntransfer-encoding: chunked" in low:
        return status, -2
    raise ValueError(f"an answer without a length: {head[:200]!r}")


def _dechunked(data: bytes) -> bytes | None:
    """Return the body of an answer in chunks; None when its end is not there yet.

    >>> _dechunked(b"3\\r\\nabc\\r\\n2\\r\\nde\\r\\n0\\r\\n\\r\\n"), _dechunked(b"3\\r\\nabc")
    (b'abcde', None)
    """
    parts: list[bytes] = []
    at = 0
    while True:
        end = data.find(b"\r\n", at)
        if end < 0:
            return None
        size = int(data[at:end].partition(b";")[0], 16)
        if len(data) < end + 2 + size + 2:
            return None
        if not size:
            return b"".join(parts)
        parts.append(data[end + 2 : end + 2 + size])
        at = end + 2 + size + 2


def post(path: str, body: bytes, headers: Mapping[str, str] | None = None) -> bytes:
    """Return an HTTP/1.1 request as bytes."""
    lines = [f"POST {path} HTTP/1.1", "host: localhost", "content-type: application/json"]
    lines += [f"{name}: {value}" for name, value in (headers or {}).items()]
    lines += [f"content-length: {len(body)}", "", ""]
    return "\r\n".join(lines).encode() + body


async def run_load(
    port: int, exchanges: Iterator[Exchange], *, connections: int, seconds: float
) -> Load:
    """Return what `connections` clients of 127.0.0.1:`port` got in that time.

    It ends earlier when there are no more exchanges. It is meant for uvloop.
    """
    load = Load()
    loop = asyncio.get_running_loop()
    over: asyncio.Future[None] = loop.create_future()
    waiting: dict[Client, tuple[float, Answer | None]] = {}
    clock = time.perf_counter
    end = 0.0

    def go_on(client: Client, now: float) -> None:
        exchange = next(exchanges, None) if now < end else None
        if exchange is None:
            client.transport.close()
            return
        waiting[client] = (clock(), exchange[1])
        client.ask(exchange[0])

    def on_answer(client: Client, status: int, body: bytes) -> None:
        now = clock()
        started, answer = waiting.pop(client)
        load.answers += 1
        load.latencies.append(now - started)
        if status != 200 or (answer is not None and not answer.accepts(body)):
            load.wrong += 1
            load.fault = load.fault or f"status {status}: {body[:500]!r}"
        go_on(client, now)

    left = connections

    def on_lost(client: Client, was_open: bool) -> None:
        nonlocal left
        left -= 1
        if was_open:
            load.answers += 1
            load.wrong += 1
            load.fault = load.fault or "the connection ended before the answer"
        if not left and not over.done():
            over.set_result(None)

    clients = [
        (await loop.create_connection(lambda: Client(on_answer, on_lost), "127.0.0.1", port))[1]
        for _ in range(connections)
    ]
    start = clock()
    end = start + seconds
    for client in clients:
        go_on(client, start)
    await asyncio.wait_for(over, seconds + _PATIENCE_SECONDS)
    load.seconds = clock() - start
    return load
