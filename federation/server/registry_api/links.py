"""Addresses that work without a token, for a while: they carry a signature instead.

A router downloads chunks of documents, and a person opens the page of a check, from an address
alone. Whoever got it may read that one thing until it expires. Every process that serves the same
registry must have the same key.
"""

from __future__ import annotations

import hashlib
import hmac
import time
from collections.abc import Callable
from urllib.parse import quote, urlencode

CHUNK_SECONDS = 3600
CHECK_SECONDS = 7 * 86400


class Links:
    """Makes and checks signed addresses. `key`: at least 16 random bytes."""

    def __init__(self, key: bytes, now: Callable[[], float] = time.time) -> None:
        if len(key) < 16:
            raise ValueError("the key that signs addresses needs at least 16 random bytes")
        self._key = hashlib.sha256(b"registry links\0" + key).digest()
        self._now = now

    def sign(self, path: str, seconds: int) -> str:
        """Return `path` with an expiry and a signature; `path` starts with a slash."""
        expires = int(self._now()) + seconds
        query = urlencode({"expires": expires, "signature": self._signature(path, expires)})
        return f"{quote(path)}?{query}"

    def is_signed(self, path: str, expires: str, signature: str) -> bool:
        """Return whether `path` (not quoted) was signed here and has not expired."""
        if not expires.isascii() or not expires.isdigit() or len(expires) > 15:
            return False
        expected = self._signature(path, int(expires))
        is_right = hmac.compare_digest(expected.encode(), signature.encode("utf-8", "replace"))
        return is_right and int(expires) >= self._now()

    def _signature(self, path: str, expires: int) -> str:
        message = f"{expires}\n{path}".encode()
        return hmac.new(self._key, message, hashlib.sha256).hexdigest()
