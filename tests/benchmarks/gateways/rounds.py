"""Programs under the same load, in turn: several rounds, in an order that turns round.

All of them are started before the first round and wait while another one is measured. In each round
each has the same time; ratios are taken within a round, so that what else the machine does falls
out. A round in which others took much of the measured processor is repeated, and those least
disturbed count.
"""

from __future__ import annotations

import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

from tests.benchmarks.gateways.workload import MEASURED, Contender, Graph, Mode, Workload
from tests.benchmarks.programs import Program, busy_seconds

# The share of the processor that others may take in a round, in percent.
DISTURBED = 5.0
# The round before the first, which is not counted, takes no longer than this.
_WARMING_SECONDS = 2.0


@dataclass(frozen=True, slots=True)
class Figures:
    """One program in one round. `calls`: requests to subgraphs per answer.

    `cpu_us`: processor time per answer, of the program and its children. `others`: how much of the
    processor others had, in percent. Both are None where the system does not tell.
    """

    requests_per_second: float
    cpu_us: float | None
    calls: float
    p50_ms: float
    p99_ms: float
    resident_mib: float | None
    others: float | None = None
    extra: Mapping[str, float] = field(default_factory=dict)


@dataclass(slots=True)
class Result:
    """One program under one workload in one mode.

    `rounds`: those that count, in the order they were run. `grown_mib`: by how much its memory grew
    from the first round to the last. `note`: why there are no rounds. `failed`: it answered wrongly
    or ended.
    """

    workload: str
    mode: Mode
    program: str
    rounds: list[Figures] = field(default_factory=list)
    peak_mib: float | None = None
    grown_mib: float | None = None
    note: str = ""
    failed: bool = False


def compare(
    workload: Workload, mode: Mode, contenders: Sequence[Contender], rounds: int, seconds: float
) -> list[Result]:
    """Return what was found for each contender, in their order, whether it could run or not."""
    results = {one.name: Result(workload.letter, mode, one.name) for one in contenders}
    for one in contenders:
        results[one.name].note = one.missing() or one.cannot(workload, mode) or ""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="hub-benchmark-")))
        folder.chmod(0o755)  # a program that changes its account still reads its settings
        graph = workload.start(stack, folder)
        running = [
            program
            for one in contenders
            if not results[one.name].note
            and (program := _start(stack, one, graph, mode, folder, results[one.name]))
        ]
        _run(workload, graph, running, results, rounds, seconds)
    return list(results.values())


def _start(
    stack: ExitStack, one: Contender, graph: Graph, mode: Mode, folder: Path, result: Result
) -> Program | None:
    try:
        return graph.own.get(one.name, one.start)(stack, graph, mode, folder)
    except RuntimeError as error:
        _fail(result, error)
        return None


def _fail(result: Result, error: RuntimeError) -> None:
    result.failed, result.note = True, str(error)
    print(f"{result.workload} {result.mode} {result.program} FAILED: {error}", file=sys.stderr)


def _run(
    workload: Workload,
    graph: Graph,
    programs: list[Program],
    results: Mapping[str, Result],
    rounds: int,
    seconds: float,
) -> None:
    found: list[dict[str, Figures]] = []
    # The first round warms up and is not counted.
    for number in range(2 * rounds + 1):
        programs = [program for program in programs if not results[program.name].failed]
        length = seconds if number else min(seconds, _WARMING_SECONDS)
        figures = {}
        for program in programs if number % 2 else programs[::-1]:
            try:
                figures[program.name] = _measure(workload, graph, program, length)
            except RuntimeError as error:
                _fail(results[program.name], error)
        if number:
            found.append(figures)
        if sum(_disturbance(one) <= DISTURBED for one in found) >= rounds:
            break
    least = sorted(range(len(found)), key=lambda index: _disturbance(found[index]))[:rounds]
    for program in programs:
        result = results[program.name]
        if result.failed:
            continue
        result.rounds = [found[index][program.name] for index in sorted(least)]
        result.peak_mib = program.peak_mib()
        first, last = (found[at][program.name].resident_mib for at in (0, -1))
        if len(found) > 1 and first is not None and last is not None:
            result.grown_mib = round(last - first, 1)


def _disturbance(figures: Mapping[str, Figures]) -> float:
    return max((one.others or 0.0 for one in figures.values()), default=0.0)


def _measure(workload: Workload, graph: Graph, program: Program, seconds: float) -> Figures:
    calls = graph.calls()
    cpu, busy, started = program.cpu_seconds(), busy_seconds(MEASURED), time.perf_counter()
    load = workload.measure(program, graph, seconds)
    passed = time.perf_counter() - started
    cpu_after, busy_after = program.cpu_seconds(), busy_seconds(MEASURED)
    used = None if cpu is None or cpu_after is None else cpu_after - cpu
    others = None
    if used is not None and busy is not None and busy_after is not None:
        others = max(0.0, (busy_after - busy - used) / passed * 100)
    return Figures(
        requests_per_second=load.answers / load.seconds,
        cpu_us=None if used is None else used / load.answers * 1e6,
        calls=(graph.calls() - calls) / load.answers,
        p50_ms=load.percentile(0.5),
        p99_ms=load.percentile(0.99),
        resident_mib=program.resident_mib(),
        others=others,
        extra=dict(load.extra),
    )
