"""`plan`: from a document never seen to a compiled plan, by stage, size and supergraph.

Operations are drawn from the API schema, the same for the same seed; each is prepared once, so
nothing is remembered from one to the next but what belongs to the supergraph.
"""

from __future__ import annotations

import argparse
import random
import statistics
import time
from dataclasses import asdict, dataclass
from typing import Any

from federation.registry.schema import Schema, build_schema
from federation.server.preparation import Preparation
from tests.benchmarks import plan_stages
from tests.benchmarks.large_graph import large_graph
from tests.benchmarks.measure import growth, in_new_process, print_table
from tests.benchmarks.plan_graphs import composed, operation
from tests.benchmarks.plan_stages import preparation, prepare

_BRIEF: tuple[tuple[int, ...], tuple[int, ...]] = ((10,), (10, 100))
_SIZES: tuple[tuple[int, ...], tuple[int, ...]] = ((10, 100), (10, 100, 1000))


@dataclass(frozen=True, slots=True)
class Row:
    """One size; milliseconds, the median of `operations` different ones and the slowest.

    `plan_ms`: planning alone, once more, when the planner has met the operation's types before.
    """

    subgraphs: int
    fields: int
    bytes: int
    fetches: int
    median_ms: float
    slowest_ms: float
    plan_ms: float
    operations: int


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--subgraphs", type=int, nargs="+")
    parser.add_argument("--fields", type=int, nargs="+")
    parser.add_argument("--operations", type=int, default=15, help="per size")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--only-stages", action="store_true", help="no table of growth")


def run(options: argparse.Namespace) -> dict[str, Any]:
    """Print the tables; return the same as data."""
    stages = plan_stages.run(options.operations, options.seed)
    found = {} if options.only_stages else _growth(options)
    return {"seed": options.seed, "stages": stages, **found}


def _growth(options: argparse.Namespace) -> dict[str, Any]:
    subgraphs, fields = _BRIEF if options.brief else _SIZES
    rows: list[Row] = []
    exponents: dict[str, list[float | None]] = {}
    sizes = options.fields or fields
    for count in options.subgraphs or subgraphs:
        part = in_new_process(_graph, count, tuple(sizes), options.operations, options.seed)
        rows += part
        exponents[str(count)] = growth(sizes, [row.median_ms for row in part])
    flat = [value for values in exponents.values() for value in values]
    print_table(
        (
            "subgraphs",
            "fields",
            "bytes",
            "fetches",
            "median ms",
            "^",
            "slowest ms",
            "plan again ms",
        ),
        [
            (
                row.subgraphs,
                row.fields,
                row.bytes,
                row.fetches,
                row.median_ms,
                exponent,
                row.slowest_ms,
                row.plan_ms,
            )
            for row, exponent in zip(rows, flat, strict=True)
        ],
    )
    print("^ is the exponent of growth against the line above: 1 is linear, 2 quadratic.")
    return {"rows": [asdict(row) for row in rows], "growth": exponents}


def _graph(count: int, sizes: tuple[int, ...], operations: int, seed: int) -> list[Row]:
    schema = build_schema(composed(large_graph(count, seed=seed)))
    by = preparation()
    # Imports and tables that are made on first use belong to no operation.
    prepare(by, schema, operation(schema.api_schema, 10, random.Random("first")))
    return [_size(by, schema, count, size, operations, seed) for size in sizes]


def _size(
    by: Preparation, schema: Schema, count: int, size: int, operations: int, seed: int
) -> Row:
    times, plan_times, texts, fetches = [], [], [], []
    for number in range(operations):
        text = operation(schema.api_schema, size, random.Random(f"{seed}/{size}/{number}"))
        started = time.process_time()
        prepared = prepare(by, schema, text)
        times.append((time.process_time() - started) * 1000)
        started = time.process_time()
        schema.planner.plan(prepared.operation)
        plan_times.append((time.process_time() - started) * 1000)
        texts.append(len(text))
        fetches.append(len(prepared.compiled.steps))
    return Row(
        subgraphs=count,
        fields=size,
        bytes=round(statistics.median(texts)),
        fetches=round(statistics.median(fetches)),
        median_ms=round(statistics.median(times), 2),
        slowest_ms=round(max(times), 2),
        plan_ms=round(statistics.median(plan_times), 2),
        operations=operations,
    )
