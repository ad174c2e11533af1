"""The process that is measured: a whole server, its subgraphs and its client in one event loop.

It says on its output when a workload is warm and when it is done, and waits for a line each time;
`callgrind` counts in between.
"""

from __future__ import annotations

import asyncio
import gc
import os
import signal
import sys
from collections.abc import Coroutine
from functools import partial
from typing import Any, TypeVar

from federation.composition import compose
from federation.composition.result import Composed, SubgraphSource
from federation.server.app import build_app
from federation.server.listener.listen import run_server
from federation.server.settings.engine import EngineSettings
from tests.benchmarks.instructions import yardstick
from tests.benchmarks.instructions.stand_in import SCHEMAS, Client, Subgraph, catalogue, stock
from tests.benchmarks.instructions.workloads import WORKLOADS, Workload
from tests.benchmarks.programs import free_port

ResultT = TypeVar("ResultT")
_ANSWERS = {"catalogue": catalogue, "stock": stock}


def main() -> int:
    ports = {name: free_port() for name in SCHEMAS}
    sources = [
        SubgraphSource(name, f"http://127.0.0.1:{ports[name]}/", sdl)
        for name, sdl in SCHEMAS.items()
    ]
    composed = compose(sources)
    assert isinstance(composed, Composed), composed

    async def supergraph() -> str:
        return composed.supergraph_sdl

    app = build_app(EngineSettings(), supergraph)
    tasks = []

    def ready(address: str) -> None:
        port = int(address.rstrip("/").rpartition(":")[2])
        tasks.append(asyncio.ensure_future(_drive(port, ports)))

    code = run_server(app, "127.0.0.1", 0, on_ready=ready)
    tasks[0].result()
    return code


async def _drive(port: int, ports: dict[str, int]) -> None:
    """Run the workloads, then stop the server."""
    loop = asyncio.get_running_loop()
    try:
        for name, answer in _ANSWERS.items():
            known: dict[bytes, bytes] = {}
            await loop.create_server(partial(Subgraph, answer, known), "127.0.0.1", ports[name])
        await yardstick.work()
        await _counted(yardstick.NAME, yardstick.work())
        for workload in WORKLOADS:
            await _one(port, workload)
    finally:
        os.kill(os.getpid(), signal.SIGTERM)


async def _one(port: int, workload: Workload) -> None:
    loop = asyncio.get_running_loop()
    clients = [
        (await loop.create_connection(Client, "127.0.0.1", port))[1]
        for _ in range(workload.together)
    ]
    total = workload.warm + workload.requests
    requests = [workload.request(number) for number in range(total)]
    answers = await _ask(clients, requests[: workload.warm])
    answers += await _counted(workload.name, _ask(clients, requests[workload.warm :]))
    if len(set(answers)) != 1 and not workload.distinct:
        raise RuntimeError(f"{workload.name}: answers differ")
    if b'"errors"' in answers[0]:
        raise RuntimeError(f"{workload.name}: {answers[0][:500].decode()}")
    for client in clients:
        client.close()


async def _ask(clients: list[Client], requests: list[bytes]) -> list[bytes]:
    """Return the answers; each client has one request open at a time."""
    answers: list[bytes] = []
    for start in range(0, len(requests), len(clients)):
        batch = requests[start : start + len(clients)]
        pairs = zip(clients, batch, strict=False)
        answers += await asyncio.gather(*(client.ask(request) for client, request in pairs))
    return answers


async def _counted(name: str, work: Coroutine[Any, Any, ResultT]) -> ResultT:
    """Return what `work` does, which is counted under this name."""
    gc.collect()
    _say(f"warm {name}")
    result = await work
    _say(f"done {name}")
    return result


def _say(line: str) -> None:
    """Tell where we are, and wait until that is known."""
    print(line, flush=True)
    sys.stdin.readline()


if __name__ == "__main__":
    sys.exit(main())
