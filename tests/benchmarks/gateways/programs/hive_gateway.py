"""Hive Gateway in Node, as the public benchmark runs it, in one process.

Two programs: with its own planner in JavaScript and `--jit`, and with the planner in Rust of
`@graphql-hive/router-runtime`.
"""

from __future__ import annotations

import json
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from tests.benchmarks.gateways.programs.installed import FOLDER, NOT_INSTALLED, package_version
from tests.benchmarks.gateways.programs.ready import start_gateway
from tests.benchmarks.gateways.workload import Graph, Mode, Workload
from tests.benchmarks.programs import Program, free_port

_PEER = "hive"
_MODULES = FOLDER / _PEER / "node_modules"
_RUST = "@graphql-hive/router-runtime"


@dataclass(frozen=True, slots=True)
class HiveGateway:
    """`rust`: with the planner in Rust."""

    name: str
    rust: bool

    def version(self) -> str | None:
        version = package_version(_PEER, "@graphql-hive/gateway")
        if version is None or not self.rust:
            return version
        runtime = package_version(_PEER, _RUST)
        return None if runtime is None else f"{version}, router-runtime {runtime}"

    def missing(self) -> str | None:
        return None if self.version() else NOT_INSTALLED

    def cannot(self, workload: Workload, mode: Mode) -> str | None:
        return None

    def start(self, stack: ExitStack, graph: Graph, mode: Mode, folder: Path) -> Program:
        port = free_port()
        config = folder / f"{self.name}-{port}.mjs"
        config.write_text(self._config(graph, mode), encoding="utf-8")
        command: list[str | Path] = [
            "node",
            _MODULES / "@graphql-hive/gateway/dist/bin.js",
            "--fork",
            "1",
        ]
        # Over the planner in Rust, compiled execution asks no subgraph and answers null.
        command += [] if self.rust else ["--jit"]
        command += ["--host", "127.0.0.1", "--port", str(port), "--config-path", config]
        command += ["supergraph", graph.supergraph]
        return start_gateway(
            stack, self.name, command, port, folder, environment={"NODE_ENV": "production"}
        )

    def _config(self, graph: Graph, mode: Mode) -> str:
        calls = {"deduplicateInflightRequests": mode is not Mode.NONE}
        fields = [
            "logging: false",
            f"inboundInflightRequestDeduplication: {json.dumps(mode is Mode.OP)}",
            f"transportEntries: {json.dumps({'*.http': {'options': calls}})}",
        ]
        if graph.forwarded:
            names = ", ".join(
                f"{json.dumps(name)}: request.headers.get({json.dumps(name)}) ?? undefined"
                for name in graph.forwarded
            )
            fields.append(
                "propagateHeaders: { fromClientToSubgraphs({ request }) {"
                f" return {{ {names} }}; }} }}"
            )
        imports = ""
        if self.rust:
            runtime = (_MODULES / _RUST / "dist/index.js").as_uri()
            imports = f"import {{ unifiedGraphHandler }} from {json.dumps(runtime)};\n"
            fields.append("unifiedGraphHandler")
        return f"{imports}export const gatewayConfig = {{ {', '.join(fields)} }};\n"
