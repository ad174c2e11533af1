"""Most tests of the adapters share a database, emptied after each."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from resolvers.database.pool import Database
from tests.support.reset import Reset


@pytest.fixture
async def database(reset_database: tuple[Database, Reset]) -> AsyncIterator[Database]:
    """A database as migrations leave it, emptied after each test: a tenth of a new one's cost."""
    found, reset = reset_database
    yield found
    await reset()
