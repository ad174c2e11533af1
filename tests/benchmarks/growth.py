"""`growth`: processor time as fields, entities, subgraphs, rows and subscribers grow.

The gateway runs as a program, its subgraphs are stand-ins over HTTP. Nothing is shared between
requests, no two answers of a subgraph are alike, and every answer is checked. The exponent of a
step says how the cost grows from the size before: 1 is linear. For subscribers it is the time of
one event, as workload (h) measures it. `--patents` also measures lists of
the hub's own subgraphs on PostgreSQL.
"""

from __future__ import annotations

import argparse
import itertools
import json
import statistics
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import uvloop

from tests.benchmarks.gateways.database import benchmark_database
from tests.benchmarks.gateways.fresh import FreshAnswer
from tests.benchmarks.gateways.own_hub import answer_of, identity, prepared_hub, start_hub
from tests.benchmarks.gateways.programs.ours import Ours
from tests.benchmarks.gateways.standins import parts
from tests.benchmarks.gateways.standins.running import start_standins, write_supergraph
from tests.benchmarks.gateways.workload import LOAD, Graph, Mode
from tests.benchmarks.gateways.workloads.checked import checked
from tests.benchmarks.gateways.workloads.subscribers import PER_MESSAGE, Subscribers
from tests.benchmarks.hub import WHO
from tests.benchmarks.load import Answer, post, run_load
from tests.benchmarks.measure import growth, print_table
from tests.benchmarks.programs import Program, pin
from tests.support.shared import ROOT

_CONNECTIONS = 10
_PREPARING_SECONDS = 600.0
_ROWS = "{ patents(first: %d) { nodes { applicationNumber title legalStatus filingDate } } }"


def _fields(count: int) -> str:
    return "{ wide { %s } }" % " ".join(f"f{number}" for number in range(count))


def _subgraphs(count: int) -> str:
    return "{ things(count: 1) { id %s } }" % " ".join(f"p{n}" for n in range(1, count + 1))


@dataclass(frozen=True, slots=True)
class Dimension:
    """What grows: `query` by its size."""

    name: str
    sizes: tuple[int, ...]
    query: Callable[[int], str]


DIMENSIONS = (
    Dimension("fields of one object", (10, 40, 160, 640), _fields),
    Dimension(
        "entities of a list", (10, 100, 1_000), "{{ things(count: {0}) {{ id p1 }} }}".format
    ),
    Dimension("subgraphs of an entity", (1, 4, 16, 63), _subgraphs),
    Dimension(
        "rows of one subgraph", (10, 100, 1_000), "{{ things(count: {0}) {{ id own }} }}".format
    ),
)
OWN = Dimension("rows of an own subgraph", (1, 10, 100), lambda size: _ROWS % size)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add what can be chosen."""
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=float, default=1.0, help="per size and round")
    parser.add_argument("--subscribers", type=int, nargs="+", default=[100, 300, 1_000])
    parser.add_argument("--patents", type=int, help="also lists of the hub's own subgraphs")
    parser.add_argument("--database", type=Path, help="folder in which the hub's database stays")


def run(options: argparse.Namespace) -> dict[str, Any]:
    """Print the table; return the same as data."""
    if options.brief:
        options.rounds, options.seconds, options.subscribers = 1, 0.5, [20, 60]
    pin(LOAD)
    rows: list[dict[str, Any]] = []
    for dimension, program, answers in _started(options):
        rows += _grown(dimension, program, answers, options.rounds, options.seconds)
    rows += _subscribers(options.subscribers, options.rounds, options.seconds)
    print_table(
        ("what grows", "size", "cpu µs", "lowest", "highest", "µs each", "exponent"),
        [tuple(row.values()) for row in rows],
    )
    return {"rounds": options.rounds, "seconds": options.seconds, "rows": rows}


def _started(
    options: argparse.Namespace,
) -> Iterator[tuple[Dimension, Program, Callable[[str], Answer]]]:
    """Yield each dimension with a program that runs meanwhile, and what it must answer."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="hub-benchmark-")))
        standins = start_standins(stack, folder)
        names = [f"part{number}" for number in range(parts.PARTS)]
        sdl = {name: parts.sdl(number) for number, name in enumerate(names)}
        supergraph = write_supergraph(folder, standins, sdl)
        graph = Graph(supergraph, partial(standins.calls, *names))
        program = Ours("ours", ROOT).start(stack, graph, Mode.NONE, folder)
        for dimension in DIMENSIONS:
            yield dimension, program, lambda query: FreshAnswer(parts.answer(query))
    if options.patents:
        with ExitStack() as stack:
            folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="hub-benchmark-")))
            folder.chmod(0o711)
            where = options.database or folder
            database = stack.enter_context(benchmark_database(where, options.patents))
            queries = [OWN.query(size) for size in OWN.sizes]
            found = database.run(_own_answers(database.url, queries), _PREPARING_SECONDS)
            program = start_hub(database, stack, Graph(Path(), int), Mode.NONE, folder)
            yield OWN, program, lambda query: Answer(found[query])


async def _own_answers(url: str, queries: Sequence[str]) -> dict[str, Any]:
    async with prepared_hub(url) as hub:
        return {query: await answer_of(hub, _body(query), WHO) for query in queries}


def _body(query: str) -> bytes:
    return json.dumps({"query": query}).encode()


def _grown(
    dimension: Dimension,
    program: Program,
    answer: Callable[[str], Answer],
    rounds: int,
    seconds: float,
) -> list[dict[str, Any]]:
    found: dict[int, list[float]] = {size: [] for size in dimension.sizes}
    # The first round warms up and is not counted.
    for number in range(rounds + 1):
        for size in dimension.sizes:
            query = dimension.query(size)
            figure = _cpu(program, query, answer(query), seconds if number else seconds / 2)
            if number:
                found[size].append(figure)
    return _rows(dimension.name, found)


def _subscribers(sizes: Sequence[int], rounds: int, seconds: float) -> list[dict[str, Any]]:
    """Measure what one event costs, by the number of its subscribers, who share one stream."""
    found: dict[int, list[float]] = {}
    for size in sizes:
        workload = Subscribers(count=size)
        with ExitStack() as stack:
            folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="hub-benchmark-")))
            graph = workload.start(stack, folder)
            program = Ours("ours", ROOT).start(stack, graph, Mode.OP, folder)
            loads = [workload.measure(program, graph, seconds) for _ in range(rounds + 1)]
        found[size] = [load.extra[PER_MESSAGE] * size for load in loads[1:]]
    return _rows("subscribers of one event", found)


def _rows(what: str, found: Mapping[int, Sequence[float]]) -> list[dict[str, Any]]:
    """Return one row for each size, from the microseconds of its rounds."""
    sizes = list(found)
    medians = [statistics.median(found[size]) for size in sizes]
    return [
        {
            "what": what,
            "size": size,
            "cpu_us": median,
            "lowest": min(found[size]),
            "highest": max(found[size]),
            "each_us": median / size,
            "exponent": exponent,
        }
        for size, median, exponent in zip(sizes, medians, growth(sizes, medians), strict=True)
    ]


def _cpu(program: Program, query: str, answer: Answer, seconds: float) -> float:
    """Return microseconds of processor per request."""
    exchange = post("/graphql", _body(query), identity(WHO)), answer
    before = program.cpu_seconds()
    load = uvloop.run(
        run_load(
            program.port, itertools.repeat(exchange), connections=_CONNECTIONS, seconds=seconds
        )
    )
    after = program.cpu_seconds()
    checked(program, load)
    if before is None or after is None:
        raise RuntimeError("this system does not tell a program's processor time")
    return (after - before) / load.answers * 1e6
