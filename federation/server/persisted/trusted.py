"""The trusted documents in files, and what changes when the files do.

There is no watcher: who looks a document up, and finds that the last look at the files is older
than the interval, waits until they have been looked at. A list that cannot be read leaves the last
good one in place and is told of in the log.
"""

from __future__ import annotations

import asyncio
import logging
from collections import OrderedDict
from collections.abc import Mapping
from functools import cached_property

from federation.errors import FederationError
from federation.execution.deadlines import clock
from federation.server.persisted.canonical import canonical
from federation.server.persisted.manifests import Name, Places

logger = logging.getLogger("federation.server")

# Texts above this are compared in a thread; reading takes about 0.3 µs per character.
_LARGE = 20_000
# How many texts' comparisons are remembered, and how long they may be in characters.
_REMEMBERED = 1_000
_REMEMBERED_LENGTH = 20_000


class TrustedList:
    """One state of the list. Never changes."""

    def __init__(self, documents: Mapping[Name, str]) -> None:
        self._documents = documents
        self._compared: OrderedDict[str, str | None] = OrderedDict()

    def __len__(self) -> int:
        return len(self._documents)

    def document(self, document_id: str, client: str | None) -> str | None:
        """Return the document with this id: the client's own, else anybody's."""
        found = self._documents.get((client, document_id)) if client is not None else None
        return self._documents.get((None, document_id)) if found is None else found

    async def equal(self, text: str) -> str | None:
        """Return the document on the list that is the same as `text`; see `canonical`."""
        if text in self._compared:
            self._compared.move_to_end(text)
            return self._compared[text]
        if len(text) > _LARGE or "_by_meaning" not in self.__dict__:
            found = await asyncio.to_thread(self._find, text)
        else:
            found = self._find(text)
        if len(text) <= _REMEMBERED_LENGTH:
            self._compared[text] = found
            if len(self._compared) > _REMEMBERED:
                self._compared.popitem(last=False)
        return found

    def _find(self, text: str) -> str | None:
        return self._by_meaning.get(canonical(text))

    @cached_property
    def _by_meaning(self) -> Mapping[str, str]:
        return {canonical(text): text for text in self._documents.values()}


class TrustedFiles:
    """The list as the files have it. Raises `FederationError` when they cannot be read at first.

    `interval`: seconds after which the files are looked at again; None: never.
    """

    def __init__(self, places: Places, interval: float | None) -> None:
        self._places = places
        self._interval = interval
        self._stamps = places.stamps()
        self._list = TrustedList(places.read())
        self._looked: float | None = None

    async def current(self) -> TrustedList:
        """Return the list, not older than the interval."""
        if self._interval is not None:
            now = clock()
            if self._looked is None or now - self._looked >= self._interval:
                self._looked = now  # others go on with the old list meanwhile
                await self._look()
        return self._list

    async def _look(self) -> None:
        try:
            stamps = await asyncio.to_thread(self._places.stamps)
            if stamps == self._stamps:
                return
            documents = await asyncio.to_thread(self._places.read)
        except (FederationError, OSError) as error:
            logger.error("%s; the list as it was stays in place", error)
            return
        self._stamps = stamps
        self._list = TrustedList(documents)
        logger.info("trusted documents: %d are on the list now", len(documents))
