"""Start the stand-ins beside the load, write their supergraph, and ask what they counted."""

from __future__ import annotations

import http.client
import json
import sys
from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from federation.composition import Composed, SubgraphSource, compose
from tests.benchmarks.gateways.workload import LOAD
from tests.benchmarks.programs import Program, free_port, running
from tests.support.shared import ROOT

_MODULE = "tests.benchmarks.gateways.standins"
_PATIENCE = 60


@dataclass(frozen=True, slots=True)
class Standins:
    """The running stand-ins."""

    program: Program

    @property
    def port(self) -> int:
        """Where all of them are."""
        return self.program.port

    def url(self, name: str) -> str:
        """Return the address of a subgraph."""
        return f"http://127.0.0.1:{self.port}/{name}"

    def calls(self, *names: str) -> int:
        """Return how many calls these subgraphs have had."""
        found = self.stats()
        return sum(found[name]["calls"] for name in names)

    def stats(self) -> dict[str, Any]:
        """Return calls and own counts of each."""
        found: dict[str, Any] = self._ask("GET", "/stats")
        return found

    def connections(self) -> int:
        """Return how many connections have been used for calls at once at most, since `forget`."""
        found: int = self._ask("GET", "/connections")["most"]
        return found

    def forget(self) -> None:
        """Have all forget what they counted of their own; the calls are counted on."""
        self._ask("POST", "/reset", b"{}")

    def send_events(self, name: str, rate: float, count: int) -> None:
        """Have a subgraph send events evenly; return after the last."""
        self._ask("POST", f"/{name}/start", json.dumps({"rate": rate, "count": count}).encode())

    def ask(self, name: str, query: str, **variables: object) -> Any:
        """Return what a subgraph answers, as a value."""
        body = json.dumps({"query": query, "variables": variables}).encode()
        return self._ask("POST", f"/{name}", body)

    def _ask(self, method: str, path: str, body: bytes | None = None) -> Any:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=_PATIENCE)
        try:
            connection.request(method, path, body, {"content-type": "application/json"})
            return json.loads(connection.getresponse().read())
        finally:
            connection.close()


def start_standins(stack: ExitStack, folder: Path, *, processor: int | None = LOAD) -> Standins:
    """Run all stand-ins until the stack ends."""
    port = free_port()
    command = [sys.executable, "-m", _MODULE, str(port)]
    environment = {"PYTHONPATH": str(ROOT), "PYTHONDONTWRITEBYTECODE": "1"}
    program = stack.enter_context(
        running(
            "stand-ins", command, port, processor=processor, folder=folder, environment=environment
        )
    )
    return Standins(program)


def write_supergraph(folder: Path, standins: Standins, sdl: Mapping[str, str]) -> Path:
    """Compose subgraphs, by the names of their stand-ins, and return the file."""
    sources = [SubgraphSource(name, standins.url(name), text) for name, text in sdl.items()]
    composed = compose(sources)
    if not isinstance(composed, Composed):
        raise RuntimeError(f"the stand-ins do not compose: {composed}")
    path = folder / "supergraph.graphql"
    path.write_text(composed.supergraph_sdl, encoding="utf-8")
    return path
