"""Workers killed at random moments, twenty times, leave what an undisturbed pull leaves.

Two workers at a time, each a process that gets SIGKILL and is replaced by a new one, over one
database. They pull files of patents, pages of a REST interface, and, after the patents, transfers
and pledges of them.
"""

from __future__ import annotations

import asyncio
import os
import random
import re
import shutil
import signal
import sys
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Any

import orjson
from starlette.requests import Request
from starlette.responses import Response

from resolvers.database.pool import Database
from resolvers.generator.numbers import organization_codes
from resolvers.hub.pull_queue import enqueue
from tests.adapters.harness import DEMO_FILES, dump
from tests.adapters.net.server import Center, serving
from tests.adapters.schedule.world import jobs, until
from tests.benchmarks.ingest_rows import write_patents
from tests.support.postgres import TestServer
from tests.support.shared import ROOT

KILLS = 20
HEARTBEAT = 1.0
SEED = 20240615
PAGE = 50
PATENT_ROWS = (300, 300, 300, 300, 300, 3_000)
"""Rows of each file; the last is large for the time between two kills."""
ORGANIZATIONS = [
    {"code": code, "title": f"示例接口机构{number}"}
    for number, (code, _) in enumerate(organization_codes(("440305", "310104"), 1200))
]

SOURCES = {
    "patents": "feed: PATENT\nkind: file_drop\npath: drop\nprecedence: REGISTRY",
    "transfers": (
        "feed: TRANSFER\nkind: file_drop\npath: transfers_gb18030.csv\nprecedence: REGISTRY\n"
        "schedule: {after: [patents]}"
    ),
    "pledges": (
        "feed: PLEDGE\nkind: file_drop\npath: pledge_registrations_gb18030.csv\n"
        "precedence: PLATFORM\nschedule: {after: [patents]}"
    ),
    "organizations": (
        "feed: ORGANIZATION\nkind: rest\nprecedence: REGISTRY\n"
        "fields: {uscc: code, name: title}\n"
        "bounds: {batch_rows: 100, rate: 1000}\n"
        "rest:\n  url: URL/list\n  records: data\n"
        f"  paging: {{kind: page, param: page, size_param: size, size: {PAGE}, total: total}}"
    ),
}


def write_sources(folder: Path, url: str) -> None:
    drop = folder / "drop"
    drop.mkdir()
    write_patents(folder / "all.csv", sum(PATENT_ROWS))
    header, *rows = (folder / "all.csv").read_text("utf-8-sig").splitlines()
    for number, size in enumerate(PATENT_ROWS):
        (drop / f"{number}.csv").write_text("\n".join([header, *rows[:size], ""]), "utf-8")
        del rows[:size]
    shutil.copy(DEMO_FILES / "patents.csv", drop / "demo.csv")
    for name in ("transfers_gb18030.csv", "pledge_registrations_gb18030.csv"):
        shutil.copy(DEMO_FILES / name, folder / name)
    for code, text in SOURCES.items():
        head = f"code: {code}\nname: 测试来源 {code}\ncenter: FT-110000-01\n"
        (folder / f"{code}.yaml").write_text(head + text.replace("URL", url) + "\n", "utf-8")


async def pages(request: Request) -> Response:
    """One page of organisations, after a moment, as a centre's server takes one."""
    await asyncio.sleep(0.02)
    number, size = int(request.query_params["page"]), int(request.query_params["size"])
    data = ORGANIZATIONS[(number - 1) * size : number * size]
    document = {"code": 0, "total": len(ORGANIZATIONS), "data": data}
    return Response(orjson.dumps(document), media_type="application/json")


class Fleet:
    """Two workers over one database; a killed one is replaced."""

    def __init__(self, url: str, folder: Path) -> None:
        self._arguments = (url, str(folder), str(HEARTBEAT))
        self._workers: list[asyncio.subprocess.Process] = []

    async def start(self) -> None:
        self._workers.append(
            await asyncio.create_subprocess_exec(
                sys.executable,
                "-m",
                "tests.adapters.schedule.worker_program",
                *self._arguments,
                cwd=ROOT,
                stdout=asyncio.subprocess.PIPE,
                env={**os.environ, "PYTHONPATH": str(ROOT)},
            )
        )

    async def kill(self, number: int) -> None:
        victim = self._workers.pop(number)
        victim.send_signal(signal.SIGKILL)
        await victim.wait()

    async def end(self) -> list[int | None]:
        """End all workers in order, once they have begun; return their exit codes."""
        for each in self._workers:
            assert each.stdout is not None
            assert await each.stdout.readline() == b"ready\n"
            each.send_signal(signal.SIGTERM)
        return [await each.wait() for each in self._workers]


async def state(database: Database) -> dict[str, Any]:
    """Everything stored, without what tells of the time and the number of pulls."""
    tables: dict[str, Any] = await dump(database, per_load=False)
    tables["reporting.source_checkpoint"] = [
        re.sub(r"'run': \d+", "'run': 0", line) for line in tables["reporting.source_checkpoint"]
    ]
    for name, sql in {
        "rows": "select natural_key, content_hash, deleted_at is null as there, s.code"
        " from reporting.source_row join reporting.source as s on s.id = source_id order by 4, 1",
        # Some keys are ids that each database makes for itself.
        "changes": "select source_code, entity_type, kind, count(*),"
        " case when entity_key ~ '^[0-9a-f]{8}-[0-9a-f]{4}-' then '' else entity_key end"
        " from hub.change group by 1, 2, 3, 5 order by 1, 2, 3, 5",
        "sources": "select code, last_status, last_code, failures from reporting.source order by 1",
    }.items():
        tables[name] = [tuple(row) for row in await database.fetch(f"test.{name}", sql)]
    return tables


async def all_pulled(database: Database) -> bool:
    """Whether the queue is empty, and what follows the patents has come and gone as well."""
    done = "select count(*) from reporting.source where last_status = 'DONE'"
    return not await jobs(database) and await database.fetchval("test.done", done) == len(SOURCES)


async def at_work(database: Database) -> bool:
    """Whether somebody pulls, or all is done."""
    return any(job.worker for job in await jobs(database)) or await all_pulled(database)


@asynccontextmanager
async def fresh(server: TestServer, template: str) -> AsyncIterator[tuple[str, Database]]:
    async with server.new_database(template) as url:
        database = await Database.connect(url)
        try:
            yield url, database
        finally:
            await database.close()


async def test_what_is_stored_does_not_tell_of_killed_workers(
    postgres_server: TestServer, migrated_template: str, tmp_path: Path
) -> None:
    chance = random.Random(SEED)
    async with AsyncExitStack() as stack:
        url = await stack.enter_async_context(serving(Center(list=pages)))
        write_sources(tmp_path, url)

        async with fresh(postgres_server, migrated_template) as (database_url, database):
            fleet = Fleet(database_url, tmp_path)
            await fleet.start()
            await enqueue(database, ["patents", "organizations"], "demand")
            began = time.monotonic()
            await until(lambda: all_pulled(database), patience=60)
            seconds = time.monotonic() - began
            assert await fleet.end() == [0]
            undisturbed = await state(database)
        print(f"undisturbed: {seconds:.1f} s", file=sys.stderr)
        assert len(undisturbed["patents.patent"]) > sum(PATENT_ROWS)
        assert len(undisturbed["reference.organization"]) == len(ORGANIZATIONS)
        assert undisturbed["trading.transfer_record"]
        assert undisturbed["finance.pledge_registration"]

        kills, held = 0, 0
        while kills < KILLS:
            async with fresh(postgres_server, migrated_template) as (database_url, database):
                fleet = Fleet(database_url, tmp_path)
                await fleet.start()
                await fleet.start()
                await enqueue(database, ["patents", "organizations"], "demand")
                while kills < KILLS and not await all_pulled(database):
                    # Not while both are still starting: that would be no moment of a pull.
                    await until(lambda: at_work(database), patience=30)
                    await asyncio.sleep(chance.uniform(0, 1.5))
                    held += any(job.worker for job in await jobs(database))
                    await fleet.kill(chance.randrange(2))
                    kills += 1
                    await fleet.start()
                await until(lambda: all_pulled(database), patience=60)
                assert await fleet.end() == [0, 0]
                disturbed = await state(database)
            for name, rows in undisturbed.items():
                assert disturbed[name] == rows, f"{name} after {kills} kills"
        print(f"{held} of {kills} kills in the middle of pulls", file=sys.stderr)
        assert held >= KILLS // 4


async def test_another_worker_goes_on_where_a_killed_one_stopped(
    postgres_server: TestServer, migrated_template: str, tmp_path: Path
) -> None:
    asked: list[int] = []
    hung = asyncio.Event()

    async def hanging(request: Request) -> Response:
        asked.append(int(request.query_params["page"]))
        if asked[-1] == 10 and not hung.is_set():
            hung.set()
            await asyncio.sleep(60)
        return await pages(request)

    async with (
        serving(Center(list=hanging)) as url,
        fresh(postgres_server, migrated_template) as (database_url, database),
    ):
        write_sources(tmp_path, url)
        fleet = Fleet(database_url, tmp_path)
        await fleet.start()
        await enqueue(database, ["organizations"], "demand")
        async with asyncio.timeout(30):
            await hung.wait()
        [job] = await jobs(database)
        await fleet.start()
        before = len(asked)
        # Let the second one be up, so that what is measured is the taking over.
        await asyncio.sleep(2 * HEARTBEAT)
        began = time.monotonic()
        await fleet.kill(0)

        async def taken_over() -> bool:
            return all(each.worker != job.worker for each in await jobs(database))

        await until(taken_over, patience=30)
        seconds = time.monotonic() - began
        print(f"taken over after {seconds:.2f} s", file=sys.stderr)
        await until(lambda: nothing_left(database), patience=30)
        assert await fleet.end() == [0]
        assert seconds < 4 * HEARTBEAT
        # Two pages make a batch: those that were stored are not asked for again.
        assert asked[before] in (7, 9)
        count = "select count(*) from reference.organization"
        assert await database.fetchval("test.count", count) == len(ORGANIZATIONS)


async def nothing_left(database: Database) -> bool:
    return not await jobs(database)
