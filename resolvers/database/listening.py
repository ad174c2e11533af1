"""Hearing a channel for as long as the program runs: one loop for all who LISTEN.

The connection stands outside the pool, which would lose a place to it for good. It is tried every
few seconds, since a network can fail without a word, and opened again after a loss, ever more
slowly.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from typing import Final, Protocol

import asyncpg

from resolvers.database.direct import open_direct
from resolvers.database.errors import DatabaseError
from resolvers.database.pool import Database

log = logging.getLogger("hub.listening")

ALIVE_SECONDS: Final = 5.0
RECONNECT_SECONDS: Final = (0.1, 0.5, 2.0, 5.0)

_LOST: Final = (
    DatabaseError,
    asyncpg.PostgresError,
    asyncpg.InterfaceError,
    OSError,
    TimeoutError,
)


class Hearer(Protocol):
    """Who wants to hear a channel."""

    def heard(self, payload: str) -> None:
        """Something was told on the channel."""
        ...

    async def began(self) -> None:
        """From now on nothing is missed; what was told before may have been."""
        ...

    async def ended(self) -> None:
        """The connection is lost: what is told from now on is missed. Also when none opened."""
        ...


async def listen(database: Database, channel: str, hearer: Hearer) -> None:
    """Let `hearer` hear `channel`; never returns."""
    failures = 0

    def opened() -> None:
        nonlocal failures
        failures = 0

    while True:
        try:
            await _hear(database, channel, hearer, opened)
        except _LOST as error:
            log.warning("the channel %s cannot be heard now: %s", channel, error)
        await hearer.ended()
        await asyncio.sleep(RECONNECT_SECONDS[min(failures, len(RECONNECT_SECONDS) - 1)])
        failures += 1


async def _hear(
    database: Database, channel: str, hearer: Hearer, opened: Callable[[], None]
) -> None:
    """Listen until the connection is lost."""
    async with open_direct(database, f"zhitong-hub {channel}") as connection:
        lost = asyncio.Event()
        connection.add_termination_listener(lambda *_: lost.set())
        await connection.add_listener(channel, lambda *told: hearer.heard(str(told[3])))
        opened()
        await hearer.began()
        await _while_alive(connection.fetchval, lost)


async def _while_alive(ask: Callable[..., Awaitable[object]], lost: asyncio.Event) -> None:
    """Return when the connection is lost. Raises when it does not answer."""
    while True:
        try:
            async with asyncio.timeout(ALIVE_SECONDS):
                await lost.wait()
            return
        except TimeoutError:
            await ask("select 1", timeout=ALIVE_SECONDS)
