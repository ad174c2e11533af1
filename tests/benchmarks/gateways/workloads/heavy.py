"""(a) The heavy query of the public benchmark, all requests equal."""

from __future__ import annotations

import itertools
from contextlib import ExitStack
from pathlib import Path

from tests.benchmarks.gateways.monolith import Monolith
from tests.benchmarks.gateways.programs.hand import KIT
from tests.benchmarks.gateways.workload import GATEWAYS, Graph, Mode
from tests.benchmarks.gateways.workloads.kit import heavy_body, heavy_query, measure, start_kit
from tests.benchmarks.load import Answer, Load, post
from tests.benchmarks.programs import Program


class Heavy:
    letter = "a"
    name = "heavy"
    about = "the heavy query of the public benchmark, equal requests"
    modes: tuple[Mode, ...] = tuple(Mode)
    programs: tuple[str, ...] = (*GATEWAYS, "hand")

    def start(self, stack: ExitStack, folder: Path) -> Graph:
        graph = start_kit(stack, folder)
        self._request = post("/graphql", heavy_body())
        self._answer = Answer(Monolith(KIT).answer(heavy_query()))
        return graph

    def measure(self, program: Program, graph: Graph, seconds: float) -> Load:
        return measure(program, itertools.repeat((self._request, self._answer)), seconds)
