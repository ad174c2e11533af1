"""`replicas`: throughput with more workers and more replicas, and the connections that they hold.

`workers` is one server with `--workers N`; `replicas` are N servers, each of which gets its part of
the client's connections (round-robin by connection, as a balancer in front of them does). A
question to the gateway alone, of some 600 entities over two subgraphs; `--patents` also asks the
hub on PostgreSQL for the domain's journeys.

Programs, load and stand-ins share all processors here, so twice the workers never give twice the
answers on a machine of two. What tells: `cpu µs`, which should not grow with their number, and
`of possible`, the answers measured to those that all processors could give at the processor time
that one answer takes everybody together. Where both hold, more processors give more answers.
"""

from __future__ import annotations

import argparse
import asyncio
import itertools
import json
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import uvloop

from tests.benchmarks.gateways.database import BenchmarkDatabase, benchmark_database
from tests.benchmarks.gateways.fresh import FreshAnswer
from tests.benchmarks.gateways.own_hub import start_hub
from tests.benchmarks.gateways.programs.ours import settings
from tests.benchmarks.gateways.programs.ready import start_gateway
from tests.benchmarks.gateways.standins import parts
from tests.benchmarks.gateways.standins.running import start_standins, write_supergraph
from tests.benchmarks.gateways.workload import Graph, Mode
from tests.benchmarks.gateways.workloads.checked import checked
from tests.benchmarks.gateways.workloads.journeys import exchanges, prepare
from tests.benchmarks.load import Exchange, Load, post, run_load
from tests.benchmarks.measure import print_table
from tests.benchmarks.programs import Program, free_port
from tests.support.shared import ROOT

_QUERY = "{ things(count: 300) { id own p1 p2 } }"
_PARTS = 3
_CONNECTIONS = 40
_PREPARING_SECONDS = 600.0
KINDS = ("workers", "replicas")


@dataclass(frozen=True, slots=True)
class Setting:
    """`size` workers of one program, or `size` programs."""

    kind: str
    size: int

    def start(self, start: Callable[[int], Program]) -> list[Program]:
        """Start it; `start` is told the number of workers."""
        if self.kind == "workers":
            return [start(self.size)]
        return [start(1) for _ in range(self.size)]


@dataclass(frozen=True, slots=True)
class Figures:
    """One round. Times per answer, in microseconds: of the programs, and of all others involved."""

    requests_per_second: float
    cpu_us: float
    others_us: float

    @property
    def of_possible(self) -> float:
        """The share of what all processors could answer, in percent."""
        possible = (os.cpu_count() or 1) * 1e6 / (self.cpu_us + self.others_us)
        return self.requests_per_second / possible * 100


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add what can be chosen."""
    parser.add_argument("--sizes", type=int, nargs="+", default=[1, 2])
    parser.add_argument("--kinds", nargs="+", choices=KINDS, default=KINDS)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=float, default=3.0, help="per setting and round")
    parser.add_argument("--patents", type=int, help="also the hub on PostgreSQL")
    parser.add_argument("--database", type=Path, help="folder in which the hub's database stays")


def run(options: argparse.Namespace) -> dict[str, Any]:
    """Print the table; return the same as data."""
    if options.brief:
        options.rounds, options.seconds = 1, 0.5
    chosen = [Setting(kind, size) for kind in options.kinds for size in options.sizes]
    rows = _gateway(chosen, options.rounds, options.seconds)
    if options.patents:
        rows += _hub(chosen, options)
    head = ("what", "", "size", "req/s", "times", "cpu µs", "others µs", "of possible %")
    print_table((*head, "subgraph connections", "PostgreSQL"), [tuple(r.values()) for r in rows])
    print(
        f"{os.cpu_count()} processors for programs, load and stand-ins together; times: of one;"
        " others µs: load, stand-ins, PostgreSQL."
    )
    return {"rounds": options.rounds, "seconds": options.seconds, "rows": rows}


def _gateway(chosen: Sequence[Setting], rounds: int, seconds: float) -> list[dict[str, Any]]:
    """Measure the engine alone over stand-ins."""
    found: list[dict[str, Any]] = []
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="hub-benchmark-")))
        standins = start_standins(stack, folder, processor=None)
        names = [f"part{number}" for number in range(_PARTS)]
        sdl = {name: parts.sdl(number) for number, name in enumerate(names)}
        supergraph = write_supergraph(folder, standins, sdl)
        graph = Graph(supergraph, partial(standins.calls, *names))
        request = post("/graphql", json.dumps({"query": _QUERY}).encode())
        exchange = request, FreshAnswer(parts.answer(_QUERY))
        for setting in chosen:
            with ExitStack() as inner:
                programs = setting.start(partial(_start, inner, graph, folder))
                standins.forget()
                figures = _rounds(
                    programs,
                    partial(itertools.repeat, exchange),
                    lambda: standins.program.cpu_seconds() or 0.0,
                    rounds,
                    seconds,
                )
                row = _row("gateway", setting, figures, found)
                found.append({**row, "subgraphs": standins.connections(), "postgresql": None})
    return found


def _start(stack: ExitStack, graph: Graph, folder: Path, workers: int) -> Program:
    port = free_port()
    config = folder / f"ours-{port}.yaml"
    config.write_text(json.dumps(settings(graph, Mode.NONE, ROOT)), encoding="utf-8")
    command = [sys.executable, str(ROOT / "gateway.py"), "serve", "--workers", str(workers)]
    command += ["--supergraph", str(graph.supergraph), "--config", str(config)]
    command += ["--host", "127.0.0.1", "--port", str(port)]
    return start_gateway(stack, "ours", command, port, folder, processor=None)


def _hub(chosen: Sequence[Setting], options: argparse.Namespace) -> list[dict[str, Any]]:
    """Measure the hub with its own subgraphs on PostgreSQL."""
    found: list[dict[str, Any]] = []
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="hub-benchmark-")))
        folder.chmod(0o711)
        where = options.database or folder
        database = stack.enter_context(benchmark_database(where, options.patents))
        journeys = database.run(prepare(database.url), _PREPARING_SECONDS)
        for setting in chosen:
            with ExitStack() as inner:
                programs = setting.start(partial(_start_hub, inner, database, folder))
                figures = _rounds(
                    programs,
                    partial(exchanges, journeys),
                    lambda: database.cpu_seconds() or 0.0,
                    options.rounds,
                    options.seconds,
                )
                row = _row("hub", setting, figures, found)
                held = database.connections()
                found.append({**row, "subgraphs": None, "postgresql": held})
    return found


def _start_hub(
    stack: ExitStack, database: BenchmarkDatabase, folder: Path, workers: int
) -> Program:
    graph = Graph(Path(), int)
    return start_hub(database, stack, graph, Mode.NONE, folder, workers, None)


def _rounds(
    programs: Sequence[Program],
    exchanges: Callable[[], Iterator[Exchange]],
    others: Callable[[], float],
    rounds: int,
    seconds: float,
) -> list[Figures]:
    """Measure so often; the first time warms up and is not counted."""
    found = [
        _round(programs, exchanges, others, seconds if number else seconds / 2)
        for number in range(rounds + 1)
    ]
    return found[1:]


def _round(
    programs: Sequence[Program],
    exchanges: Callable[[], Iterator[Exchange]],
    others: Callable[[], float],
    seconds: float,
) -> Figures:
    cpu, beside, own = _cpu(programs), others(), time.process_time()
    loads = uvloop.run(_loads(programs, exchanges, seconds))
    for program, load in zip(programs, loads, strict=True):
        checked(program, load)
    answers = sum(load.answers for load in loads)
    used = others() - beside + time.process_time() - own
    return Figures(
        requests_per_second=sum(load.answers / load.seconds for load in loads),
        cpu_us=(_cpu(programs) - cpu) / answers * 1e6,
        others_us=used / answers * 1e6,
    )


async def _loads(
    programs: Sequence[Program], exchanges: Callable[[], Iterator[Exchange]], seconds: float
) -> list[Load]:
    """Ask all programs at once, each over its part of the connections."""
    each = _CONNECTIONS // len(programs)
    return await asyncio.gather(
        *(
            run_load(program.port, exchanges(), connections=each, seconds=seconds)
            for program in programs
        )
    )


def _cpu(programs: Sequence[Program]) -> float:
    return sum(program.cpu_seconds() or 0.0 for program in programs)


def _row(
    what: str, setting: Setting, figures: Sequence[Figures], before: Sequence[dict[str, Any]]
) -> dict[str, Any]:
    rate = statistics.median(one.requests_per_second for one in figures)
    single = next(
        (one["rate"] for one in before if (one["kind"], one["size"]) == (setting.kind, 1)), rate
    )
    return {
        "what": what,
        "kind": setting.kind,
        "size": setting.size,
        "rate": rate,
        "times": rate / single if setting.size > 1 else None,
        "cpu_us": statistics.median(one.cpu_us for one in figures),
        "others_us": statistics.median(one.others_us for one in figures),
        "of_possible": statistics.median(one.of_possible for one in figures),
    }
