"""A process that does nothing but run the embedded PostgreSQL, for several that use it.

They join it as guests (`launcher`), so that it stays up whichever of them ends.
"""

from __future__ import annotations

import asyncio
import signal
import sys
from collections.abc import Callable

from resolvers.database.errors import DatabaseError
from resolvers.database.provider import database_server
from resolvers.database.section import DatabaseSection


def keep_database(section: DatabaseSection, ready: Callable[[], None]) -> int:
    """Run the database until SIGQUIT; return the exit code. `ready` is called once it is up."""
    try:
        asyncio.run(_keep(section, ready))
    except DatabaseError as error:
        print(f"error: {error}", file=sys.stderr)  # noqa: T201 - a process of its own
        return 1
    return 0


async def _keep(section: DatabaseSection, ready: Callable[[], None]) -> None:
    ended = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGQUIT, ended.set)
    async with database_server(section.url, section.embedded()):
        ready()
        await ended.wait()
