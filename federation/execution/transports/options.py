"""How one subgraph is called over HTTP."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from federation.execution.transports.certificates import NO_TLS_OPTIONS, TlsOptions


class Http2(Enum):
    """Values as the settings write them.

    `ENABLE`: when the subgraph offers it over TLS (ALPN). `ONLY`: always, also without TLS, where
    the subgraph must know of it beforehand ("prior knowledge", RFC 9113 §3.3).
    """

    DISABLE = "disable"
    ENABLE = "enable"
    ONLY = "http2only"


class Compression(Enum):
    """How bodies of requests are compressed. Values as the settings write them."""

    IDENTITY = "identity"
    GZIP = "gzip"
    DEFLATE = "deflate"


@dataclass(frozen=True, slots=True)
class HttpOptions:
    """`timeout` and `connect_timeout` in seconds; a request's deadline may end it earlier.

    `max_response_bytes` counts the body after decompression. `idle_timeout`: how long an unused
    connection is kept, in seconds; shorter than the subgraph's own, or calls meet closed ones.
    `compressed_answers`: whether the subgraph may compress what it answers. `deadline_header`:
    under this name the subgraph is told how many milliseconds the call may take (ADR 4).
    `keep_headers`: names (lower case) of response headers to keep; None keeps all.
    """

    url: str
    timeout: float = 30.0
    connect_timeout: float = 5.0
    max_response_bytes: int = 64 * 1024 * 1024
    max_connections: int = 100
    idle_timeout: float = 50.0
    compression: Compression = Compression.IDENTITY
    compressed_answers: bool = True
    http2: Http2 = Http2.ENABLE
    tls: TlsOptions = NO_TLS_OPTIONS
    deadline_header: str | None = None
    keep_headers: tuple[str, ...] | None = ()
