"""(g) a mutation of one subgraph and an entity of another: made exactly as often as it was asked.

Each change is sent twice, by two clients at once: equal mutations in flight are never one call, in
whatever mode. The stand-in counts every change by its key; a call too few or too many fails the
run.
"""

from __future__ import annotations

import json
import uuid
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

import uvloop

from tests.benchmarks.gateways.standins import orders
from tests.benchmarks.gateways.standins.running import Standins, start_standins, write_supergraph
from tests.benchmarks.gateways.workload import GATEWAYS, Graph, Mode
from tests.benchmarks.gateways.workloads.checked import checked
from tests.benchmarks.load import Answer, Exchange, Load, post, run_load
from tests.benchmarks.programs import Program

_TIMES = 2


def exchanges(run: str, sent: Counter[str]) -> Iterator[Exchange]:
    """Yield mutations with their answers, each change twice; `sent` counts those handed out."""
    number = 0
    while True:
        upc, change = str(10 + number % orders.PRODUCTS), f"{run}-{number}"
        variables: dict[str, Any] = {"upc": upc, "price": number, "change": change}
        body = json.dumps({"query": orders.MUTATION, "variables": variables}).encode()
        exchange = post("/graphql", body), Answer({"data": {"setPrice": _product(**variables)}})
        for _ in range(_TIMES):
            sent[change] += 1
            yield exchange
        number += 1


def _product(upc: str, price: int, change: str) -> dict[str, Any]:
    stock = orders.stock_of(upc)
    warehouse = {"name": stock["warehouse"]["name"], "city": stock["warehouse"]["city"]}
    return {
        "upc": upc,
        "price": price,
        "changedBy": change,
        "inStock": stock["inStock"],
        "warehouse": warehouse,
    }


def check_counts(program: str, sent: Counter[str], prices: dict[str, Any]) -> None:
    """Raise `RuntimeError` unless each change was made as often as it was sent.

    `prices`: what the stand-in counted. By how many were made once, twice, … the two can be
    compared without handing over all keys.
    """
    asked = {str(times): count for times, count in Counter(sent.values()).items()}
    made = prices["own"]["changes by times made"]
    if made != asked or prices["calls"] != sent.total():
        raise RuntimeError(
            f"{program}: {sent.total()} mutations, {prices['calls']} calls;"
            f" changes by times sent {asked}, by times made {made}"
        )


@dataclass(frozen=True, slots=True)
class Mutation:
    letter: str = "g"
    name: str = "mutation"
    about: str = "a mutation and an entity of another subgraph; each made exactly once"
    modes: tuple[Mode, ...] = (Mode.NONE, Mode.OP)
    programs: tuple[str, ...] = GATEWAYS
    connections: int = 50
    standins: dict[Path, Standins] = field(default_factory=dict)

    def start(self, stack: ExitStack, folder: Path) -> Graph:
        standins = start_standins(stack, folder)
        sdl = {"prices": orders.PRICES_SDL, "stock": orders.STOCK_SDL}
        supergraph = write_supergraph(folder, standins, sdl)
        self.standins[supergraph] = standins
        return Graph(supergraph, partial(standins.calls, "prices", "stock"))

    def measure(self, program: Program, graph: Graph, seconds: float) -> Load:
        standins = self.standins[graph.supergraph]
        before = standins.calls("prices")
        sent: Counter[str] = Counter()
        load = uvloop.run(
            run_load(
                program.port,
                exchanges(uuid.uuid4().hex[:8], sent),
                connections=self.connections,
                seconds=seconds,
            )
        )
        prices = standins.stats()["prices"]
        prices["calls"] -= before
        standins.forget()
        checked(program, load)
        check_counts(program.name, sent, prices)
        return load
