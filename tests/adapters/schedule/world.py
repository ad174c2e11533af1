"""Sources that do what a test says, workers over them, and ways to wait for what they do."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from adapters.config import SourceConfig
from adapters.records import RecordBatch
from adapters.schedule.settings import PullSettings
from adapters.schedule.sources import SourceFiles
from adapters.schedule.worker import PullWorker
from adapters.source import Capabilities, OpenBatch, PullRequest
from resolvers.database.pool import Database
from resolvers.hub.pull_queue import JobRow, list_jobs

QUICK = PullSettings(
    pulls=2, heartbeat=0.8, retries=2, backoff=0.02, longest_backoff=0.1, busy=0.05, watch=0.05
)
PATIENCE = 15.0
"""Seconds after which a test gives up; what it waits for takes a fraction of it."""

ORGANIZATIONS = (
    ("91440305MA9T00018E", "示例激光有限公司"),
    ("91320505MA9T00026L", "示例电池有限公司"),
)


@dataclass(slots=True)
class Script:
    """What the next pulls of a source do: each entry is called, or yielded as a batch of records.

    `pulled` counts pulls, `at_once` is the most that ran at the same time.
    """

    steps: list[Callable[[], Awaitable[None]] | Sequence[dict[str, Any]]] = field(
        default_factory=list
    )
    pulled: int = 0
    running: int = 0
    at_once: int = 0


class Stage:
    """Scripts by source code; stands in for the source kind `file_drop`."""

    def __init__(self) -> None:
        self.scripts: dict[str, Script] = {}

    def script(self, code: str) -> Script:
        return self.scripts.setdefault(code, Script())

    def open(self, config: SourceConfig) -> Scripted:
        return Scripted(self.script(config.code))


class Scripted:
    """A source that follows its script."""

    capabilities = Capabilities()

    def __init__(self, script: Script) -> None:
        self._script = script

    async def batches(self, request: PullRequest) -> AsyncGenerator[OpenBatch, None]:
        script = self._script
        script.pulled += 1
        script.running += 1
        script.at_once = max(script.at_once, script.running)
        try:
            steps, script.steps = script.steps, []
            for number, step in enumerate(steps):
                if callable(step):
                    await step()
                    continue
                batch = RecordBatch(f"batch {script.pulled}.{number}")
                for record in step:
                    batch.add(record)
                yield batch
        finally:
            script.running -= 1

    async def close(self) -> None:
        return


def organizations(*suffixes: str) -> list[dict[str, str]]:
    """Return records of organisations; other suffixes make other names, so that rows change."""
    return [
        {"统一社会信用代码": uscc, "机构名称": name + "".join(suffixes)}
        for uscc, name in ORGANIZATIONS
    ]


def write_source(folder: Path, code: str, **more: Any) -> Path:
    """Write a source file of organisations in a folder; `more` are further keys."""
    lines = [
        f"code: {code}",
        "name: 测试来源",
        "center: FT-110000-01",
        "kind: file_drop",
        "feed: ORGANIZATION",
        "precedence: REGISTRY",
        "path: drop",
        *(f"{key}: {value}" for key, value in more.items()),
    ]
    path = folder / f"{code}.yaml"
    path.write_text("\n".join(lines) + "\n", "utf-8")
    return path


@asynccontextmanager
async def worker(
    database: Database, *folders: Path, settings: PullSettings = QUICK, **more: Any
) -> AsyncIterator[PullWorker]:
    """Run a worker with the sources of some folders."""
    made = PullWorker(database, SourceFiles(folders), settings, **more)
    async with made.running():
        yield made


async def until(happened: Callable[[], Awaitable[Any]], *, patience: float = PATIENCE) -> Any:
    """Wait for something to be true and return it."""
    async with asyncio.timeout(patience):
        while not (found := await happened()):  # noqa: ASYNC110 - mostly of other processes
            await asyncio.sleep(0.01)
    return found


async def jobs(database: Database, status: str | None = None) -> list[JobRow]:
    return await list_jobs(database, status, 100)


async def until_idle(database: Database) -> None:
    """Wait until nothing waits or runs; dead letters stay."""

    async def idle() -> bool:
        return all(job.status == "failed" for job in await jobs(database))

    await until(idle)


async def source_row(database: Database, code: str) -> Any:
    return await database.fetchrow(
        "test.source", "select * from reporting.source where code = $1", code
    )
