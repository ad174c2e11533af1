"""The body of a request: read whole, never more than allowed, and its content coding taken off."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

from starlette.types import Receive

from federation.errors import RequestError
from federation.server.wire.encodings import (
    BrokenError,
    Encoding,
    TooLargeError,
    decompress,
    named,
)
from federation.server.wire.request import HttpRequest


@dataclass(frozen=True, slots=True)
class BodyRules:
    """`max_bytes` counts the body as it comes and as it is when decompressed. `decompress`: whether
    compressed bodies are taken.
    """

    max_bytes: int
    decompress: bool

    async def read(self, http: HttpRequest, receive: Receive) -> bool:
        """Read the body into `http.body`; return False when the client has gone.

        Raises `RequestError` (413, 415, 400). What is left of the body is then not read.
        """
        length = http.header(b"content-length")
        if length is not None and _number(length) > self.max_bytes:
            raise too_large(self.max_bytes)
        message = await receive()
        if message["type"] == "http.disconnect":
            return False
        body: bytes | None = message.get("body", b"")
        if message.get("more_body", False):
            body = await _all(body or b"", receive, self.max_bytes)
        if body is None:
            return False
        if len(body) > self.max_bytes:
            raise too_large(self.max_bytes)
        coding = http.header(b"content-encoding")
        if coding is not None and coding.strip().lower() not in (b"", b"identity"):
            body = await self._decompressed(body, self._encoding(coding))
        http.body = body
        return True

    def _encoding(self, coding: bytes) -> Encoding:
        encoding = named(coding) if self.decompress else None
        if encoding is None:
            taken = ", ".join(one.value for one in Encoding) if self.decompress else "identity"
            raise RequestError(
                f"this content-encoding is not taken; send one of: {taken}",
                code="UNSUPPORTED_CONTENT_ENCODING",
                http_status=415,
            )
        return encoding

    async def _decompressed(self, body: bytes, encoding: Encoding) -> bytes:
        try:
            # A small body may become a large one, too, so its size says nothing.
            return await asyncio.to_thread(decompress, body, encoding, self.max_bytes)
        except TooLargeError:
            raise too_large(self.max_bytes) from None
        except BrokenError:
            raise RequestError(
                f"the body is not what its content-encoding says ({encoding.value})",
                code="INVALID_GRAPHQL_REQUEST",
            ) from None


def _number(length: bytes) -> int:
    # Servers check the header before us; those that do not count what comes.
    return int(length[:20]) if length.isdigit() else 0


def too_large(max_bytes: int) -> RequestError:
    """Return the refusal of a request of more than `max_bytes`."""
    return RequestError(
        f"the request is larger than {max_bytes} bytes",
        code="REQUEST_LIMIT_EXCEEDED",
        http_status=413,
    )


async def _all(body: bytes, receive: Receive, max_bytes: int) -> bytes | None:
    """Return the body that begins with `body`, cut off when it is longer than allowed; None when
    the client has gone.
    """
    parts = [body]
    size = len(body)
    while size <= max_bytes:
        message = await receive()
        if message["type"] == "http.disconnect":
            return None
        parts.append(message.get("body", b""))
        size += len(parts[-1])
        if not message.get("more_body", False):
            break
    return b"".join(parts)
