"""Which PostgreSQL the hub uses: one of the user's own, else the embedded one."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

from resolvers.database.launcher import EmbeddedSettings, start_embedded
from resolvers.database.pool import Database, PoolSettings
from resolvers.database.url import describe_url

URL_VARIABLE = "HUB_DATABASE_URL"
DIRECTORY_VARIABLE = "HUB_DATABASE_DIRECTORY"


@asynccontextmanager
async def database_server(
    url: str | None = None, embedded: EmbeddedSettings | None = None
) -> AsyncIterator[str]:
    """Give a connection URL for as long as the block runs.

    Order: `HUB_DATABASE_URL`, then `url` (`database.url`), then an embedded server, which is
    started here and stopped at the end of the block (or joined, when another hub runs it).
    `HUB_DATABASE_DIRECTORY` goes before the directory of `embedded`. The URL holds a password.
    Raises DatabaseError.
    """
    if own := os.environ.get(URL_VARIABLE) or url:
        describe_url(own)  # refuses an unusable one before anything is tried
        yield own
        return
    settings = embedded or EmbeddedSettings()
    if directory := os.environ.get(DIRECTORY_VARIABLE):
        settings = replace(settings, directory=Path(directory))
    server = await start_embedded(settings)
    try:
        yield server.url
    finally:
        await server.stop()


@asynccontextmanager
async def open_database(
    url: str | None = None,
    embedded: EmbeddedSettings | None = None,
    pool: PoolSettings | None = None,
) -> AsyncIterator[Database]:
    """Give a `Database` on the server of `database_server`; of `pool` only the bounds count."""
    async with database_server(url, embedded) as found:
        settings = PoolSettings(found) if pool is None else replace(pool, url=found)
        database = await Database.connect(settings)
        try:
            yield database
        finally:
            await database.close()
