"""Bodies of answers, unpacked (RFC 9110 §8.4), never making more than is allowed of them."""

from __future__ import annotations

import sys
import zlib
from collections.abc import Callable
from typing import Any

from federation.execution.transports.http1.reply import Body

# RFC 9659: what a sender of `zstd` may make the receiver hold, 8 MB.
_ZSTD_WINDOW_LOG = 23
_GZIP_BITS = 31
_ZLIB_BITS = 15
_RAW_BITS = -15
# Nobody packs more often on purpose.
_MAX_CODINGS = 2


class TooLargeError(Exception):
    """More would come out than is allowed."""


class BrokenError(Exception):
    """The bytes are not what their coding says, or something is missing."""


def unpack(body: Body, coding: bytes, limit: int) -> Body:
    """Return what `body` was made of; a coding that is not known leaves it as it is.

    Raises `TooLargeError` when that is more than `limit` bytes, as soon as so many were made, and
    `BrokenError`.
    """
    names = [name.strip() for name in coding.lower().split(b",") if name.strip()]
    if not body or len(names) > _MAX_CODINGS:
        names = []
    for name in reversed(names):
        way = _WAYS.get(name)
        if way is None:
            break
        body = way(body, limit)
        if len(body) > limit:
            raise TooLargeError
    if len(body) > limit:
        raise TooLargeError
    return body


def _gzip(body: Body, limit: int) -> bytes:
    return _inflate(body, limit, _GZIP_BITS)


def _deflate(body: Body, limit: int) -> bytes:
    """The zlib format; some servers leave its frame away (§8.4.1.2 says so)."""
    try:
        return _inflate(body, limit, _ZLIB_BITS)
    except BrokenError:
        return _inflate(body, limit, _RAW_BITS)


def _inflate(body: Body, limit: int, bits: int) -> bytes:
    state = zlib.decompressobj(bits)
    try:
        plain = state.decompress(body, limit + 1)
    except zlib.error:
        raise BrokenError from None
    if len(plain) <= limit and not state.eof:
        raise BrokenError
    return plain


def _brotli(body: Body, limit: int) -> bytes:
    import brotli  # type: ignore[import-untyped]  # rarely needed, so not at the start

    state = brotli.Decompressor()
    try:
        plain = bytearray(state.process(bytes(body), output_buffer_limit=limit + 1))
        while len(plain) <= limit and not state.is_finished():
            if state.can_accept_more_data():
                raise BrokenError  # all was given, and more is wanted
            plain += state.process(b"", output_buffer_limit=limit + 1 - len(plain))
    except brotli.error:
        raise BrokenError from None
    return bytes(plain)


def zstd_module() -> Any:
    """Return the module that Python has from 3.14 on, or what stands for it before."""
    if sys.version_info >= (3, 14):
        from compression import zstd
    else:
        from backports import zstd
    return zstd


def _zstd(body: Body, limit: int) -> bytes:
    zstd = zstd_module()
    options: dict[int, int] = {zstd.DecompressionParameter.window_log_max: _ZSTD_WINDOW_LOG}
    state = zstd.ZstdDecompressor(options=options)
    try:
        plain: bytes = state.decompress(bytes(body), limit + 1)
    except (zstd.ZstdError, EOFError):
        raise BrokenError from None
    if len(plain) <= limit and not state.eof:
        raise BrokenError
    return plain


_WAYS: dict[bytes, Callable[[Body, int], bytes]] = {
    b"br": _brotli,
    b"deflate": _deflate,
    b"gzip": _gzip,
    b"x-gzip": _gzip,
    b"zstd": _zstd,
}
