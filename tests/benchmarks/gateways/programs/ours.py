"""Our gateway: this checkout, or another one (`base`) to compare a change with what was before."""

from __future__ import annotations

import json
import sys
import tomllib
from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.benchmarks.gateways.programs.installed import output_of
from tests.benchmarks.gateways.programs.ready import start_gateway
from tests.benchmarks.gateways.workload import Graph, Mode, Workload
from tests.benchmarks.layers import merged
from tests.benchmarks.programs import Program, free_port

# The kit's graph gives no list a size, so its queries pass for dearer than they are.
_DEAR = {"demand_control": {"strategy": {"static_estimated": {"max": 1_000_000}}}}


@dataclass(frozen=True, slots=True)
class Ours:
    """`root`: of the checkout."""

    name: str
    root: Path

    def version(self) -> str | None:
        project = tomllib.loads((self.root / "pyproject.toml").read_text("utf-8"))["project"]
        commit = output_of("git", "-C", self.root, "describe", "--always", "--dirty")
        return f"{project['version']} {commit or ''}".strip()

    def missing(self) -> str | None:
        return None

    def cannot(self, workload: Workload, mode: Mode) -> str | None:
        return None

    def start(self, stack: ExitStack, graph: Graph, mode: Mode, folder: Path) -> Program:
        port = free_port()
        config = folder / f"{self.name}-{port}.yaml"
        config.write_text(json.dumps(settings(graph, mode, self.root)), encoding="utf-8")
        command: list[str | Path] = [sys.executable, self.root / "gateway.py", "serve"]
        command += ["--supergraph", graph.supergraph, "--config", config]
        command += ["--host", "127.0.0.1", "--port", str(port)]
        return start_gateway(stack, self.name, command, port, folder)


def settings(graph: Graph, mode: Mode, root: Path) -> Mapping[str, Any]:
    """Return hub.yaml for a graph and a mode, with the keys that the checkout knows."""
    bound = {"max_connections_per_host": graph.connections} if graph.connections else {}
    forwarded = [{"propagate": {"named": name}} for name in graph.forwarded]
    own: dict[str, Any] = {
        "supergraph": {"path": "/graphql"},
        "traffic_shaping": {
            "router": {"deduplicate_query": mode is Mode.OP},
            "all": {"deduplicate_query": mode is not Mode.NONE, **bound},
        },
        **_DEAR,
        **({"headers": {"all": {"request": forwarded}}} if forwarded else {}),
    }
    subscription = root / "federation" / "server" / "settings" / "subscription.py"
    if "class Deduplication" in subscription.read_text("utf-8"):
        own["subscription"] = {"deduplication": {"all": {"enabled": mode is Mode.OP}}}
    return merged(own, graph.settings)
