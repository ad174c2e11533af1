"""A server to be stopped: `python -m tests.federation.server.ending_program CONFIG`.

Serves the demo supergraph over its subgraph in process, with a subscription that ticks, on a free
port, which it prints.
"""

from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncIterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from federation.config.load import read_config
from federation.registry.usage import OperationUsage
from federation.server.app import Surroundings, build_app
from federation.server.listener.listen import run_server
from federation.server.settings.engine import EngineSettings
from tests.federation.server.harness import SUPERGRAPH, Subgraph


async def ticks(
    query: str, variables: dict[str, Any], name: str | None, headers: Mapping[str, str]
) -> AsyncIterator[Mapping[str, Any]]:
    number = 0
    while True:
        yield {"data": {"ticks": number}}
        number += 1
        await asyncio.sleep(0.05)


class Sink:
    """Tells on stdout what it is given."""

    async def record_usage(self, batch: Sequence[OperationUsage]) -> None:
        print("usage", sum(usage.count for usage in batch), flush=True)


def main(config: Path) -> int:
    async def source() -> str:
        return SUPERGRAPH

    app = build_app(
        read_config(config, EngineSettings),
        source,
        local={"demo": Subgraph().execute},
        local_streams={"demo": ticks},
        surroundings=Surroundings(usage_sink=Sink()),
    )
    return run_server(app, "127.0.0.1", 0, on_ready=lambda address: print(address, flush=True))


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
