"""Ask for a pull of a source, and retry one that was given up.

The order goes into the queue in the command's own transaction, with its audit; a worker of the
adapters that has the file of the source takes it from there, so nothing of the adapters is needed
here.
"""

from __future__ import annotations

from typing import Final

from resolvers.hub.commands import Command, Work
from resolvers.hub.pull_queue import enqueue, retry_dead_letters
from resolvers.identity import Subject, may
from resolvers.refusal import not_found, refuse
from resolvers.reporting.workflows.ingest import ROLLERS
from resolvers.reporting.workflows.report import OWN

PULLERS: Final = (*OWN, *ROLLERS)
"""The centre itself, the operator and CNIPA."""

_SOURCE: Final = "select center_code, configured from reporting.source where code = $1"


async def request_pull(command: Command, source: str, *, full: bool) -> None:
    """Ask for a pull; a job that waits already is brought forward.

    Raises:
        Refused: NOT_FOUND, also for a source of another centre; SOURCE_NOT_CONFIGURED when no
            worker has a file of it.
    """
    async with command.transaction() as work:
        if not await _require(work, source):
            raise refuse(
                "SOURCE_NOT_CONFIGURED",
                "没有工作进程持有该来源的配置文件，无法拉取",
                "No worker has a file of this source, so nobody could pull it",
                "source",
            )
        await enqueue(work.tx, [source], "demand", full=full)
        work.key = source


async def retry_pull(command: Command, source: str) -> None:
    """Ask anew for what the dead letters of a source wanted.

    Raises:
        Refused: NOT_FOUND, also for a source of another centre; NO_DEAD_LETTER.
    """
    async with command.transaction() as work:
        await _require(work, source)
        if not await retry_dead_letters(work.tx, source):
            raise refuse(
                "NO_DEAD_LETTER",
                "该来源没有被放弃的拉取任务",
                "No pull of this source was given up",
                "source",
            )
        work.key = source


async def _require(work: Work, source: str) -> bool:
    """Return whether a worker has a file of the source, which is one the caller may have pulled."""
    record = await work.tx.fetchrow("reporting.source_of_pull", _SOURCE, source)
    if record is None or not may(PULLERS, work.caller, Subject.of(center=record["center_code"])):
        raise not_found("没有这个数据来源", "There is no such source", "source")
    return bool(record["configured"])
