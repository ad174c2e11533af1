"""A gateway over two small subgraphs of its own process that reloads itself while it serves.

Run by `steady`. Commands come on standard input, one a line: `reload N`, `swap N`, `memory`; each
is answered on standard output with one line of JSON.
"""

from __future__ import annotations

import argparse
import asyncio
import gc
import json
import sys
import threading
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import msgspec
from graphql import build_schema, graphql

from federation.composition import Composed, SubgraphSource, compose
from federation.server.app import Surroundings, build_app
from federation.server.engine import Engine
from federation.server.listener.listen import run_server
from federation.server.settings.engine import EngineSettings
from federation.server.settings.supergraph import QueryPlanning, SupergraphSection

_LINK = 'extend schema @link(url: "https://specs.apollo.dev/federation/v2.3", import: ["@key"])\n'
_ITEMS = (
    _LINK + "type Query { items(first: Int = 20): [Item!]! }"
    ' type Item @key(fields: "id") { id: ID! name: String! }'
)
_PRICES = _LINK + 'type Item @key(fields: "id") { id: ID! price: Int! %s }'

_ITEMS_SERVED = build_schema(
    "type Query { items(first: Int): [Item!]! } type Item { id: ID! name: String! }"
)
_ITEMS_DATA = [{"id": str(n), "name": f"item {n}"} for n in range(20)]


def supergraph(version: int) -> str:
    """Return the supergraph with a field that only this version has."""
    made = compose(
        [
            SubgraphSource("items", "http://items", _ITEMS),
            SubgraphSource("prices", "http://prices", _PRICES % f"v{version}: Int"),
        ]
    )
    assert isinstance(made, Composed)
    return made.supergraph_sdl


async def items(
    query: str, variables: dict[str, Any], name: str | None, headers: Mapping[str, str]
) -> Mapping[str, Any]:
    root = {"items": lambda info, first=None: _ITEMS_DATA[:first]}
    return (await graphql(_ITEMS_SERVED, query, root, variable_values=variables)).formatted


async def prices(
    query: str, variables: dict[str, Any], name: str | None, headers: Mapping[str, str]
) -> Mapping[str, Any]:
    # Waits as a subgraph elsewhere would, so that requests are under way at each swap.
    await asyncio.sleep(0.002)
    asked = [rep for key, value in variables.items() if "representations" in key for rep in value]
    return {"data": {"_entities": [{"price": int(each["id"]) * 100} for each in asked]}}


class Commands:
    """Runs what standard input asks for, on the engine's loop."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._supergraphs = [supergraph(version) for version in range(4)]
        self._settings = engine.settings
        self._loads = 0

    async def run(self) -> None:
        loop = asyncio.get_running_loop()
        lines: asyncio.Queue[str] = asyncio.Queue()

        def read() -> None:
            for line in sys.stdin:
                loop.call_soon_threadsafe(lines.put_nowait, line)

        threading.Thread(target=read, daemon=True).start()
        while True:
            words = (await lines.get()).split()
            started = time.perf_counter()
            found = await self._do(words[0], int(words[1]) if len(words) > 1 else 0)
            found["seconds"] = time.perf_counter() - started
            sys.stdout.write(json.dumps(found) + "\n")
            sys.stdout.flush()

    async def _do(self, what: str, count: int) -> dict[str, Any]:
        if what == "reload":
            for _ in range(count):
                self._loads += 1
                await self._engine.load(self._supergraphs[self._loads % 4])
        elif what == "swap":
            for number in range(count):
                await self._engine.reconfigure(self._settings_of(number))
        gc.collect()
        return {"rss_mib": rss_mib(), "documents": len(self._documents())}

    def _settings_of(self, number: int) -> EngineSettings:
        replace = msgspec.structs.replace
        router = replace(self._settings.traffic_shaping.router, timeout=20.0 + number % 2)
        return replace(
            self._settings, traffic_shaping=replace(self._settings.traffic_shaping, router=router)
        )

    def _documents(self) -> Any:
        current = self._engine.live.current
        assert current is not None
        return current.views.whole.documents


def rss_mib() -> float:
    """Return what this process has resident now, in MiB; 0 where /proc is missing."""
    try:
        lines = Path("/proc/self/status").read_text().splitlines()
    except OSError:
        return 0.0
    line = next((line for line in lines if line.startswith("VmRSS:")), None)
    return 0.0 if line is None else round(int(line.split()[1]) / 1024, 1)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--cache-bytes", type=int, default=32 * 1024 * 1024)
    options = parser.parse_args()

    async def source() -> str:
        return supergraph(0)

    planning = QueryPlanning(cache_bytes=options.cache_bytes)
    settings = EngineSettings(supergraph=SupergraphSection(query_planning=planning))
    app = build_app(
        settings,
        source,
        local={"items": items, "prices": prices},
        surroundings=Surroundings(companions=[lambda engine: Commands(engine).run()]),
    )
    return run_server(app, "127.0.0.1", options.port)


if __name__ == "__main__":
    sys.exit(main())
