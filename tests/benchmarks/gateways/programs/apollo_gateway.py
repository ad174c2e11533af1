"""Apollo Gateway on Apollo Server, in Node, as the public benchmark runs it.

Neither shares anything between requests in flight, so there is one mode.
"""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from tests.benchmarks.gateways.programs.installed import (
    FOLDER,
    NOT_INSTALLED,
    PEERS,
    package_version,
)
from tests.benchmarks.gateways.programs.ready import start_gateway
from tests.benchmarks.gateways.workload import Graph, Mode, Workload
from tests.benchmarks.programs import Program, free_port

_PEER = "apollo"


@dataclass(frozen=True, slots=True)
class ApolloGateway:
    name: str = "apollo-gateway"

    def version(self) -> str | None:
        return package_version(_PEER, "@apollo/gateway")

    def missing(self) -> str | None:
        return None if self.version() else NOT_INSTALLED

    def cannot(self, workload: Workload, mode: Mode) -> str | None:
        return None if mode is Mode.NONE else "shares nothing between requests"

    def start(self, stack: ExitStack, graph: Graph, mode: Mode, folder: Path) -> Program:
        port = free_port()
        command: list[str | Path] = [
            "node",
            PEERS / _PEER / "server.cjs",
            FOLDER / _PEER,
            graph.supergraph,
        ]
        command += [str(port), *graph.forwarded]
        return start_gateway(
            stack, self.name, command, port, folder, environment={"NODE_ENV": "production"}
        )
