"""A registry in a real PostgreSQL, its routes, and tokens for it."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from federation.registry.access import system_caller
from federation.registry.model import Role
from federation.registry.postgres.store import PostgresStore
from federation.registry.service import Registry
from resolvers.database.pool import Database
from tests.federation.server.registry.site import RegistrySite
from tests.support.reset import Reset


@pytest.fixture
async def database(reset_database: tuple[Database, Reset]) -> AsyncIterator[Database]:
    """A database as migrations leave it, emptied after each test."""
    found, reset = reset_database
    yield found
    await reset()


@pytest.fixture
async def registry(database: Database) -> AsyncIterator[Registry]:
    found = Registry(PostgresStore(database))
    yield found
    await found.close()


@pytest.fixture
async def site(registry: Registry) -> RegistrySite:
    """The routes, with an administrator's token of the graph `hub`."""
    issued = await registry.create_token(system_caller(), "administrator", "hub", [Role.ADMIN])
    return RegistrySite(registry, issued.secret)
