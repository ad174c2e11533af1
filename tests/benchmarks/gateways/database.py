"""An embedded PostgreSQL with the invented graph, in a thread of the benchmark, on its processor.

It stays in its folder, so that a million patents are made once.
"""

from __future__ import annotations

import asyncio
import os
import threading
from collections.abc import Coroutine, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

import asyncpg

from resolvers.database.directory import APPLICATION_ROLE, DATABASE
from resolvers.database.errors import DatabaseError
from resolvers.database.launcher import EmbeddedServer, EmbeddedSettings, start_embedded
from tests.benchmarks.hub import fill

_ResultT = TypeVar("_ResultT")
_FILL_SECONDS = 3600.0
# Counts the statements; comes with PostgreSQL.
_COUNTER = "pg_stat_statements"
_OPTIONS = {"shared_preload_libraries": _COUNTER, f"{_COUNTER}.max": "5000"}


class BenchmarkDatabase:
    """The running server."""

    def __init__(self, loop: asyncio.AbstractEventLoop, server: EmbeddedServer) -> None:
        self._loop = loop
        self._server = server
        self.url = server.url

    def run(self, work: Coroutine[Any, Any, _ResultT], seconds: float = 60.0) -> _ResultT:
        """Return what the coroutine returns, which runs in the server's thread."""
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(seconds)

    def statements(self) -> int:
        """Return how many statements the hub has run so far."""
        query = (
            f"select coalesce(sum(calls), 0) from {_COUNTER}(false) as counted"
            " join pg_roles on pg_roles.oid = counted.userid where rolname = $1"
        )
        return int(self.run(self._value(query, APPLICATION_ROLE)))

    def connections(self) -> int:
        """Return how many connections the hub has."""
        query = (
            "select count(*) from pg_stat_activity"
            " where datname = $1 and application_name = 'zhitong-hub'"
        )
        return int(self.run(self._value(query, DATABASE)))

    async def _value(self, query: str, *values: object) -> Any:
        connection = await asyncpg.connect(self._server.admin_url(DATABASE))
        try:
            return await connection.fetchval(query, *values)
        finally:
            await connection.close()

    async def prepare(self, patents: int) -> None:
        """Make the counter, and the graph where it is not there yet."""
        await self._value(f"create extension if not exists {_COUNTER}")
        try:
            await fill(self.url, patents)
        except DatabaseError as error:
            if error.code != "GENERATED_ALREADY":  # that is an earlier run's
                raise

    def cpu_seconds(self) -> float | None:
        """Return the processor time of PostgreSQL so far; None where /proc is missing."""
        pid = self._server.endpoint.pid
        try:
            children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
            ticks = sum(_ticks(pid)) + sum(sum(_ticks(int(child))[:2]) for child in children)
        except OSError:
            return None
        return ticks / os.sysconf("SC_CLK_TCK")


def _ticks(pid: int) -> tuple[int, int, int, int]:
    """Return own time in user and kernel mode, and that of children that have ended."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return int(fields[11]), int(fields[12]), int(fields[13]), int(fields[14])


@contextmanager
def benchmark_database(folder: Path, patents: int) -> Iterator[BenchmarkDatabase]:
    """Give a database in `folder` with that many invented patents, made where it is missing."""
    loop = asyncio.new_event_loop()
    # The server ends with the thread that started it.
    thread = threading.Thread(target=loop.run_forever, name="benchmark-database", daemon=True)
    thread.start()

    def run(work: Coroutine[Any, Any, _ResultT], seconds: float = 60.0) -> _ResultT:
        return asyncio.run_coroutine_threadsafe(work, loop).result(seconds)

    try:
        folder.mkdir(parents=True, exist_ok=True)
        folder.chmod(0o711)  # the server's account is another under root
        settings = EmbeddedSettings(directory=folder / f"patents-{patents}", options=_OPTIONS)
        server = run(start_embedded(settings))
        try:
            database = BenchmarkDatabase(loop, server)
            run(database.prepare(patents), _FILL_SECONDS)
            yield database
        finally:
            run(server.stop())
    finally:
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()
