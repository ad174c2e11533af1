"""`gateway`: the heavy query of the public benchmark, against the plan written by hand.

Modes: nothing shared; equal subgraph calls in flight shared; equal operations in flight shared.

On a shared machine only one number means anything: processor time per request, ours to the
yardstick's (`cpu ratio`), both taken in the same round. So all programs run on one processor and
load and subgraphs on another; every round gives each of them the same time, in an order that turns
round; the ratio is taken per round, and its median and extremes are told. A round in which others
took much of that processor (`others %`) is repeated; those least disturbed count.

To run it again, with the benchmark kit in the folder that HUB_SHARED names:

    python -m tests.benchmarks gateway --rounds 9 --seconds 4
    python -m tests.benchmarks gateway --modes none --base ../before

`--base` measures another checkout of this repository in the same rounds: before and after.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import statistics
import sys
import tempfile
import time
from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.benchmarks.load import post, run_load
from tests.benchmarks.measure import print_table
from tests.benchmarks.programs import Program, busy_seconds, free_port, pin, running
from tests.support.shared import ROOT, SHARED

_KIT = SHARED / "bench"
# The yardstick and the supergraph of the kit have it in their text.
_SUBGRAPHS_PORT = 4200
# Processors: load and subgraphs; what is measured.
_LOAD, _MEASURED = 0, 1
_MODES = {
    "none": (False, False),
    "sub": (False, True),
    "op": (True, True),
}
# The share of the processor that others may take in a round, in percent.
_DISTURBED = 5.0
_YARDSTICK = "hand"
_DEAR = {"max": 1_000_000}


@dataclass(frozen=True, slots=True)
class Figures:
    """One program in one round. `calls`: subgraph calls per answer, which sharing makes fewer.

    `others`: how much of the processor others had, in percent; None where that is unknown.
    """

    requests_per_second: float
    cpu_us: float
    calls: float
    p50_ms: float
    p99_ms: float
    others: float | None


Round = dict[str, Figures]


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--modes", nargs="+", choices=list(_MODES), default=list(_MODES))
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=float, help="per program and round")
    parser.add_argument("--connections", type=int, default=50)
    parser.add_argument("--base", type=Path, help="another checkout, measured in the same rounds")


def run(options: argparse.Namespace) -> dict[str, Any]:
    """Print the table; return the same as data, or why there is none."""
    if not (_KIT / "hand_compiled.py").is_file():
        reason = "the benchmark kit is missing: set HUB_SHARED to the folder that has bench/"
        print(reason)
        return {"skipped": reason}
    seconds = options.seconds or (1.5 if options.brief else 4.0)
    pin(_LOAD)
    rows: list[dict[str, Any]] = []
    for mode in options.modes:
        rows += _mode(mode, options.base, options.rounds, seconds, options.connections)
    columns = {
        "mode": "mode",
        "program": "program",
        "req/s": "requests_per_second",
        "cpu µs": "cpu_us",
        "cpu ratio": "ratio",
        "lowest": "ratio_lowest",
        "highest": "ratio_highest",
        "calls": "calls",
        "p50 ms": "p50_ms",
        "p99 ms": "p99_ms",
        "others %": "others",
        "MiB": "peak_mib",
    }
    print_table(tuple(columns), [tuple(row[key] for key in columns.values()) for row in rows])
    print("cpu µs: processor time per request; cpu ratio: to the yardstick, median of the rounds.")
    return {"connections": options.connections, "seconds": seconds, "rows": rows}


def _mode(
    mode: str, base: Path | None, rounds: int, seconds: float, connections: int
) -> list[dict[str, Any]]:
    request = post("/graphql", (_KIT / "query.json").read_bytes())
    with ExitStack() as stack:
        programs = _start(stack, mode, base)
        expected = _expected(programs, request)
        found: list[Round] = []
        # The first round warms up and is not counted.
        for number in range(2 * rounds + 1):
            order = programs if number % 2 else programs[::-1]
            length = seconds if number else min(seconds, 1.0)
            figures = {
                program.name: _measure(program, request, connections, length, expected)
                for program in order
            }
            if number:
                found.append(figures)
            if sum(_others(one) <= _DISTURBED for one in found) >= rounds:
                break
        counted = sorted(found, key=_others)[:rounds]
        return [_row(mode, program, counted) for program in programs]


def _others(figures: Round) -> float:
    return max(one.others or 0.0 for one in figures.values())


def _row(mode: str, program: Program, rounds: list[Round]) -> dict[str, Any]:
    own = [figures[program.name] for figures in rounds]
    ratios = [figures[program.name].cpu_us / figures[_YARDSTICK].cpu_us for figures in rounds]
    known = [one.others for one in own if one.others is not None]
    medians = {
        key: round(statistics.median(getattr(one, key) for one in own), 3)
        for key in ("requests_per_second", "cpu_us", "calls", "p50_ms", "p99_ms")
    }
    return {
        "mode": mode,
        "program": program.name,
        **medians,
        "ratio": round(statistics.median(ratios), 3),
        "ratio_lowest": round(min(ratios), 3),
        "ratio_highest": round(max(ratios), 3),
        "others": round(statistics.median(known), 1) if known else None,
        "peak_mib": program.peak_mib(),
    }


def _measure(
    program: Program, request: bytes, connections: int, seconds: float, expected: bytes
) -> Figures:
    calls = asyncio.run(_calls())
    cpu, busy, started = program.cpu_seconds(), busy_seconds(_MEASURED), time.perf_counter()
    load = asyncio.run(
        run_load(program.port, request, connections=connections, seconds=seconds, expected=expected)
    )
    passed = time.perf_counter() - started
    cpu_after, busy_after = program.cpu_seconds(), busy_seconds(_MEASURED)
    if load.wrong or not load.answers:
        raise RuntimeError(f"{program.name}: {load.wrong} wrong answers of {load.answers}")
    used = passed if cpu is None or cpu_after is None else cpu_after - cpu
    others = None
    if cpu_after is not None and busy is not None and busy_after is not None:
        others = max(0.0, (busy_after - busy - used) / passed * 100)
    return Figures(
        requests_per_second=load.answers / load.seconds,
        cpu_us=used / load.answers * 1e6,
        calls=(asyncio.run(_calls()) - calls) / load.answers,
        p50_ms=load.percentile(0.5),
        p99_ms=load.percentile(0.99),
        others=others,
    )


async def _calls() -> int:
    """Return how many requests the subgraphs have had."""
    counts = json.loads(
        await _ask(_SUBGRAPHS_PORT, b"GET /stats HTTP/1.1\r\nhost: localhost\r\n\r\n")
    )
    return sum(counts.values())


def _expected(programs: list[Program], request: bytes) -> bytes:
    """Return the yardstick's answer, once all are known to give the same."""
    answers = {program.name: asyncio.run(_ask(program.port, request)) for program in programs}
    for name, answer in answers.items():
        if not answer.startswith(b"{"):
            raise RuntimeError(f"{name} gave no JSON: {answer[:200].decode()}")
        if json.loads(answer) != json.loads(answers[_YARDSTICK]):
            raise RuntimeError(f"{name} and the yardstick give different answers")
        if answer != answers[_YARDSTICK]:
            raise RuntimeError(f"{name} and the yardstick write the same answer differently")
    return answers[_YARDSTICK]


async def _ask(port: int, request: bytes) -> bytes:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(request)
    head = await reader.readuntil(b"\r\n\r\n")
    length = next(
        int(line.partition(b":")[2])
        for line in head.split(b"\r\n")
        if line.lower().startswith(b"content-length")
    )
    body = await reader.readexactly(length)
    writer.close()
    await writer.wait_closed()
    return body


def _start(stack: ExitStack, mode: str, base: Path | None) -> list[Program]:
    """Start the subgraphs beside the load, and what is measured on the other processor."""
    python = sys.executable
    folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
    subgraphs = [python, str(_KIT / "subgraphs.py"), str(_SUBGRAPHS_PORT)]
    stack.enter_context(
        running("subgraphs", subgraphs, _SUBGRAPHS_PORT, processor=_LOAD, folder=folder)
    )
    operations, calls = _MODES[mode]
    settings = {
        "supergraph": {"path": "/graphql"},
        "traffic_shaping": {
            "router": {"deduplicate_query": operations},
            "all": {"deduplicate_query": calls},
        },
    }
    checkouts = {"ours": ROOT, **({} if base is None else {"base": base.resolve()})}
    return [
        _start_hand(stack, folder, mode),
        *(_start_gateway(stack, folder, name, root, settings) for name, root in checkouts.items()),
    ]


def _start_hand(stack: ExitStack, folder: Path, mode: str) -> Program:
    """Start the yardstick as the kit says, only that it does not log each request."""
    port = free_port()
    command = [sys.executable, "-m", "uvicorn", "hand_compiled:app", "--port", str(port)]
    command += ["--loop", "uvloop", "--http", "httptools", "--log-level", "warning"]
    command += ["--app-dir", str(_KIT)]
    environment = {"MODE": mode, "CLIENT": "pyreqwest", "PYTHONDONTWRITEBYTECODE": "1"}
    return stack.enter_context(
        running(
            _YARDSTICK,
            command,
            port,
            processor=_MEASURED,
            folder=folder,
            environment=environment,
        )
    )


def _start_gateway(
    stack: ExitStack, folder: Path, name: str, root: Path, settings: Mapping[str, Any]
) -> Program:
    port = free_port()
    if (root / "federation/server/settings/demand_control.py").is_file():
        # The kit's graph gives no list a size, so the query passes for dearer than it is.
        settings = {**settings, "demand_control": {"strategy": {"static_estimated": _DEAR}}}
    (folder / f"{name}.yaml").write_text(json.dumps(settings), encoding="utf-8")
    command = [sys.executable, str(root / "gateway.py"), "serve"]
    command += ["--supergraph", str(_KIT / "supergraph.graphql"), "--config", f"{name}.yaml"]
    command += ["--host", "127.0.0.1", "--port", str(port)]
    return stack.enter_context(running(name, command, port, processor=_MEASURED, folder=folder))
