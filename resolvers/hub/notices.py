"""Notifications that make things kept in memory out of date."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from resolvers.database.listening import listen
from resolvers.database.pool import Database


class Notices:
    """Hears one channel. `heard` is given each payload; `missed` is called when some may have
    been lost: at the start, and after each time the connection was lost. `listening`: now.
    """

    def __init__(
        self, channel: str, heard: Callable[[str], None], missed: Callable[[], None]
    ) -> None:
        self._channel = channel
        self._missed = missed
        self.heard = heard
        self.listening = False

    @asynccontextmanager
    async def running(self, database: Database) -> AsyncIterator[None]:
        """Listen around the block."""
        task = asyncio.create_task(listen(database, self._channel, self))
        try:
            yield
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
            self.listening = False

    async def began(self) -> None:
        """See `Hearer.began`."""
        self._missed()
        self.listening = True

    async def ended(self) -> None:
        """See `Hearer.ended`."""
        self.listening = False
