"""Live sources go on storing beside a test."""

from __future__ import annotations

import pytest

from resolvers.database.pool import Database


@pytest.fixture
async def database(fresh_database: Database) -> Database:
    """A database of its own: work goes on in it beside the test."""
    return fresh_database
