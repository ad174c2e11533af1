"""A database with the small world in it, shared by the tests of a module, which only read."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from resolvers.database.pool import Database
from tests.schema.world import Asker, add_patents, add_platforms, add_reference, add_trading
from tests.support.reset import Reset


@pytest.fixture(scope="module")
async def world(module_database: Database) -> Database:
    await add_reference(module_database)
    await add_patents(module_database)
    await add_trading(module_database)
    await add_platforms(module_database)
    return module_database


@pytest.fixture
def reference(world: Database) -> Asker:
    return Asker(world, "reference")


@pytest.fixture
def patents(world: Database) -> Asker:
    return Asker(world, "patents")


@pytest.fixture
def platforms(world: Database) -> Asker:
    return Asker(world, "platforms")


@pytest.fixture
def trading(world: Database) -> Asker:
    return Asker(world, "trading")


@pytest.fixture
def reporting(world: Database) -> Asker:
    return Asker(world, "reporting")


@pytest.fixture
async def database(reset_database: tuple[Database, Reset]) -> AsyncIterator[Database]:
    """A database as migrations leave it, emptied after each test: a tenth of a new one's cost."""
    found, reset = reset_database
    yield found
    await reset()
