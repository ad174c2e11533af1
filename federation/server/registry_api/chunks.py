"""The trusted documents of a graph in chunks, as routers download them from Uplink.

Routers keep chunks by id and download those they do not know. A document is put into a chunk by the
hash of its id, so that a new one changes one chunk and leaves the others as they were. A chunk's id
is the hash of its text.
"""

from __future__ import annotations

import asyncio
import hashlib
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import orjson

from federation.registry.access import system_caller
from federation.registry.service import Registry
from federation.registry.usage import StoredDocument

# About this many bytes of documents a chunk, so that a change costs a router little.
_CHUNK_BYTES = 500_000
_MOST_CHUNKS = 64
# Many routers poll every ten seconds; what they get may be this old.
_KEPT_SECONDS = 5.0
_MOST_GRAPHS = 20


@dataclass(frozen=True, slots=True)
class Chunks:
    """Texts by chunk id, in order. `id` changes whenever any of them does."""

    id: str
    texts: dict[str, bytes]


class DocumentChunks:
    """Gives the chunks of graphs, and remembers them for a few seconds."""

    def __init__(self, registry: Registry, now: Callable[[], float] = time.monotonic) -> None:
        self._registry = registry
        self._now = now
        self._known: dict[str, tuple[float, Chunks]] = {}
        self._lock = asyncio.Lock()

    async def of(self, graph: str) -> Chunks:
        """Return the chunks of a graph; none when it has no documents."""
        async with self._lock:
            known = self._known.get(graph)
            if known is not None and self._now() - known[0] < _KEPT_SECONDS:
                return known[1]
            documents = await self._registry.documents(system_caller("uplink"), graph)
            chunks = await asyncio.to_thread(make_chunks, documents)
            if len(self._known) >= _MOST_GRAPHS:
                self._known.clear()
            self._known[graph] = (self._now(), chunks)
            return chunks


def make_chunks(documents: Sequence[StoredDocument]) -> Chunks:
    """Return the documents in chunks."""
    size = sum(len(document.body) for document in documents)
    count = 1
    while count < _MOST_CHUNKS and count * _CHUNK_BYTES < size:
        count *= 2
    members: list[list[StoredDocument]] = [[] for _ in range(count)]
    for document in documents:
        digest = hashlib.sha256(document.id.encode()).digest()
        members[int.from_bytes(digest[:4], "big") % count].append(document)
    texts = [_text(each) for each in members if each]
    by_id = {hashlib.sha256(text).hexdigest(): text for text in texts}
    return Chunks(hashlib.sha256("\n".join(by_id).encode()).hexdigest(), by_id)


def _text(documents: Sequence[StoredDocument]) -> bytes:
    """Return a chunk in the manifest format of Apollo's tools, version 1."""
    ordered = sorted(documents, key=lambda document: (document.id, document.client_name))
    return orjson.dumps(
        {
            "format": "apollo-persisted-query-manifest",
            "version": 1,
            "operations": [_operation(document) for document in ordered],
        }
    )


def _operation(document: StoredDocument) -> dict[str, str]:
    entry = {
        "id": document.id,
        "name": document.name,
        "type": document.kind,
        "body": document.body,
    }
    return {**entry, "clientName": document.client_name} if document.client_name else entry
