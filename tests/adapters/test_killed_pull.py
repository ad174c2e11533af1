"""A pull killed at any moment and started again ends as if nobody had disturbed it.

The puller is a process of its own and gets SIGKILL, so nothing can be tidied up on the way out.
"""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator

import pytest

from adapters.demo import pull_demo
from resolvers.database.pool import Database
from tests.adapters.harness import OPTIONS, dump
from tests.support.postgres import TestServer
from tests.support.shared import ROOT

# Pulls the demo slowly and says how far it is, so that the test knows when to strike.
PULLER = """
import asyncio, sys, time
from datetime import date
from adapters.demo import pull_demo
from adapters.progress import Silent
from adapters.sync import PullOptions
from resolvers.database.pool import Database

class Slow(Silent):
    def advanced(self, source, batch, counts):
        print("advanced", source, flush=True)
        time.sleep(0.05)
    def batch_done(self, report):
        print("done", report.source, flush=True)

async def main():
    database = await Database.connect(sys.argv[1])
    await pull_demo(database, Slow(), PullOptions(today=date(2026, 1, 1)))
    await database.close()

asyncio.run(main())
"""


@pytest.fixture
async def undisturbed(
    postgres_server: TestServer, migrated_template: str
) -> AsyncIterator[dict[str, list[str]]]:
    """The tables after a pull that nobody disturbed."""
    async with postgres_server.new_database(migrated_template) as url:
        database = await Database.connect(url)
        await pull_demo(database, options=OPTIONS)
        tables = await dump(database, per_load=False)
        await database.close()
        yield tables


async def puller(url: str) -> asyncio.subprocess.Process:
    return await asyncio.create_subprocess_exec(
        sys.executable,
        "-c",
        PULLER,
        url,
        cwd=ROOT,
        stdout=asyncio.subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )


async def kill_after(process: asyncio.subprocess.Process, lines: int) -> list[str]:
    """Kill the process once it has said so many things; return what it said."""
    assert process.stdout is not None
    said: list[str] = []
    while len(said) < lines and (line := await process.stdout.readline()):
        said.append(line.decode().strip())
    process.send_signal(signal.SIGKILL)
    await process.wait()
    return said


async def test_killed_pulls_end_like_an_undisturbed_one(
    postgres_server: TestServer, migrated_template: str, undisturbed: dict[str, list[str]]
) -> None:
    async with postgres_server.new_database(migrated_template) as url:
        database = await Database.connect(url)
        try:
            # Killed inside the first, the second and a later batch; each start goes on from there.
            for lines in (1, 2, 3, 5):
                said = await kill_after(await puller(url), lines)
                assert len(said) == lines, said
                loaded = await database.fetch(
                    "test.loaded", "select source_name, status from reporting.ingest_batch"
                )
                assert {row["status"] for row in loaded} <= {"LOADED"}
                done = {line.split()[1] for line in said if line.startswith("done")}
                assert done <= {row["source_name"] for row in loaded}
            last = await puller(url)
            assert last.stdout is not None
            await last.stdout.read()
            assert await last.wait() == 0
            assert await dump(database, per_load=False) == undisturbed
        finally:
            await database.close()
