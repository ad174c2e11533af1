"""A real PostgreSQL for tests: one server per session, one fresh database per test.

`HUB_TEST_DATABASE_URL` (a superuser's URL) uses a server of one's own; else an embedded one is
started in a temporary directory. All migrations run once, into a template; each `fresh_database` is
a copy of it, which takes a quarter of a second. `reset_database` is one for many tests, emptied
after each. `empty_database` has no migrations.
"""

from __future__ import annotations

import itertools
import os
import shutil
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import unquote, urlsplit

import asyncpg
import pytest

from resolvers.database.launcher import EmbeddedSettings, start_embedded
from resolvers.database.migrations import migrate
from resolvers.database.pool import Database, PoolSettings
from resolvers.database.url import with_database
from tests.support.reset import Reset

TEMPLATE = f"hub_template_{os.getpid()}"
# Durability costs time and a test's database dies with the test.
FAST = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}
# Bytes that must be free where files are kept in memory; containers often have only 64 MiB of it.
_ROOM = 4 * 1024**3
_numbers = itertools.count(1)


@dataclass(frozen=True, slots=True)
class TestServer:
    """A server tests may make databases on: a superuser's URL and that of the program's role.

    Tests work as the program does, without a superuser's rights.
    """

    __test__ = False
    admin_url: str = field(repr=False)
    url: str = field(repr=False)

    @property
    def role(self) -> str:
        return unquote(urlsplit(self.url).username or "postgres")

    @asynccontextmanager
    async def new_database(self, template: str = "template1") -> AsyncIterator[str]:
        """Make a database, give its URL, and drop it afterwards whoever is still connected."""
        name = f"hub_test_{os.getpid()}_{next(_numbers)}"
        await self.admin(f'create database "{name}" template "{template}" owner "{self.role}"')
        try:
            yield with_database(self.url, name)
        finally:
            await self.admin(f'drop database if exists "{name}" with (force)')

    async def admin(self, sql: str, database: str = "postgres") -> None:
        """Run a statement as superuser."""
        connection = await asyncpg.connect(with_database(self.admin_url, database))
        try:
            await connection.execute(sql)
        finally:
            await connection.close()


def open_folder() -> Path:
    """Make a temporary directory that the server's account may enter.

    pytest's own `tmp_path` lies in a folder of mode 0700, and under root the server is not root. In
    memory, where there is plenty: a new database is hundreds of files.
    """
    memory = Path("/dev/shm")
    has_room = memory.is_dir() and shutil.disk_usage(memory).free >= _ROOM
    folder = Path(tempfile.mkdtemp(prefix="hub-postgres-", dir=memory if has_room else None))
    folder.chmod(0o711)
    return folder


@pytest.fixture(scope="session")
async def postgres_server() -> AsyncIterator[TestServer]:
    """The session's server, without our schema."""
    if url := os.environ.get("HUB_TEST_DATABASE_URL"):
        yield TestServer(url, url)
        return
    folder = open_folder()
    server = await start_embedded(EmbeddedSettings(directory=folder / "data", options=FAST))
    try:
        yield TestServer(server.admin_url(), server.url)
    finally:
        await server.stop()
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
async def migrated_template(postgres_server: TestServer) -> AsyncIterator[str]:
    """Name of a database with all migrations, to be copied and never connected to."""
    owner = postgres_server.role
    await postgres_server.admin(f'create database "{TEMPLATE}" owner "{owner}"')
    try:
        database = await Database.connect(with_database(postgres_server.url, TEMPLATE))
        try:
            await migrate(database)
        finally:
            await database.close()
        yield TEMPLATE
    finally:
        await postgres_server.admin(f'drop database if exists "{TEMPLATE}" with (force)')


@pytest.fixture
async def fresh_database(
    postgres_server: TestServer, migrated_template: str
) -> AsyncIterator[Database]:
    """A database of its own with all migrations and no rows, for one test."""
    async with postgres_server.new_database(migrated_template) as url, opened(url) as database:
        yield database


@pytest.fixture
async def database(fresh_database: Database) -> Database:
    """A database with all migrations and no rows."""
    return fresh_database


@pytest.fixture(scope="session")
async def reset_database(
    postgres_server: TestServer, migrated_template: str
) -> AsyncIterator[tuple[Database, Reset]]:
    """One database for many tests, and how to empty it: a conftest gives it to its tests."""
    async with postgres_server.new_database(migrated_template) as url, opened(url) as database:
        yield database, await Reset.of_fresh(database)


@pytest.fixture(scope="module")
async def module_database(
    postgres_server: TestServer, migrated_template: str
) -> AsyncIterator[Database]:
    """Like `database`, shared by a module, whose tests then only read or do not collide."""
    async with postgres_server.new_database(migrated_template) as url, opened(url) as database:
        yield database


@pytest.fixture
async def empty_database(postgres_server: TestServer) -> AsyncIterator[Database]:
    """A fresh database without any migration."""
    async with postgres_server.new_database() as url, opened(url) as database:
        yield database


@asynccontextmanager
async def opened(url: str) -> AsyncIterator[Database]:
    database = await Database.connect(PoolSettings(url, max_size=5))
    try:
        yield database
    finally:
        await database.close()
