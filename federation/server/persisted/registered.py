"""Trusted documents in a registry, kept in memory for a while.

What is asked for often is answered from here. That an id is unknown is remembered, too, only
shorter, and no more than so many questions are open at once: a caller that makes up ids must not
reach the registry with each of them.
"""

from __future__ import annotations

import asyncio
import logging
from collections import OrderedDict
from dataclasses import dataclass
from typing import Protocol

from federation.errors import RequestError
from federation.execution.deadlines import clock

logger = logging.getLogger("federation.server")

# After this many seconds a document is asked for again: it may have been withdrawn.
_KNOWN_FOR = 60.0
_MAX_OPEN = 64
_MAX_UNKNOWN = 10_000
_BYTES_FIXED = 400


class DocumentSource(Protocol):
    """Where trusted documents are, beside files."""

    async def document(self, document_id: str) -> str | None:
        """Return the document, None when there is none. May raise anything when it fails."""
        ...


@dataclass(slots=True)
class _Known:
    text: str
    until: float
    size: int


class RegisteredDocuments:
    """`DocumentSource` over another, with a cache of `max_bytes`. For one event loop."""

    def __init__(self, source: DocumentSource, max_bytes: int, unknown_for: float) -> None:
        self._source = source
        self._max_bytes = max_bytes
        self._unknown_for = unknown_for
        self._known: OrderedDict[str, _Known] = OrderedDict()
        self._unknown: OrderedDict[str, float] = OrderedDict()
        self._asking: dict[str, asyncio.Task[str | None]] = {}
        self.bytes = 0

    async def document(self, document_id: str) -> str | None:
        """Return the document. Raises `RequestError` (503) when it cannot be found out."""
        now = clock()
        known = self._known.get(document_id)
        if known is not None and known.until > now:
            self._known.move_to_end(document_id)
            return known.text
        if self._unknown.get(document_id, 0.0) > now:
            return None
        try:
            return await self._ask(document_id)
        except Exception as error:
            logger.error("the registry of trusted documents failed", exc_info=error)
            if known is not None:
                return known.text  # late is better than not at all
            raise _UNAVAILABLE from None

    async def _ask(self, document_id: str) -> str | None:
        task = self._asking.get(document_id)
        if task is None:
            if len(self._asking) >= _MAX_OPEN:
                raise _UNAVAILABLE
            task = asyncio.ensure_future(self._source.document(document_id))
            self._asking[document_id] = task
            task.add_done_callback(lambda done: self._answered(document_id, done))
        return await asyncio.shield(task)

    def _answered(self, document_id: str, task: asyncio.Task[str | None]) -> None:
        self._asking.pop(document_id, None)
        if task.cancelled() or task.exception() is not None:
            return
        now = clock()
        text = task.result()
        self._forget(document_id)
        if text is None:
            self._unknown[document_id] = now + self._unknown_for
            if len(self._unknown) > _MAX_UNKNOWN:
                self._unknown.popitem(last=False)
            return
        size = _BYTES_FIXED + len(text) * (1 if text.isascii() else 4)
        if size > self._max_bytes:
            return
        self._known[document_id] = _Known(text, now + _KNOWN_FOR, size)
        self.bytes += size
        while self.bytes > self._max_bytes:
            self._forget(next(iter(self._known)))

    def _forget(self, document_id: str) -> None:
        known = self._known.pop(document_id, None)
        if known is not None:
            self.bytes -= known.size
        self._unknown.pop(document_id, None)


_UNAVAILABLE = RequestError(
    "the list of trusted documents cannot be asked right now; try again shortly",
    code="PERSISTED_QUERY_LIST_UNAVAILABLE",
    http_status=503,
)
