"""As much of an HTTP/2 server (RFC 9113) as answers every request the same; reads no headers."""

from __future__ import annotations

import asyncio
import struct

PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
_DATA, _HEADERS, _SETTINGS, _PING = 0, 1, 4, 6
_END_STREAM, _END_HEADERS, _ACK = 1, 4, 1
# RFC 7541 appendix A, index 8: ":status: 200".
_STATUS_200 = b"\x88"


class Http2Server:
    """Counts connections and requests, and keeps the bodies."""

    def __init__(self, answer: bytes, hold: float = 0) -> None:
        self.answer, self.hold = answer, hold
        self.connections = 0
        self.bodies: list[bytes] = []
        self.protocols: list[str | None] = []
        self._tasks: set[asyncio.Task[None]] = set()

    async def __call__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        tls = writer.get_extra_info("ssl_object")
        self.protocols.append(None if tls is None else tls.selected_alpn_protocol())
        try:
            if await reader.readexactly(len(PREFACE)) != PREFACE:
                return
            writer.write(_frame(_SETTINGS, 0, 0, b""))
            bodies: dict[int, bytes] = {}
            while True:
                head = await reader.readexactly(9)
                size = int.from_bytes(head[:3], "big")
                kind, flags, stream = head[3], head[4], struct.unpack(">I", head[5:])[0]
                payload = await reader.readexactly(size)
                if kind == _SETTINGS and not flags & _ACK:
                    writer.write(_frame(_SETTINGS, _ACK, 0, b""))
                elif kind == _PING and not flags & _ACK:
                    writer.write(_frame(_PING, _ACK, 0, payload))
                elif kind == _DATA:
                    bodies[stream] = bodies.get(stream, b"") + payload
                if kind in (_DATA, _HEADERS) and flags & _END_STREAM:
                    self.bodies.append(bodies.pop(stream, b""))
                    task = asyncio.ensure_future(self._answer(stream, writer))
                    self._tasks.add(task)
                    task.add_done_callback(self._tasks.discard)
                await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            return
        finally:
            writer.close()

    async def _answer(self, stream: int, writer: asyncio.StreamWriter) -> None:
        await asyncio.sleep(self.hold)
        writer.write(_frame(_HEADERS, _END_HEADERS, stream, _STATUS_200))
        writer.write(_frame(_DATA, _END_STREAM, stream, self.answer))


def _frame(kind: int, flags: int, stream: int, payload: bytes) -> bytes:
    return (
        len(payload).to_bytes(3, "big") + bytes((kind, flags)) + struct.pack(">I", stream) + payload
    )
