"""What live sources cost a request: none configured, all fresh, a batch asked for and stored.

    python -m tests.benchmarks.live_reads

Answers one subgraph in process over an embedded PostgreSQL, best of five rounds each. The source is
in memory, so its own time is no part of the figures.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from tempfile import TemporaryDirectory

from adapters.live.port import live_sources
from resolvers.database.launcher import EmbeddedSettings, start_embedded
from resolvers.database.migrations import migrate
from resolvers.database.pool import Database, PoolSettings
from resolvers.identity import ANONYMOUS
from resolvers.live import LivePort
from schema.serving import SubgraphServer
from tests.adapters.live.fake import Fake, config, number, patent

QUERY = "query ($n: [ApplicationNumber!]!) { patentsByNumber(applicationNumbers: $n) { title } }"
ROUNDS = 5


async def milliseconds(work: Callable[[], Awaitable[object]], times: int) -> float:
    """Return the time of one run, best of some rounds."""
    best = float("inf")
    for _ in range(ROUNDS):
        began = time.perf_counter()
        for _ in range(times):
            await work()
        best = min(best, (time.perf_counter() - began) / times)
    return best * 1000


async def answer(database: Database, port: LivePort | None, count: int) -> float:
    server = SubgraphServer(database, live=port)
    variables = {"n": [number(index) for index in range(count)]}

    async def once() -> None:
        response = await server.answer("patents", ANONYMOUS, QUERY, variables)
        assert response["data"]["patentsByNumber"][0], response

    await once()
    return await milliseconds(once, 200 if count == 1 else 40)


async def measure(database: Database) -> None:
    fake = Fake()
    fake.put(*map(patent, range(50)))
    stale = config(live={"max_age": 0.000001, "timeout": 5})
    async with live_sources(database, [stale], fake.open) as port:
        await port.refresh("PATENT", [(number(index),) for index in range(50)])
        for count in (1, 50):
            async with live_sources(database, []) as none:
                without = await answer(database, None, count)
                empty = await answer(database, none, count)
            async with live_sources(database, [config()], fake.open) as live:
                fresh = await answer(database, live, count)
            asked = await answer(database, port, count)
            print(
                f"{count:>3} patents: no port {without:.3f} ms, no live source {empty:.3f} ms, "
                f"fresh {fresh:.3f} ms, asked, nothing new {asked:.3f} ms"
            )
        turn = 0

        async def changed() -> None:
            nonlocal turn
            turn += 1
            fake.put(*(patent(index, title=f"名称{turn}") for index in range(50)))
            await port.refresh("PATENT", [(number(index),) for index in range(50)])

        print(f" 50 patents: asked, all changed and stored {await milliseconds(changed, 5):.1f} ms")


async def main(folder: Path) -> None:
    server = await start_embedded(EmbeddedSettings(directory=folder / "data"))
    try:
        database = await Database.connect(PoolSettings(server.url))
        try:
            await migrate(database)
            await measure(database)
        finally:
            await database.close()
    finally:
        await server.stop()


if __name__ == "__main__":
    with TemporaryDirectory() as folder:
        Path(folder).chmod(0o755)  # started as root, PostgreSQL runs as another user
        asyncio.run(main(Path(folder)))
