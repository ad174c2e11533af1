"""How one subgraph is called over HTTP."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class HttpOptions:
    """`timeout` and `connect_timeout` in seconds; a request's deadline may end it earlier.

    `max_response_bytes` counts the body after decompression. `idle_timeout`: how long an unused
    connection is kept, in seconds; shorter than the subgraph's own, or calls meet closed ones.
    `deadline_header`: under this name the subgraph is told how many milliseconds the call may
    take (ADR 4).
    """

    url: str
    timeout: float = 30.0
    connect_timeout: float = 5.0
    max_response_bytes: int = 64 * 1024 * 1024
    max_connections: int = 100
    idle_timeout: float = 50.0
    compression: bool = True
    deadline_header: str | None = None
