"""The hub itself with its own subgraphs over a benchmark's database: here, and as a program."""

from __future__ import annotations

import json
import sys
from collections.abc import AsyncIterator
from contextlib import ExitStack, asynccontextmanager
from pathlib import Path
from typing import Any

from adapters.section import AdaptersSection
from federation.server.settings.engine import for_development
from gateway import HubSettings, build_app
from resolvers.database.provider import URL_VARIABLE
from resolvers.database.section import DatabaseSection
from tests.benchmarks.gateways.database import BenchmarkDatabase
from tests.benchmarks.gateways.programs.ready import start_gateway
from tests.benchmarks.gateways.workload import MEASURED, Graph, Mode
from tests.benchmarks.programs import Program, free_port
from tests.gateway.conftest import Hub
from tests.gateway.conftest import running as running_app
from tests.support.shared import ROOT


@asynccontextmanager
async def prepared_hub(url: str) -> AsyncIterator[Hub]:
    """Give a hub in this process with the demo feeds, all statistics made."""
    settings = HubSettings(database=DatabaseSection(url=url), adapters=AdaptersSection(demo=True))
    app = build_app(for_development(settings), development=True)
    async with running_app(app):
        hub = Hub(app, url)
        await hub.settle()
        yield hub


async def answer_of(hub: Hub, body: bytes, who: str) -> Any:
    """Return what a hub in this process answers, as a value. Raises `RuntimeError` for errors."""
    headers = {"content-type": "application/json", **identity(who)}
    answer = (await hub.send("POST", "/graphql", body, headers)).json
    if "errors" in answer:
        raise RuntimeError(f"{body[:100]!r}: {answer['errors'][:2]}")
    return answer


def identity(who: str) -> dict[str, str]:
    """Return the headers of a development identity."""
    return {"authorization": f"Dev {who}"}


def start_hub(
    database: BenchmarkDatabase,
    stack: ExitStack,
    graph: Graph,
    mode: Mode,
    folder: Path,
    workers: int = 1,
    processor: int | None = MEASURED,
) -> Program:
    """Run the hub; it takes the database from its environment."""
    port = free_port()
    config = folder / f"hub-{port}.yaml"
    shared = {"deduplicate_query": mode is not Mode.NONE}
    shaping = {"router": {"deduplicate_query": mode is Mode.OP}, "all": shared}
    config.write_text(json.dumps({"traffic_shaping": shaping}), encoding="utf-8")
    command = [sys.executable, str(ROOT / "gateway.py"), "serve", "--dev"]
    command += ["--config", str(config), "--host", "127.0.0.1", "--port", str(port)]
    command += ["--workers", str(workers)] if workers > 1 else []
    environment = {URL_VARIABLE: database.url}
    return start_gateway(
        stack, "ours", command, port, folder, processor=processor, environment=environment
    )
