"""What was found, as a table for people and as data."""

from __future__ import annotations

import dataclasses
import statistics
from collections.abc import Callable, Iterable, Sequence
from typing import Any, NamedTuple

from tests.benchmarks.gateways.programs.hand import NAME as HAND
from tests.benchmarks.gateways.rounds import Figures, Result
from tests.benchmarks.measure import print_table

OURS = "ours"
_HEAD = (
    *("", "mode", "program", "req/s", "lowest", "highest", "cpu µs", "to hand", "p50 ms", "p99 ms"),
    *("MiB", "grown", "calls", "others %", ""),
)


class Spread(NamedTuple):
    """Median, lowest and highest of the rounds."""

    median: float
    lowest: float
    highest: float


def spread(values: Iterable[float | None]) -> Spread | None:
    """Return the spread of what is known; None when nothing is.

    >>> spread([3.0, None, 1.0, 2.0])
    Spread(median=2.0, lowest=1.0, highest=3.0)
    """
    known = [value for value in values if value is not None]
    return Spread(statistics.median(known), min(known), max(known)) if known else None


def ratios(
    these: Sequence[Figures], those: Sequence[Figures], figure: Callable[[Figures], float | None]
) -> Spread | None:
    """Return the spread of this program's figure to that one's, each taken within one round."""
    found: list[float | None] = []
    for one, other in zip(these, those, strict=False):
        above, below = figure(one), figure(other)
        found.append(above / below if above is not None and below else None)
    return spread(found)


def _rate(figures: Figures) -> float:
    return figures.requests_per_second


def _cpu(figures: Figures) -> float | None:
    return figures.cpu_us


def rows(results: Sequence[Result]) -> list[dict[str, Any]]:
    """Return one row of data for each result, with ratios to others of its workload and mode.

    `ours_faster`, `ours_cheaper`: how many times the requests per second of this program ours has,
    and how many times ours' processor time it takes. `cpu_to_hand`: its processor time to the
    yardstick's.
    """
    groups: dict[tuple[str, str], dict[str, Result]] = {}
    for result in results:
        groups.setdefault((result.workload, result.mode), {})[result.program] = result
    found = []
    for result in results:
        group = groups[result.workload, result.mode]
        ours = group[OURS].rounds if OURS in group else []
        hand = group[HAND].rounds if HAND in group else []
        own = result.rounds
        found.append(
            {
                "workload": result.workload,
                "mode": str(result.mode),
                "program": result.program,
                "note": result.note,
                "failed": result.failed,
                "requests_per_second": spread(map(_rate, own)),
                "cpu_us": spread(map(_cpu, own)),
                "cpu_to_hand": ratios(own, hand, _cpu),
                "ours_faster": ratios(ours, own, _rate) if result.program != OURS else None,
                "ours_cheaper": ratios(own, ours, _cpu) if result.program != OURS else None,
                "p50_ms": spread(one.p50_ms for one in own),
                "p99_ms": spread(one.p99_ms for one in own),
                "peak_mib": result.peak_mib,
                "grown_mib": result.grown_mib,
                "calls": spread(one.calls for one in own),
                "others": spread(one.others for one in own),
                "extra": {
                    name: spread(one.extra.get(name) for one in own)
                    for name in dict.fromkeys(name for one in own for name in one.extra)
                },
                "rounds": [dataclasses.asdict(one) for one in own],
            }
        )
    return found


def print_rows(found: Sequence[dict[str, Any]]) -> None:
    """Print the table, what workloads tell beside it, and the ratios that are the result."""
    print_table(_HEAD, [_cells(row) for row in found])
    print(
        "req/s with the lowest and the highest round; cpu µs: processor time per answer; to hand:"
        " that, to the yardstick's;\nMiB: the most memory, grown: from the first round to the last;"
        " calls: to subgraphs per answer; others %: of the processor, taken by other programs."
    )
    extra = [
        (row["workload"], row["mode"], row["program"], name, *value)
        for row in found
        for name, value in row["extra"].items()
        if value is not None
    ]
    if extra:
        print()
        print_table(("", "mode", "program", "figure", "median", "lowest", "highest"), extra)
    ratio = [
        (row["workload"], row["mode"], row["program"], *row["ours_faster"], _median(row, "cheaper"))
        for row in found
        if row["ours_faster"] is not None
    ]
    if ratio:
        print("\nours to others in the same mode: requests per second, and their CPU to ours':")
        print_table(("", "mode", "to", "times", "lowest", "highest", "less CPU"), ratio)


def _median(row: dict[str, Any], name: str) -> float | None:
    found: Spread | None = row[f"ours_{name}"]
    return None if found is None else found.median


def _cells(row: dict[str, Any]) -> tuple[Any, ...]:
    rate = row["requests_per_second"]
    medians = [
        None if row[name] is None else row[name].median
        for name in ("cpu_us", "cpu_to_hand", "p50_ms", "p99_ms", "calls", "others")
    ]
    rates = [None] * 3 if rate is None else [round(value, 1) for value in rate]
    return (
        *(row["workload"], row["mode"], row["program"], *rates, *medians[:4]),
        *(row["peak_mib"], row["grown_mib"], *medians[4:], row["note"][:60]),
    )
