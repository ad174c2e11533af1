"""`hub serve --role worker` on several machines: as many processes over one database."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import subprocess
import urllib.request
from collections.abc import AsyncIterator
from pathlib import Path

from starlette.requests import Request
from starlette.responses import Response

from resolvers.database.pool import Database
from resolvers.hub.pull_queue import enqueue, list_jobs
from tests.adapters.net.server import Center, answer, serving
from tests.adapters.schedule.test_killed_workers import ORGANIZATIONS, SOURCES, pages
from tests.adapters.schedule.world import until
from tests.gateway.test_command_line import started, wait_ready

SETTINGS = """
supergraph: {{ listen: 127.0.0.1:4000 }}
adapters: {{ sources: ["{folder}"], pulls: 1, heartbeat: 1, grace: 0.5 }}
identity: {{ key: "0123456789012345678901234567890123456789" }}
"""


@contextlib.asynccontextmanager
async def worker(config: Path, url: str) -> AsyncIterator[tuple[subprocess.Popen[bytes], str]]:
    """A worker that is ready, and its address."""
    environment = {"HUB_DATABASE_URL": url}
    with started("--role", "worker", "--config", str(config), environment=environment) as process:
        yield process, await asyncio.to_thread(wait_ready, process)


async def test_a_worker_that_ends_in_order_leaves_its_pull_to_another(
    database: Database, tmp_path: Path
) -> None:
    asked: list[int] = []
    hung = asyncio.Event()

    async def hanging(request: Request) -> Response:
        asked.append(int(request.query_params["page"]))
        if asked[-1] == 10 and not hung.is_set():
            hung.set()
            await asyncio.sleep(60)
        return await pages(request)

    folder = tmp_path / "sources"
    folder.mkdir()
    config = tmp_path / "hub.yaml"
    config.write_text(SETTINGS.format(folder=folder), "utf-8")

    async def pulled() -> bool:
        return not await list_jobs(database, None, 10)

    url = database.settings.url
    async with serving(Center(list=hanging, nothing=lambda _: answer([]))) as center:
        text = (
            f"code: organizations\nname: 接口\ncenter: FT-110000-01\n{SOURCES['organizations']}\n"
        )
        (folder / "organizations.yaml").write_text(text.replace("URL", center), "utf-8")
        async with worker(config, url) as (first, _), worker(config, url) as (second, address):
            with await asyncio.to_thread(urllib.request.urlopen, f"{address}health") as health:
                assert health.status == 200
            await enqueue(database, ["organizations"], "demand")
            await hung.wait()
            [job] = await list_jobs(database, "picked", 10)
            before = len(asked)
            # Whoever has the job hangs; end the first, then the second, each replaced by the other.
            first.send_signal(signal.SIGTERM)
            loop = asyncio.get_running_loop()
            began = loop.time()
            assert await asyncio.to_thread(first.wait, 20) == 0
            seconds = loop.time() - began
            if len(asked) == before:
                # It was the second that hung: the third takes over.
                async with worker(config, url):
                    os.kill(second.pid, signal.SIGTERM)
                    assert await asyncio.to_thread(second.wait, 20) == 0
                    await until(pulled)
            else:
                await until(pulled)
            assert seconds < 10
    assert asked[before] in (7, 9)
    count = "select count(*) from reference.organization"
    assert await database.fetchval("test.count", count) == len(ORGANIZATIONS)
    row = await database.fetchrow("test.source", "select * from reporting.source")
    assert row is not None
    assert (row["last_status"], row["failures"], row["configured"]) == ("DONE", 0, True)
    assert job.job.failures == 0
