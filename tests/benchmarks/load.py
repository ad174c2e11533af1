"""A load generator: a fixed number of keep-alive connections, each with one request open.

Every answer is compared with the expected bytes, so that nothing wrong is ever counted as fast.
"""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass, field


@dataclass(slots=True)
class Load:
    """What a run found. `latencies` in seconds; `wrong` answers are also in `answers`."""

    answers: int = 0
    wrong: int = 0
    seconds: float = 0.0
    latencies: list[float] = field(default_factory=list)

    def percentile(self, share: float) -> float:
        """Return the latency that `share` of the answers did not exceed, in milliseconds."""
        ordered = sorted(self.latencies)
        return ordered[min(len(ordered) - 1, int(share * len(ordered)))] * 1000 if ordered else 0.0


class _Connection(asyncio.Protocol):
    def __init__(self, load: Load, request: bytes, expected: bytes | None, end: float) -> None:
        self.load = load
        self.request = request
        self.expected = expected
        self.end = end
        self.closed: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport
        self._send()

    def _send(self) -> None:
        self.parts: list[bytes] = []
        self.missing = -1
        self.started = time.perf_counter()
        self.transport.write(self.request)

    def data_received(self, data: bytes) -> None:
        if self.missing < 0:
            data = b"".join(self.parts) + data
            head, separator, body = data.partition(b"\r\n\r\n")
            if not separator:
                self.parts = [data]
                return
            self.missing = _content_length(head)
            self.ok = head.split(b" ", 2)[1] == b"200"
            self.parts, data = [], body
        self.parts.append(data)
        self.missing -= len(data)
        if self.missing <= 0:
            self._finish()

    def _finish(self) -> None:
        now = time.perf_counter()
        self.load.answers += 1
        self.load.latencies.append(now - self.started)
        body = b"".join(self.parts)
        if not self.ok or (self.expected is not None and body != self.expected):
            self.load.wrong += 1
        if now < self.end:
            self._send()
        else:
            self.transport.close()

    def connection_lost(self, error: Exception | None) -> None:
        if time.perf_counter() < self.end:
            self.load.wrong += 1
        if not self.closed.done():
            self.closed.set_result(None)


def _content_length(head: bytes) -> int:
    for line in head.split(b"\r\n")[1:]:
        name, _, value = line.partition(b":")
        if name.lower() == b"content-length":
            return int(value)
    raise ValueError("an answer without content-length")


def post(path: str, body: bytes, headers: dict[str, str] | None = None) -> bytes:
    """Return an HTTP/1.1 request as bytes."""
    lines = [f"POST {path} HTTP/1.1", "host: localhost", "content-type: application/json"]
    lines += [f"{name}: {value}" for name, value in (headers or {}).items()]
    lines += [f"content-length: {len(body)}", "", ""]
    return "\r\n".join(lines).encode() + body


async def run_load(
    port: int, request: bytes, *, connections: int, seconds: float, expected: bytes | None = None
) -> Load:
    """Return what `connections` clients of 127.0.0.1:`port` got in that time."""
    load = Load()
    loop = asyncio.get_running_loop()
    start = time.perf_counter()
    opened = [
        await loop.create_connection(
            lambda: _Connection(load, request, expected, start + seconds), "127.0.0.1", port
        )
        for _ in range(connections)
    ]
    await asyncio.wait_for(
        asyncio.gather(*(protocol.closed for _, protocol in opened)), seconds + 60
    )
    load.seconds = time.perf_counter() - start
    return load
