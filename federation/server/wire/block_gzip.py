"""gzip for streams that many clients get: a part is coded once, and the same bytes go to all.

Each part is deflate blocks that refer to nothing before them and end on a byte (RFC 1951), so it
can stand in any stream of them; only the sum at the end (RFC 1952 §2.3.1) is a stream's own. A
coder with a memory would make small parts much smaller, and takes up to a megabyte a client for it.
"""

from __future__ import annotations

import zlib

# No name, no time, no flags; of an unknown system.
_HEAD = b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\xff"
# A last block with nothing in it.
_LAST = b"\x03\x00"
_LEVEL = 1
_RAW = -15


def blocks(data: bytes) -> bytes:
    """Return `data` as blocks of any stream."""
    state = zlib.compressobj(_LEVEL, zlib.DEFLATED, _RAW)
    return state.compress(data) + state.flush(zlib.Z_SYNC_FLUSH)


class BlockGzip:
    """One stream: what must be known of it at its end.

    >>> import gzip
    >>> stream = BlockGzip()
    >>> first = stream.begin(b"one") + blocks(b", two")
    >>> stream.count(b", two")
    >>> gzip.decompress(first + stream.end())
    b'one, two'
    """

    __slots__ = ("_size", "_sum")

    def __init__(self) -> None:
        self._sum = 0
        self._size = 0

    def begin(self, data: bytes) -> bytes:
        """Return the stream up to the end of its first part."""
        self.count(data)
        return _HEAD + blocks(data)

    def part(self, data: bytes) -> bytes:
        """Return a part of this stream alone."""
        self.count(data)
        return blocks(data)

    def count(self, data: bytes) -> None:
        """The blocks of `data` were written."""
        self._sum = zlib.crc32(data, self._sum)
        self._size += len(data)

    def end(self) -> bytes:
        """Return what ends the stream."""
        size = self._size & 0xFFFFFFFF
        return _LAST + self._sum.to_bytes(4, "little") + size.to_bytes(4, "little")
