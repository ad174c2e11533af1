"""(f) a subgraph that takes 200 ms, 500 requests open all the time: what a gateway adds then.

Requests leave evenly, 2,500 a second, and the latency counts from when each should have left. The
subgraph alone is asked in the same way just before: `p99 to direct` is the result.
"""

from __future__ import annotations

import json
from contextlib import ExitStack
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

import uvloop

from tests.benchmarks.gateways.standins import slow
from tests.benchmarks.gateways.standins.running import start_standins, write_supergraph
from tests.benchmarks.gateways.workload import GATEWAYS, Graph, Mode
from tests.benchmarks.gateways.workloads.checked import checked
from tests.benchmarks.load import Answer, Load, post
from tests.benchmarks.paced_load import run_burst, run_paced
from tests.benchmarks.programs import Program

_WARMING = 0.5
_BURSTS = 3


@dataclass(frozen=True, slots=True)
class Slow:
    """`open`: how many requests are to be open. `direct`: where the subgraph is asked directly."""

    letter: str = "f"
    name: str = "slow subgraph"
    about: str = "200 ms at the subgraph, 500 requests open, evenly sent"
    modes: tuple[Mode, ...] = (Mode.NONE,)
    programs: tuple[str, ...] = (*GATEWAYS, "nginx")
    open: int = 500
    direct: dict[Path, int] = field(default_factory=dict)

    @property
    def rate(self) -> float:
        """Requests a second."""
        return self.open / slow.SECONDS

    def start(self, stack: ExitStack, folder: Path) -> Graph:
        standins = start_standins(stack, folder)
        supergraph = write_supergraph(folder, standins, {"slow": slow.SDL})
        self.direct[supergraph] = standins.port
        return Graph(
            supergraph,
            partial(standins.calls, "slow"),
            upstream=standins.url("slow"),
            connections=2 * self.open,
        )

    def measure(self, program: Program, graph: Graph, seconds: float) -> Load:
        answer = Answer(slow.answer(slow.QUERY))
        direct = self._paced(self.direct[graph.supergraph], "/direct", answer, seconds / 2)
        load = checked(program, self._paced(program.port, "/graphql", answer, seconds))
        burst = uvloop.run(
            run_burst(
                program.port, self._request("/graphql"), answer, count=self.open, times=_BURSTS
            )
        )
        checked(program, burst)
        load.extra |= {
            "direct p50 ms": direct.percentile(0.5),
            "direct p99 ms": direct.percentile(0.99),
            "p50 to direct": load.percentile(0.5) / direct.percentile(0.5),
            "p99 to direct": load.percentile(0.99) / direct.percentile(0.99),
            "burst p50 ms": burst.percentile(0.5),
            "burst p99 ms": burst.percentile(0.99),
        }
        load.extra["not answered"] += burst.extra["not answered"]
        # Processor time is counted for all answers; the rate is that of the even load.
        load.seconds *= 1 + burst.answers / load.answers
        load.answers += burst.answers
        return load

    def _paced(self, port: int, path: str, answer: Answer, seconds: float) -> Load:
        return uvloop.run(
            run_paced(
                port,
                self._request(path),
                answer,
                rate=self.rate,
                seconds=seconds,
                connections=int(self.open * 1.1),
                warming=_WARMING,
            )
        )

    def _request(self, path: str) -> bytes:
        return post(path, json.dumps({"query": slow.QUERY}).encode())
