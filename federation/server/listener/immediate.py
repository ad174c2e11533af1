"""Writing to a client at once, without a task of its own waking up for it.

ASGI's `send` is a coroutine: whoever has one message for a thousand clients needs a thousand tasks.
What stands behind the `send` of this server can also be asked to write now, if that needs no wait.
Other servers, tests and whatever wraps `send` (compression) cannot; they get every message by ASGI.
"""

from __future__ import annotations

from typing import Any, Protocol, runtime_checkable

_TEXT = 0x81
# Up to which length a frame tells it in the second byte, and in two more (RFC 6455 §5.2).
_SHORT, _MEDIUM = 125, 65535


@runtime_checkable
class ImmediateWriter(Protocol):
    """The server's side of one answer or one WebSocket."""

    def write_now(self, data: bytes) -> bool:
        """Write bytes as they stand on the wire; False when they would have to wait, or cannot be
        written any more. Never raises.
        """
        ...


def immediate_writer(send: Any) -> ImmediateWriter | None:
    """Return what stands behind an ASGI `send`; None when it is not this server's own."""
    owner = getattr(send, "__self__", None)
    return owner if isinstance(owner, ImmediateWriter) else None


def chunk(body: bytes) -> bytes:
    """Return a piece of a streamed HTTP/1.1 body as it is written (RFC 9112 §7.1).

    >>> chunk(b"hello")
    b'5\\r\\nhello\\r\\n'
    """
    return b"%x\r\n%b\r\n" % (len(body), body)


def text_frame_head(length: int) -> bytes:
    """Return what stands before `length` bytes of text, sent by a server in one frame.

    >>> text_frame_head(5), text_frame_head(300)
    (b'\\x81\\x05', b'\\x81~\\x01,')
    """
    if length <= _SHORT:
        return bytes((_TEXT, length))
    if length <= _MEDIUM:
        return bytes((_TEXT, 126)) + length.to_bytes(2, "big")
    return bytes((_TEXT, 127)) + length.to_bytes(8, "big")
