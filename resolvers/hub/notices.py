"""One LISTEN connection for notifications that make things kept in memory out of date."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Final

import asyncpg

from resolvers.database.direct import open_direct
from resolvers.database.errors import DatabaseError
from resolvers.database.pool import Database

log = logging.getLogger("hub.notices")

RECONNECT_SECONDS: Final = (0.1, 0.5, 2.0)


class Notices:
    """Hears one channel. `heard` is given each payload; `missed` is called when some may have
    been lost: at the start, and after each time the connection was lost. `listening`: now.
    """

    def __init__(
        self, channel: str, heard: Callable[[str], None], missed: Callable[[], None]
    ) -> None:
        self._channel = channel
        self._heard = heard
        self._missed = missed
        self.listening = False

    @asynccontextmanager
    async def running(self, database: Database) -> AsyncIterator[None]:
        """Listen around the block."""
        task = asyncio.create_task(self._listen(database))
        try:
            yield
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)

    async def _listen(self, database: Database) -> None:
        failures = 0
        while True:
            try:
                async with open_direct(database, f"zhitong-hub {self._channel}") as connection:
                    lost = asyncio.Event()
                    connection.add_termination_listener(lambda *_, lost=lost: lost.set())
                    await connection.add_listener(self._channel, self._hear)
                    failures = 0
                    self._missed()
                    self.listening = True
                    await lost.wait()
            except (DatabaseError, asyncpg.PostgresError, asyncpg.InterfaceError, OSError) as error:
                log.warning("changes cannot be heard now: %s", error)
            finally:
                self.listening = False
            await asyncio.sleep(RECONNECT_SECONDS[min(failures, len(RECONNECT_SECONDS) - 1)])
            failures += 1

    def _hear(self, _connection: object, _pid: int, _channel: str, payload: object) -> None:
        self._heard(str(payload))
