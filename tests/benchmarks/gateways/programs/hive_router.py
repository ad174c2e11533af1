"""Hive Router, in Rust, with one worker."""

from __future__ import annotations

import json
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from tests.benchmarks.gateways.programs.installed import FOLDER, NOT_INSTALLED
from tests.benchmarks.gateways.programs.ready import start_gateway
from tests.benchmarks.gateways.workload import Graph, Mode, Workload
from tests.benchmarks.programs import Program, free_port

_ROOT = FOLDER / "hive-router"
# It refuses more than 128 otherwise.
_SUBSCRIBERS = 10_000
_PROGRAM = _ROOT / "bin" / "hive_router"


@dataclass(frozen=True, slots=True)
class HiveRouter:
    name: str = "hive-router"

    def version(self) -> str | None:
        """Return the version as cargo wrote it down: the program does not tell it."""
        try:
            books = json.loads((_ROOT / ".crates2.json").read_bytes())
        except (OSError, ValueError):
            return None
        names = [key.split() for key in books.get("installs", {})]
        return next((name[1] for name in names if name[0] == "hive-router"), None)

    def missing(self) -> str | None:
        return None if _PROGRAM.is_file() else NOT_INSTALLED

    def cannot(self, workload: Workload, mode: Mode) -> str | None:
        return None

    def start(self, stack: ExitStack, graph: Graph, mode: Mode, folder: Path) -> Program:
        port = free_port()
        config = folder / f"{self.name}-{port}.json"
        bound = {"max_connections_per_host": graph.connections} if graph.connections else {}
        settings = {
            "supergraph": {"source": "file", "path": str(graph.supergraph)},
            "http": {"host": "127.0.0.1", "port": port, "workers": 1},
            "log": {"level": "error"},
            "traffic_shaping": {
                **bound,
                "router": {
                    "dedupe": {"enabled": mode is Mode.OP},
                    "max_long_lived_clients": _SUBSCRIBERS,
                },
                "all": {"dedupe_enabled": mode is not Mode.NONE},
            },
            "subscriptions": {"enabled": True},
            "websocket": {"enabled": True},
            "headers": {
                "all": {"request": [{"propagate": {"named": name}} for name in graph.forwarded]}
            },
        }
        config.write_text(json.dumps(settings), encoding="utf-8")
        environment = {"ROUTER_CONFIG_FILE_PATH": str(config)}
        return start_gateway(stack, self.name, [_PROGRAM], port, folder, environment=environment)
