"""A registry on PostgreSQL for each test; the database is shared and emptied after each."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from federation.registry.postgres.store import PostgresStore
from resolvers.database.pool import Database
from tests.federation.registry.world import Clock, World
from tests.support.reset import Reset


@pytest.fixture
async def database(reset_database: tuple[Database, Reset]) -> AsyncIterator[Database]:
    found, reset = reset_database
    yield found
    await reset()


@pytest.fixture
async def world(database: Database) -> AsyncIterator[World]:
    """A registry with an empty database, and short ways to use it."""
    made = World(PostgresStore(database), Clock())
    yield made
    await made.registry.close()
