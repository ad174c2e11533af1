"""A stage instead of the file drop."""

from __future__ import annotations

from typing import Any, cast

import pytest

from adapters.sources import OPEN
from resolvers.database.pool import Database
from tests.adapters.schedule.world import Stage


@pytest.fixture
def stage(monkeypatch: pytest.MonkeyPatch) -> Stage:
    made = Stage()
    monkeypatch.setitem(cast("dict[str, Any]", OPEN), "file_drop", made.open)
    return made


@pytest.fixture
async def database(fresh_database: Database) -> Database:
    """A database of its own: work goes on in it beside the test."""
    return fresh_database
