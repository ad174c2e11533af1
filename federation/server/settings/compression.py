"""`compression`: of answers to clients, and of what they send."""

from __future__ import annotations

from typing import Literal

from federation.server.settings.base import Positive, Section


class CompressionSection(Section, frozen=True):
    """Answers are compressed as the client's `Accept-Encoding` asks.

    `encodings`: which ones, the first that the client likes best is taken; the order is by what
    they cost us. `minimum_bytes`: smaller answers are sent as they are, since they fit one packet.
    `in_thread_bytes`: larger ones are compressed beside the event loop. `requests`: whether bodies
    of clients may be compressed; their limit (`limits.http_max_request_bytes`) counts what comes
    out.
    """

    enabled: bool = True
    encodings: tuple[Literal["zstd", "br", "gzip", "deflate"], ...] = (
        "zstd",
        "br",
        "gzip",
        "deflate",
    )
    minimum_bytes: Positive = 1_400
    in_thread_bytes: Positive = 64 * 1024
    requests: bool = True
