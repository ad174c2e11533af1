"""Documents that clients have registered by sending them with their hash.

A document enters only when its hash is right and it could be prepared, so what is kept was worth
keeping. Anybody may ask for it then: whoever knows the hash knows the document.
"""

from __future__ import annotations

from collections import OrderedDict

from federation.server.settings.persisted_queries import InMemory

# Of a record beside its text: two strings, their places in the table.
_BYTES_FIXED = 300


class AutomaticDocuments:
    """LRU by count and bytes. Belongs to the process: other settings do not empty it."""

    def __init__(self, limits: InMemory) -> None:
        self._limits = limits
        self._documents: OrderedDict[str, str] = OrderedDict()
        self.bytes = 0

    def __len__(self) -> int:
        return len(self._documents)

    def resize(self, limits: InMemory) -> None:
        """Keep no more than `limits` says from now on."""
        self._limits = limits
        self._drop()

    def get(self, digest: str) -> str | None:
        """Return the document whose SHA-256 (hexadecimal) this is, marked as used just now."""
        text = self._documents.get(digest)
        if text is not None:
            self._documents.move_to_end(digest)
        return text

    def put(self, digest: str, text: str) -> None:
        """Keep a document; `digest` must be its own."""
        if digest in self._documents:
            self._documents.move_to_end(digest)
            return
        size = _size(text)
        if size > self._limits.max_bytes:
            return
        self._documents[digest] = text
        self.bytes += size
        self._drop()

    def _drop(self) -> None:
        limits = self._limits
        while self.bytes > limits.max_bytes or len(self._documents) > limits.limit:
            _, text = self._documents.popitem(last=False)
            self.bytes -= _size(text)


def _size(text: str) -> int:
    # A character outside Latin-1 makes Python store two or four bytes for each one.
    return _BYTES_FIXED + len(text) * (1 if text.isascii() else 4)
