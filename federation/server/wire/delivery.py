"""An answer on its way out: entity tags, content coding, bytes.

A tag is for the body in its coding (a strong validator, RFC 9110 §8.8.3) and is given only where
the client may keep the answer: to GET queries answered without errors whose `Cache-Control` does
not say `no-store`.
"""

from __future__ import annotations

import asyncio
import hashlib
from dataclasses import dataclass

from starlette.types import Message, Receive, Send

from federation.server.settings.compression import CompressionSection
from federation.server.wire.encodings import Encoding, choose, coder, compress
from federation.server.wire.request import HttpRequest
from federation.server.wire.response import HttpResponse
from federation.server.wire.streaming import StreamReply

# Half a SHA-256 is far more than enough for equal bodies of one address.
_TAG_DIGITS = 32
_KEPT_BUT_CHECKED = b"private, no-cache"


@dataclass(frozen=True, slots=True)
class Delivery:
    """`encodings`: what answers may be coded in, none when it is off. `etags`: whether answers
    that may not be kept otherwise are given out to be kept and checked at each use.
    """

    encodings: tuple[Encoding, ...]
    minimum_bytes: int
    in_thread_bytes: int
    etags: bool = False

    async def send(
        self, http: HttpRequest, reply: HttpResponse | StreamReply, receive: Receive, send: Send
    ) -> None:
        """Send the reply to its end. Raises what `send` raises."""
        accept = http.header(b"accept-encoding") if self.encodings else None
        if isinstance(reply, StreamReply):
            if reply.is_shared and Encoding.GZIP in self.encodings:
                # Of all codings the one in which a part can be the same for all clients.
                encoding, _ = choose(accept, (Encoding.GZIP,))
                if encoding is not None:
                    reply.code()
                    await reply.run(receive, send)
                    return
            encoding, _ = choose(accept, self.encodings)
            await reply.run(receive, send if encoding is None else _coding(send, encoding))
            return
        tag = None
        if http.method == "GET" and reply.status == 200 and not reply.errors:
            tag = self._tag(reply)
            if tag is not None and _is_known(http.header(b"if-none-match"), tag):
                await send_whole(send, HttpResponse(304, _without_body(reply, tag), b""))
                return
        if accept is not None:
            await self.compress(reply, accept, tag)
        elif tag is not None:
            reply.headers.append((b"etag", b'"%s"' % tag))
        await send_whole(send, reply)

    async def compress(self, reply: HttpResponse, accept: bytes, tag: bytes | None = None) -> None:
        """Code the body as the client likes it, if that is worth it."""
        encoding, must = choose(accept, self.encodings)
        size = len(reply.body)
        if encoding is not None and size and (must or size >= self.minimum_bytes):
            if size > self.in_thread_bytes:
                reply.body = await asyncio.to_thread(compress, reply.body, encoding)
            else:
                reply.body = compress(reply.body, encoding)
            name = encoding.value.encode()
            reply.headers = [
                (b"content-length", b"%d" % len(reply.body)),
                *(header for header in reply.headers if header[0] != b"content-length"),
                (b"content-encoding", name),
            ]
            tag = None if tag is None else tag + b"-" + name
        if tag is not None:
            reply.headers.append((b"etag", b'"%s"' % tag))

    def _tag(self, reply: HttpResponse) -> bytes | None:
        for index, (name, value) in enumerate(reply.headers):
            if name == b"cache-control" and b"no-store" in value:
                if not self.etags:
                    return None
                reply.headers[index] = (name, _KEPT_BUT_CHECKED)
        return hashlib.sha256(reply.body).hexdigest()[:_TAG_DIGITS].encode()


def build_delivery(compression: CompressionSection, *, etags: bool) -> Delivery:
    """Return what the settings ask for."""
    encodings = tuple(Encoding(name) for name in compression.encodings)
    return Delivery(
        encodings if compression.enabled else (),
        compression.minimum_bytes,
        compression.in_thread_bytes,
        etags,
    )


def _is_known(if_none_match: bytes | None, tag: bytes) -> bool:
    """Whether the client has the body already, in whatever coding (weak comparison)."""
    if if_none_match is None:
        return False
    for part in if_none_match.split(b","):
        known = part.strip().removeprefix(b"W/").strip(b'"')
        if known == b"*" or known.partition(b"-")[0] == tag:
            return True
    return False


# What a 304 repeats of the answer's own headers (RFC 9110 §15.4.5), beside those of others.
_OF_THE_BODY = (b"content-length", b"content-type")


def _without_body(reply: HttpResponse, tag: bytes) -> list[tuple[bytes, bytes]]:
    kept = [header for header in reply.headers if header[0] not in _OF_THE_BODY]
    return [*kept, (b"etag", b'"%s"' % tag)]


async def send_whole(send: Send, reply: HttpResponse) -> None:
    """Send an answer as it is."""
    await send({"type": "http.response.start", "status": reply.status, "headers": reply.headers})
    await send({"type": "http.response.body", "body": reply.body})


def _coding(send: Send, encoding: Encoding) -> Send:
    """Return a `send` that codes a stream part by part; each part can be read when it comes."""
    state = coder(encoding)

    async def coded(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = [*message["headers"], (b"content-encoding", encoding.value.encode())]
            await send({**message, "headers": headers})
            return
        body = message.get("body", b"")
        more = message.get("more_body", False)
        data = state.part(body) if body else b""
        if not more:
            data += state.end()
        await send({**message, "body": data})

    return coded
