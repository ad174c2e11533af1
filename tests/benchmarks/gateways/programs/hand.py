"""The yardstick: the kit's one operation by a plan written by hand, without any check."""

from __future__ import annotations

import sys
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from tests.benchmarks.gateways.workload import MEASURED, Graph, Mode, Workload
from tests.benchmarks.programs import Program, free_port, running
from tests.support.shared import SHARED

KIT = SHARED / "bench"
NAME = "hand"


@dataclass(frozen=True, slots=True)
class Hand:
    name: str = NAME

    def version(self) -> str | None:
        return None

    def missing(self) -> str | None:
        if (KIT / "hand_compiled.py").is_file():
            return None
        return "the benchmark kit is missing: set HUB_SHARED to the folder that has bench/"

    def cannot(self, workload: Workload, mode: Mode) -> str | None:
        return None

    def start(self, stack: ExitStack, graph: Graph, mode: Mode, folder: Path) -> Program:
        """Start it as the kit says, only that it does not log each request."""
        port = free_port()
        command = [sys.executable, "-m", "uvicorn", "hand_compiled:app", "--port", str(port)]
        command += ["--loop", "uvloop", "--http", "httptools", "--log-level", "warning"]
        command += ["--app-dir", str(KIT)]
        # It looks at no header, so it would share between callers whom nobody may mix up.
        own = Mode.NONE if graph.forwarded else mode
        environment = {"MODE": own, "CLIENT": "pyreqwest", "PYTHONDONTWRITEBYTECODE": "1"}
        return stack.enter_context(
            running(
                self.name,
                command,
                port,
                processor=MEASURED,
                folder=folder,
                environment=environment,
            )
        )
