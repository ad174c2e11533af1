"""`compose`: subgraphs of 60 types with shared entities, cold and after one of them changed."""

from __future__ import annotations

import argparse
from dataclasses import asdict, dataclass
from typing import Any

from federation.composition import Composed, Composer
from tests.benchmarks.large_graph import changed, large_graph
from tests.benchmarks.measure import growth, in_new_process, measured, print_table

_BRIEF = (5, 10)
_SIZES = (10, 50, 100)
_MIB = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Row:
    """One size. Seconds; MiB above what the interpreter with its modules had before."""

    subgraphs: int
    types: int
    cold_wall: float
    cold_cpu: float
    cold_peak_mib: float
    changed_wall: float
    changed_cpu: float
    both_peak_mib: float
    supergraph_kib: int
    hints: int


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add what can be chosen."""
    parser.add_argument("--sizes", type=int, nargs="+", help="numbers of subgraphs")
    parser.add_argument("--types", type=int, default=60, help="types per subgraph")
    parser.add_argument("--seed", type=int, default=0)


def run(options: argparse.Namespace) -> dict[str, Any]:
    """Print the table; return the same as data."""
    sizes = options.sizes or (_BRIEF if options.brief else _SIZES)
    rows = [in_new_process(_one, size, options.types, options.seed) for size in sizes]
    # Other programs on the machine slow the clock on the wall, not the processor's.
    cold = growth(sizes, [row.cold_cpu for row in rows])
    again = growth(sizes, [row.changed_cpu for row in rows])
    memory = growth(sizes, [row.both_peak_mib for row in rows])
    head = ("subgraphs", "types", "cold s", "cpu s", "MiB", "^", "changed s", "cpu s", "MiB", "^")
    print_table(
        (*head, "MiB^", "SDL KiB"),
        [
            (
                row.subgraphs,
                row.types,
                row.cold_wall,
                row.cold_cpu,
                row.cold_peak_mib,
                cold[i],
                row.changed_wall,
                row.changed_cpu,
                row.both_peak_mib,
                again[i],
                memory[i],
                row.supergraph_kib,
            )
            for i, row in enumerate(rows)
        ],
    )
    print("^: exponent of growth against the line above (of CPU time): 1 linear, 2 quadratic.")
    return {
        "seed": options.seed,
        "rows": [asdict(row) for row in rows],
        "growth": {"cold_cpu": cold, "changed_cpu": again, "peak_mib": memory},
    }


def _one(size: int, types: int, seed: int) -> Row:
    sources = large_graph(size, types=types, seed=seed)
    composer = Composer()
    with measured() as cold:
        result = composer.compose(sources)
    assert isinstance(result, Composed), result
    with measured() as again:
        later = composer.compose(changed(sources, size // 2))
    assert isinstance(later, Composed), later
    assert later.supergraph_sdl != result.supergraph_sdl
    return Row(
        subgraphs=size,
        types=len(result.supergraph.types),
        cold_wall=round(cold.wall, 3),
        cold_cpu=round(cold.cpu, 3),
        cold_peak_mib=round(cold.peak_rise / _MIB, 1),
        changed_wall=round(again.wall, 3),
        changed_cpu=round(again.cpu, 3),
        both_peak_mib=round((cold.peak_rise + again.peak_rise) / _MIB, 1),
        supergraph_kib=len(result.supergraph_sdl.encode()) // 1024,
        hints=len(result.hints),
    )
