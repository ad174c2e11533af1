"""WebSocket frames (RFC 6455) for stand-ins and load: texts, pings and closing, without extensions.

Frames of servers are not masked, those of clients are; no message of a benchmark is fragmented.
"""

from __future__ import annotations

import base64
import hashlib
import struct
from collections.abc import Iterator

TEXT, CLOSE, PING, PONG = 0x1, 0x8, 0x9, 0xA
_MAGIC = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
# Masks exist to confuse proxies; zeros are valid and cost nothing.
_MASK = b"\0\0\0\0"


def frame(kind: int, payload: bytes, *, masked: bool = False) -> bytes:
    """Return one whole frame.

    >>> frame(TEXT, b"hi")
    b'\\x81\\x02hi'
    """
    flag = 0x80 if masked else 0
    length = len(payload)
    if length < 126:
        head = bytes((0x80 | kind, flag | length))
    elif length < 65536:
        head = struct.pack("!BBH", 0x80 | kind, flag | 126, length)
    else:
        head = struct.pack("!BBQ", 0x80 | kind, flag | 127, length)
    return head + (_MASK if masked else b"") + payload


def read_frame(data: bytes) -> tuple[int, bytes, int] | None:
    """Return kind and payload of the first frame, and its length; None when it is not all there.

    Raises `ValueError` for fragments.

    >>> read_frame(b"\\x81\\x02hi and more"), read_frame(b"\\x81\\x7e\\x01")
    ((1, b'hi', 4), None)
    """
    if len(data) < 2:
        return None
    if not data[0] & 0x80 or not data[0] & 0x0F:
        raise ValueError("a fragmented message")
    length, at = data[1] & 0x7F, 2
    if length >= 126:
        size = 2 if length == 126 else 8
        if len(data) < at + size:
            return None
        length = int.from_bytes(data[at : at + size], "big")
        at += size
    mask = b""
    if data[1] & 0x80:
        mask, at = data[at : at + 4], at + 4
    end = at + length
    if len(data) < end:
        return None
    payload = data[at:end]
    if any(mask):
        payload = bytes(byte ^ mask[i % 4] for i, byte in enumerate(payload))
    return data[0] & 0x0F, payload, end


class Frames:
    """Takes bytes as they come and gives whole frames."""

    def __init__(self) -> None:
        self._buffer = b""

    def feed(self, data: bytes) -> Iterator[tuple[int, bytes]]:
        """Yield kind and payload of each frame that is there. Raises `ValueError` for fragments."""
        self._buffer += data
        while (found := read_frame(self._buffer)) is not None:
            kind, payload, length = found
            self._buffer = self._buffer[length:]
            yield kind, payload


def accept_key(key: bytes) -> bytes:
    """Return what a server answers to `Sec-WebSocket-Key`.

    >>> accept_key(b"dGhlIHNhbXBsZSBub25jZQ==")
    b's3pPLMBiTxaQ9kYGzzhZRbK+xOo='
    """
    return base64.b64encode(hashlib.sha1(key + _MAGIC, usedforsecurity=False).digest())
