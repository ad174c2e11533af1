"""A database as migrations leave it, for each test; emptied after it at a tenth of the cost."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from resolvers.database.pool import Database
from tests.support.reset import Reset


@pytest.fixture
async def database(reset_database: tuple[Database, Reset]) -> AsyncIterator[Database]:
    """A database for one test. Who changes tables or leaves work behind takes `fresh_database`."""
    found, reset = reset_database
    yield found
    await reset()
