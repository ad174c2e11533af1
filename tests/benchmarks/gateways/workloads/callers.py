"""(b) The heavy query, each request by another caller, whose name goes on to all subgraphs.

So there is nothing to share: not an operation, not a call. With sharing on (`op`) it tells what
looking for something to share costs.

(b2) The same where no two answers of a subgraph are equal either, so that reading one helps with no
other (`federation.execution.remembered`).
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

from tests.benchmarks.gateways.monolith import Monolith
from tests.benchmarks.gateways.programs.hand import KIT
from tests.benchmarks.gateways.workload import GATEWAYS, Graph, Mode
from tests.benchmarks.gateways.workloads.kit import (
    StandIn,
    heavy_body,
    heavy_query,
    measure,
    start_kit,
)
from tests.benchmarks.load import Answer, Exchange, Load, post
from tests.benchmarks.programs import Program

_HEADER = "authorization"
_PLACE = "-caller-"


@dataclass(slots=True)
class Callers:
    letter: str
    name: str
    about: str
    modes: tuple[Mode, ...]
    stand_in: StandIn
    programs: tuple[str, ...] = (*GATEWAYS, "hand")
    _head: bytes = field(init=False)
    _tail: bytes = field(init=False)
    _answer: Answer = field(init=False)
    _numbers: Iterator[int] = field(init=False)

    def start(self, stack: ExitStack, folder: Path) -> Graph:
        graph = start_kit(stack, folder, self.stand_in, forwarded=(_HEADER,))
        request = post("/graphql", heavy_body(), {_HEADER: f"Bearer {_PLACE}"})
        self._head, _, self._tail = request.partition(_PLACE.encode())
        self._answer = Answer(Monolith(KIT).answer(heavy_query()))
        # No caller comes again, not even in another round.
        self._numbers = itertools.count(1)
        return graph

    def measure(self, program: Program, graph: Graph, seconds: float) -> Load:
        return measure(program, self._exchanges(), seconds)

    def _exchanges(self) -> Iterator[Exchange]:
        head, tail, answer = self._head, self._tail, self._answer
        for number in self._numbers:
            yield b"%scaller-%d%s" % (head, number, tail), answer


CALLERS = Callers(
    "b",
    "callers",
    "the heavy query, each request by another caller",
    (Mode.NONE, Mode.OP),
    StandIn.KIT,
)
FRESH = Callers(
    "b2",
    "callers, fresh",
    "the same, and no two answers of a subgraph are equal",
    (Mode.NONE,),
    StandIn.FRESH,
)
