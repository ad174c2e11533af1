"""`hub jobs …` and `hub pull --queue`, as programs."""

from __future__ import annotations

import asyncio
import json
import sys
from pathlib import Path
from typing import Any

from adapters.schedule.sources import SourceFiles, register
from resolvers.database.pool import Database
from resolvers.hub.pull_queue import enqueue
from tests.adapters.schedule.test_asking import NOW
from tests.adapters.schedule.world import jobs, write_source
from tests.support.shared import ROOT

PROGRAM = """
import argparse, sys
from contextlib import asynccontextmanager
from adapters.cli import add_commands
from resolvers.database.pool import Database

@asynccontextmanager
async def opened(args):
    database = await Database.connect(sys.argv[1])
    try:
        yield database
    finally:
        await database.close()

parser = argparse.ArgumentParser(prog="hub")
add_commands(parser.add_subparsers(), opened, lambda args: [])
args = parser.parse_args(sys.argv[2:])
sys.exit(args.handler(args))
"""


async def hub(database: Database, *words: str, code: int = 0) -> Any:
    """Run a command with `--format json` and return what it printed."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-c",
        PROGRAM,
        database.settings.url,
        *words,
        "--format",
        "json",
        cwd=ROOT,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    out, err = await process.communicate()
    assert process.returncode == code, err.decode()
    return json.loads(out)


async def test_pulls_are_asked_for_listed_retried_and_cancelled(
    database: Database, tmp_path: Path
) -> None:
    for source in ("one", "two"):
        write_source(tmp_path, source)
    files = SourceFiles([tmp_path])
    files.reread()
    await register(database, files.sources.values(), NOW)

    assert await hub(database, "pull", "--queue", "two", "--full") == {"queued": ["two"]}
    assert await hub(database, "pull", "--queue") == {"queued": ["one", "two"]}
    refused = await hub(database, "pull", "--queue", "nobodys", code=1)
    assert refused["error"]["code"] == "SOURCE_UNKNOWN"
    listed = (await hub(database, "jobs", "list"))["jobs"]
    assert [(job["source"], job["status"], job["full"]) for job in listed] == [
        ("two", "queued", True),
        ("one", "queued", False),
    ]
    assert (await hub(database, "jobs", "failed"))["jobs"] == []

    give_up = """
    update queue.pgqueuer set status = 'failed', dedupe_key = null, payload = convert_to(
      (convert_from(payload, 'UTF8')::jsonb || '{"code": "SOURCE_AUTH", "message": "拒绝",
       "failures": 1, "failed_at": "2026-03-01T00:00:00Z"}')::text, 'UTF8')
    where entrypoint = 'pull:two'
    """
    await database.execute("test.give_up", give_up)
    [dead] = (await hub(database, "jobs", "failed"))["jobs"]
    assert (dead["source"], dead["code"], dead["message"]) == ("two", "SOURCE_AUTH", "拒绝")
    assert await hub(database, "jobs", "retry", str(dead["id"])) == {"queued": ["two"]}
    assert (await hub(database, "jobs", "failed"))["jobs"] == []
    again = next(job for job in await jobs(database) if job.job.source == "two")
    assert (again.job.reason, again.job.full, again.job.failures) == ("retry", True, 0)
    for words in (("retry", str(again.id)), ("retry", "999"), ("cancel", str(2**70))):
        assert (await hub(database, "jobs", *words, code=1))["error"]["code"] == "JOB_UNKNOWN"

    assert await hub(database, "jobs", "cancel", str(again.id)) == {"cancelled": ["two"]}
    assert [job.job.source for job in await jobs(database)] == ["one"]


async def test_a_retry_joins_what_waits_already(database: Database) -> None:
    await enqueue(database, ["one"], "schedule")
    await database.execute(
        "test.give_up", "update queue.pgqueuer set status = 'failed', dedupe_key = null"
    )
    [dead] = await jobs(database)
    await enqueue(database, ["one"], "schedule", full=True)
    assert await hub(database, "jobs", "retry", str(dead.id)) == {"queued": ["one"]}
    [job] = await jobs(database)
    assert (job.status, job.job.reason, job.job.full) == ("queued", "retry", True)
