"""A connection outside the pool, for a library that brings its own statements and listens.

It stays open for as long as its user works, so it must not take a place of the pool; and it has
PostgreSQL's own text for JSON, not our codecs, which the library does not expect.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

import asyncpg

from resolvers.database.failures import explain_failure
from resolvers.database.pool import Database

CLOSE_SECONDS = 2.0


@asynccontextmanager
async def open_direct(
    database: Database, application: str, *, command_timeout: float = 10.0
) -> AsyncIterator[asyncpg.Connection[asyncpg.Record]]:
    """Give a connection to the same database, closed at the end of the block.

    `application` is the name PostgreSQL shows for it. LISTEN on it needs a server that is reached
    directly, not through PgBouncer in transaction mode.

    Raises:
        DatabaseError: the database cannot be reached.
    """
    settings = database.settings
    direct = settings.statement_cache_size > 0
    try:
        connection = await asyncpg.connect(
            settings.url,
            timeout=settings.connect_timeout,
            command_timeout=command_timeout,
            statement_cache_size=settings.statement_cache_size,
            server_settings={"application_name": application}
            | ({"timezone": "UTC"} if direct else {}),
        )
    except Exception as error:
        raise explain_failure(error, database.where, "connect") from None
    try:
        yield connection
    finally:
        with suppress(asyncpg.PostgresError, asyncpg.InterfaceError, OSError, TimeoutError):
            await connection.close(timeout=CLOSE_SECONDS)
