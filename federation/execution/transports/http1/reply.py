"""What came back over a connection, or why nothing did."""

from __future__ import annotations

from collections.abc import Sequence
from enum import Enum, auto

Body = bytes | bytearray
RawHeaders = list[tuple[bytes, bytes]]


class Fault(Enum):
    """Why a call has no answer. `STALE`: the connection ended before any byte of it."""

    STALE = auto()
    CUT_OFF = auto()
    TOO_LARGE = auto()
    TIME_OUT = auto()


class Reply:
    """A whole answer. `coding`: the `content-encoding` that its body has, empty without one."""

    __slots__ = ("body", "coding", "headers", "status")

    def __init__(self, status: int, headers: RawHeaders, body: Body, coding: bytes) -> None:
        self.status = status
        self.headers = headers
        self.body = body
        self.coding = coding

    def values(self, name: str) -> Sequence[str]:
        """Return the values of a header (lower case), each of its own line; none when one is not
        ASCII, so that nobody has to guess what it says.
        """
        wanted = name.encode("latin-1", "replace")
        found = [value for own, value in self.headers if own.lower() == wanted]
        return [value.decode("ascii") for value in found] if all(map(_is_text, found)) else ()

    def kept(self, names: Sequence[str] | None, *, unpacked: bool) -> Sequence[tuple[str, str]]:
        """Return the headers named, or all of them, in the order they first came.

        Of an answer that was `unpacked`, its former length and coding say nothing any more.
        """
        if names is None:
            gone = (b"content-encoding", b"content-length") if unpacked else ()
            lower = dict.fromkeys(name.lower() for name, _ in self.headers)
            names = [name.decode("latin-1") for name in lower if name not in gone]
        return tuple((name, value) for name in names for value in self.values(name))


def _is_text(value: bytes) -> bool:
    return value.isascii()
