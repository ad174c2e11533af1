"""Bodies of requests, compressed: for subgraphs that are known to take it, as HTTP cannot ask."""

from __future__ import annotations

import gzip
import zlib
from collections.abc import MutableMapping

from federation.execution.transports.options import Compression

# Less than one packet is sent as fast as it is.
_WORTH_IT = 1024
_LEVEL = 4


def compressed(body: bytes, how: Compression, headers: MutableMapping[str, str]) -> bytes:
    """Return what to send instead of `body`, and say in `headers` what it is."""
    if how is Compression.IDENTITY or len(body) < _WORTH_IT:
        return body
    headers["content-encoding"] = how.value
    if how is Compression.GZIP:
        return gzip.compress(body, _LEVEL, mtime=0)
    return zlib.compress(body, _LEVEL)
