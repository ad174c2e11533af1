"""Data directories for tests of the embedded server."""

from __future__ import annotations

import asyncio
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from resolvers.database.launcher import EmbeddedSettings, start_embedded
from resolvers.database.pool import Database
from tests.support.postgres import open_folder


@pytest.fixture
def folder() -> Iterator[Path]:
    """A temporary folder that the server's account may enter."""
    folder = open_folder()
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def made_once() -> Iterator[Path]:
    """A stopped data directory, to copy instead of running initdb in each test."""
    folder = open_folder()

    async def make() -> None:
        server = await start_embedded(EmbeddedSettings(directory=folder / "data"))
        await server.stop()

    asyncio.run(make())
    yield folder / "data"
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def data(folder: Path, made_once: Path) -> Path:
    """A stopped data directory of one's own."""
    subprocess.run(["cp", "-a", str(made_once), str(folder / "data")], check=True)
    return folder / "data"


@pytest.fixture
def database(fresh_database: Database) -> Database:
    """A new one for each test: these change its tables and connections."""
    return fresh_database
