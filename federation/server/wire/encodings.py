"""Content codings (RFC 9110 §8.4): gzip, deflate, br and zstd, in whole and in parts.

`choose` reads `Accept-Encoding`; `compress` is for whole answers; `Coder` for streams, where each
part must reach the client at once; `decompress` for what clients send, never making more than
allowed of it. Levels were measured on answers of 1 KB to 3 MB: those above cost several times as
much and save less than a tenth.
"""

from __future__ import annotations

import gzip
import sys
import zlib
from collections.abc import Sequence
from enum import Enum
from functools import lru_cache
from typing import Protocol

import brotli  # type: ignore[import-untyped]

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd


class Encoding(Enum):
    """Values as HTTP names them. `DEFLATE` is the zlib format (RFC 9110 §8.4.1.2)."""

    ZSTD = "zstd"
    BR = "br"
    GZIP = "gzip"
    DEFLATE = "deflate"


_ZLIB_LEVEL = 4
_BROTLI_QUALITY = 3
_ZSTD_LEVEL = 3
# RFC 9659: what a sender of `zstd` may make the receiver hold, 8 MB.
_ZSTD_WINDOW_LOG = 23
_GZIP_BITS = 31
_ZLIB_BITS = 15

_NAMES = {encoding.value: encoding for encoding in Encoding} | {"x-gzip": Encoding.GZIP}


class TooLargeError(Exception):
    """More would come out than is allowed."""


class BrokenError(Exception):
    """The bytes are not what their coding says, or something is missing or left over."""


@lru_cache(maxsize=256)
def choose(accept: bytes | None, offered: tuple[Encoding, ...]) -> tuple[Encoding | None, bool]:
    """Return the coding the client likes best of those `offered`, the first of them on a tie, and
    whether it wants one at any price (it refuses `identity`).

    >>> every = tuple(Encoding)
    >>> choose(b"gzip, br;q=0.5", every)
    (<Encoding.GZIP: 'gzip'>, False)
    >>> choose(b"*", every)
    (<Encoding.ZSTD: 'zstd'>, False)
    >>> choose(b"identity;q=0, deflate;q=0.1", every)
    (<Encoding.DEFLATE: 'deflate'>, True)
    """
    if accept is None:
        return None, False
    wanted: dict[str, float] = {}
    for part in accept.decode("latin-1").lower().split(","):
        name, *parameters = (piece.strip() for piece in part.split(";"))
        if name:
            wanted[name] = _quality(parameters)
    if "x-gzip" in wanted:
        wanted.setdefault("gzip", wanted["x-gzip"])
    rest = wanted.get("*", 0.0)
    # Where nothing is said of it, identity is acceptable, but whatever is named comes first.
    plain = wanted.get("identity", rest if wanted.get("*") == 0.0 else 0.0)
    refused = wanted.get("identity") == 0.0 or ("identity" not in wanted and wanted.get("*") == 0.0)
    best: Encoding | None = None
    best_quality = 0.0
    for encoding in offered:
        quality = wanted.get(encoding.value, rest)
        if quality > best_quality and quality >= plain:
            best, best_quality = encoding, quality
    return best, refused and best is not None


def _quality(parameters: Sequence[str]) -> float:
    for parameter in parameters:
        name, _, value = parameter.partition("=")
        if name.strip() == "q":
            try:
                quality = float(value)
            except ValueError:
                return 0.0
            return quality if 0.0 <= quality <= 1.0 else 0.0
    return 1.0


def compress(body: bytes, encoding: Encoding) -> bytes:
    """Return `body` in this coding. Lets other threads run meanwhile."""
    match encoding:
        case Encoding.ZSTD:
            return zstd.compress(body, _ZSTD_LEVEL)
        case Encoding.BR:
            coded: bytes = brotli.compress(body, mode=brotli.MODE_TEXT, quality=_BROTLI_QUALITY)
            return coded
        case Encoding.GZIP:
            return gzip.compress(body, _ZLIB_LEVEL, mtime=0)
    return zlib.compress(body, _ZLIB_LEVEL)


class Coder(Protocol):
    """Codes one stream."""

    def part(self, body: bytes) -> bytes:
        """Return what lets the receiver read all of `body`."""
        ...

    def end(self) -> bytes:
        """Return what ends the stream."""
        ...


def coder(encoding: Encoding) -> Coder:
    """Return a coder for a new stream."""
    match encoding:
        case Encoding.ZSTD:
            return _Zstd()
        case Encoding.BR:
            return _Brotli()
        case Encoding.GZIP:
            return _Zlib(_GZIP_BITS)
    return _Zlib(_ZLIB_BITS)


class _Zlib:
    def __init__(self, bits: int) -> None:
        self._state = zlib.compressobj(_ZLIB_LEVEL, zlib.DEFLATED, bits)

    def part(self, body: bytes) -> bytes:
        return self._state.compress(body) + self._state.flush(zlib.Z_SYNC_FLUSH)

    def end(self) -> bytes:
        return self._state.flush(zlib.Z_FINISH)


class _Brotli:
    def __init__(self) -> None:
        self._state = brotli.Compressor(mode=brotli.MODE_TEXT, quality=_BROTLI_QUALITY)

    def part(self, body: bytes) -> bytes:
        coded: bytes = self._state.process(body) + self._state.flush()
        return coded

    def end(self) -> bytes:
        coded: bytes = self._state.finish()
        return coded


class _Zstd:
    def __init__(self) -> None:
        self._state = zstd.ZstdCompressor(_ZSTD_LEVEL)

    def part(self, body: bytes) -> bytes:
        return self._state.compress(body, self._state.FLUSH_BLOCK)

    def end(self) -> bytes:
        return self._state.flush(self._state.FLUSH_FRAME)


def named(content_encoding: bytes) -> Encoding | None:
    """Return the one coding that `Content-Encoding` names, None for others and for several."""
    return _NAMES.get(content_encoding.decode("latin-1").strip().lower())


def decompress(body: bytes, encoding: Encoding, limit: int) -> bytes:
    """Return what `body` was made of.

    Raises `TooLargeError` when that is more than `limit` bytes, as soon as so many were made, and
    `BrokenError`.
    """
    try:
        match encoding:
            case Encoding.ZSTD:
                plain = _from_zstd(body, limit)
            case Encoding.BR:
                plain = _from_brotli(body, limit)
            case Encoding.GZIP:
                plain = _from_zlib(body, limit, _GZIP_BITS)
            case Encoding.DEFLATE:
                plain = _from_zlib(body, limit, _ZLIB_BITS)
    except (zlib.error, brotli.error, zstd.ZstdError, EOFError):
        raise BrokenError from None
    if len(plain) > limit:
        raise TooLargeError
    return plain


def _from_zlib(body: bytes, limit: int, bits: int) -> bytes:
    state = zlib.decompressobj(bits)
    plain = state.decompress(body, limit + 1)
    if len(plain) <= limit and (not state.eof or state.unused_data):
        raise BrokenError
    return plain


def _from_zstd(body: bytes, limit: int) -> bytes:
    options: dict[int, int] = {zstd.DecompressionParameter.window_log_max: _ZSTD_WINDOW_LOG}
    state = zstd.ZstdDecompressor(options=options)
    plain = state.decompress(body, limit + 1)
    if len(plain) <= limit and (not state.eof or state.unused_data):
        raise BrokenError
    return plain


def _from_brotli(body: bytes, limit: int) -> bytes:
    state = brotli.Decompressor()
    plain = bytearray(state.process(body, output_buffer_limit=limit + 1))
    while len(plain) <= limit and not state.is_finished():
        if state.can_accept_more_data():
            raise BrokenError  # all was given, and more is wanted
        plain += state.process(b"", output_buffer_limit=limit + 1 - len(plain))
    return bytes(plain)
