"""A worker as a process of its own: pulls, and what asks for pulls.

    python -m tests.adapters.schedule.worker_program DATABASE_URL FOLDER HEARTBEAT

Runs until it is killed, or ends in order on SIGTERM.
"""

from __future__ import annotations

import asyncio
import signal
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from adapters.schedule.jobs import JOBS
from adapters.schedule.settings import PullSettings
from adapters.schedule.sources import SourceFiles
from adapters.schedule.worker import PullWorker
from resolvers.database.pool import Database, PoolSettings
from resolvers.hub.worker import Worker
from resolvers.peers import PeerUnavailable


class NoPeers:
    """No other subgraph runs here; the jobs of the adapters ask none."""

    async def ask(
        self, subgraph: str, query: str, variables: Mapping[str, Any] | None = None
    ) -> Mapping[str, Any]:
        raise PeerUnavailable(subgraph, "there is none")


async def main(url: str, folder: str, heartbeat: str) -> None:
    ended = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, ended.set)
    # A test kills again and again: a job is not to be given up for it.
    settings = PullSettings(heartbeat=float(heartbeat), crashes=100, backoff=0.1)
    database = await Database.connect(PoolSettings(url, max_size=8))
    files = SourceFiles([Path(folder)])
    async with (
        Worker(database, NoPeers(), [JOBS]).running(),
        PullWorker(database, files, settings).running(),
    ):
        print("ready", flush=True)
        await ended.wait()
    await database.close()


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
