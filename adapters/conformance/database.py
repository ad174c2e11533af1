"""A database of the kit's own: one that is given and empty, else an embedded one for a while."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Final

from adapters.conformance.kit import CONNECTIONS
from adapters.errors import AdapterError
from resolvers.database.launcher import EmbeddedSettings, start_embedded
from resolvers.database.migrations import migrate
from resolvers.database.pool import Database, PoolSettings

# Durability costs time, and the database ends with the kit.
_FAST: Final = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}
_TABLES: Final = """
select count(*) from pg_catalog.pg_class as c join pg_catalog.pg_namespace as n
on n.oid = c.relnamespace
where c.relkind in ('r', 'p') and n.nspname not in ('pg_catalog', 'information_schema')
  and n.nspname !~ '^pg_toast'
"""


class DatabaseNotEmpty(AdapterError):
    """The kit writes records that are invented, so it takes no database in use."""

    code = "CONFORMANCE_DATABASE"


@asynccontextmanager
async def kit_database(url: str | None = None) -> AsyncIterator[Database]:
    """Give a database with all migrations and no rows.

    Raises:
        DatabaseNotEmpty: there are tables in the one given.
        DatabaseError: it cannot be reached, or no server can be started.
    """
    if url is not None:
        async with _opened(url) as database:
            yield database
        return
    folder = _open_folder()
    try:
        server = await start_embedded(EmbeddedSettings(directory=folder / "data", options=_FAST))
        try:
            async with _opened(server.url) as database:
                yield database
        finally:
            await server.stop()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@asynccontextmanager
async def _opened(url: str) -> AsyncIterator[Database]:
    database = await Database.connect(PoolSettings(url, max_size=CONNECTIONS))
    try:
        if await database.fetchval("conformance.tables", _TABLES):
            raise DatabaseNotEmpty(
                "一致性检验需要空数据库，给出的数据库中已有表。 "
                "The kit needs an empty database; the one given has tables."
            )
        await migrate(database)
        yield database
    finally:
        await database.close()


def _open_folder() -> Path:
    """Make a folder the server's account may enter: started as root, it has one of its own."""
    folder = Path(tempfile.mkdtemp(prefix="hub-conformance-"))
    folder.chmod(0o711)
    return folder
