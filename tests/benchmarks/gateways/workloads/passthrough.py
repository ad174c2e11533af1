"""(e) one list of 1,000 objects of one subgraph, 100 KB: what a gateway adds to a bare proxy.

Twice: with the same answer each time, and with answers that all differ, where nothing that was
remembered of an earlier one helps. The load's processor is the first that is full here, so compare
the processor time of an answer rather than requests per second.
"""

from __future__ import annotations

import itertools
import json
from contextlib import ExitStack
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import uvloop

from tests.benchmarks.gateways.fresh import FreshAnswer
from tests.benchmarks.gateways.standins import rows
from tests.benchmarks.gateways.standins.running import start_standins, write_supergraph
from tests.benchmarks.gateways.workload import GATEWAYS, Graph, Mode
from tests.benchmarks.gateways.workloads.checked import checked
from tests.benchmarks.load import Answer, Load, post, run_load
from tests.benchmarks.programs import Program


@dataclass(frozen=True, slots=True)
class Passthrough:
    """Both variants: `fresh` where each answer differs."""

    letter: str
    name: str
    about: str
    fresh: bool
    modes: tuple[Mode, ...] = (Mode.NONE,)
    programs: tuple[str, ...] = (*GATEWAYS, "nginx")
    connections: int = 50

    def start(self, stack: ExitStack, folder: Path) -> Graph:
        standins = start_standins(stack, folder)
        supergraph = write_supergraph(folder, standins, {"rows": rows.SDL})
        return Graph(supergraph, partial(standins.calls, "rows"), upstream=standins.url("rows"))

    def measure(self, program: Program, graph: Graph, seconds: float) -> Load:
        query = rows.FRESH_QUERY if self.fresh else rows.QUERY
        body = json.dumps({"query": query}).encode()
        expected = rows.answer(query)
        answer = FreshAnswer(expected) if self.fresh else Answer(expected)
        load = uvloop.run(
            run_load(
                program.port,
                itertools.repeat((post("/graphql", body), answer)),
                connections=self.connections,
                seconds=seconds,
            )
        )
        checked(program, load)
        if isinstance(answer, FreshAnswer) and len(answer.numbers) != load.answers:
            found = f"{len(answer.numbers)} different answers to {load.answers} requests"
            raise RuntimeError(f"{program.name} has shared what is not equal: {found}")
        return load


EQUAL = Passthrough("e", "pass-through", "one list of 1,000 objects, 100 KB", fresh=False)
FRESH = Passthrough("e2", "pass-through, new", "the same, no two answers alike", fresh=True)
