"""`gateway`: the heavy query of the public benchmark, against the plan written by hand.

Both programs run on one processor, load and subgraphs on another, in turn, round by round. Only
the ratio means anything on a shared machine: processor time per request, ours to the yardstick's.
Modes: nothing shared; equal subgraph calls in flight shared; equal operations in flight shared.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import socket
import statistics
import sys
import tempfile
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from tests.benchmarks.load import Load, post, run_load
from tests.benchmarks.measure import print_table
from tests.benchmarks.programs import Program, pin, running
from tests.support.shared import ROOT, SHARED

_KIT = SHARED / "bench"
# The yardstick and the supergraph of the kit have it in their text.
_SUBGRAPHS_PORT = 4200
_MODES = {
    "none": (False, False),
    "sub": (False, True),
    "op": (True, True),
}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--modes", nargs="+", choices=list(_MODES), default=list(_MODES))
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=float, help="per program and round")
    parser.add_argument("--connections", type=int, default=50)


def run(options: argparse.Namespace) -> dict[str, Any]:
    """Print the table; return the same as data, or why there is none."""
    if not (_KIT / "hand_compiled.py").is_file():
        reason = "the benchmark kit is missing: set HUB_SHARED to the folder that has bench/"
        print(reason)
        return {"skipped": reason}
    seconds = options.seconds or (1.5 if options.brief else 5.0)
    pin(0, 0)
    rows = [_mode(mode, options.rounds, seconds, options.connections) for mode in options.modes]
    head = ("mode", "ours req/s", "±", "hand req/s", "±", "ours ms", "hand ms", "cpu ratio", "±")
    print_table(
        (*head, "p99 ms", "MiB"),
        [
            (
                row["mode"],
                row["ours"]["requests_per_second"]["median"],
                row["ours"]["requests_per_second"]["spread"],
                row["hand"]["requests_per_second"]["median"],
                row["hand"]["requests_per_second"]["spread"],
                row["ours"]["cpu_ms"]["median"],
                row["hand"]["cpu_ms"]["median"],
                row["ratio"]["median"],
                row["ratio"]["spread"],
                row["ours"]["p99_ms"]["median"],
                row["ours"]["peak_mib"],
            )
            for row in rows
        ],
    )
    print("ms is processor time per request; ± is the largest distance from the median.")
    return {"connections": options.connections, "seconds": seconds, "rows": rows}


def _mode(mode: str, rounds: int, seconds: float, connections: int) -> dict[str, Any]:
    request = post("/graphql", (_KIT / "query.json").read_bytes())
    with ExitStack() as stack:
        ours, hand = _start(stack, mode)
        expected = _expected(ours, hand, request)
        figures: dict[str, list[dict[str, float]]] = {"ours": [], "hand": []}
        for number in range(rounds + 1):
            for program in (ours, hand):
                # The first round warms up and is not counted.
                length = seconds if number else min(seconds, 1.0)
                before = program.cpu_seconds()
                load = asyncio.run(
                    run_load(
                        program.port,
                        request,
                        connections=connections,
                        seconds=length,
                        expected=expected,
                    )
                )
                _check(load, program.name)
                after = program.cpu_seconds()
                if number:
                    figures[program.name].append(_figures(load, before, after))
        ratios = [
            one["cpu_ms"] / other["cpu_ms"]
            for one, other in zip(figures["ours"], figures["hand"], strict=True)
        ]
        return {
            "mode": mode,
            **{
                program.name: {
                    **{key: _summary(key, figures[program.name]) for key in _KEYS},
                    "peak_mib": program.peak_mib(),
                }
                for program in (ours, hand)
            },
            "ratio": _spread(ratios),
        }


_KEYS = ("requests_per_second", "cpu_ms", "p50_ms", "p99_ms")


def _figures(load: Load, before: float | None, after: float | None) -> dict[str, float]:
    known = before is not None and after is not None
    used = after - before if known else load.seconds  # type: ignore[operator]
    return {
        "requests_per_second": load.answers / load.seconds,
        "cpu_ms": used / load.answers * 1000,
        "p50_ms": load.percentile(0.5),
        "p99_ms": load.percentile(0.99),
    }


def _summary(key: str, rounds: list[dict[str, float]]) -> dict[str, float]:
    return _spread([one[key] for one in rounds])


def _spread(values: list[float]) -> dict[str, float]:
    median = statistics.median(values)
    spread = max(abs(value - median) for value in values)
    return {"median": round(median, 3), "spread": round(spread, 3)}


def _check(load: Load, name: str) -> None:
    if load.wrong or not load.answers:
        raise RuntimeError(f"{name}: {load.wrong} wrong answers of {load.answers}")


def _expected(ours: Program, hand: Program, request: bytes) -> bytes:
    """Return the yardstick's answer, once ours is known to be the same."""
    answers = [asyncio.run(_ask(program.port, request)) for program in (ours, hand)]
    for program, answer in zip((ours, hand), answers, strict=True):
        if not answer.startswith(b"{"):
            raise RuntimeError(f"{program.name} gave no JSON: {answer[:200].decode()}")
    if json.loads(answers[0]) != json.loads(answers[1]):
        raise RuntimeError("the two programs give different answers")
    if answers[0] != answers[1]:
        raise RuntimeError("the two programs write the same answer differently")
    return answers[0]


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


def _start(stack: ExitStack, mode: str) -> tuple[Program, Program]:
    """Start the subgraphs beside the load, and the two programs on the other processor."""
    python = sys.executable
    folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
    subgraphs = [python, str(_KIT / "subgraphs.py"), str(_SUBGRAPHS_PORT)]
    stack.enter_context(
        running("subgraphs", subgraphs, _SUBGRAPHS_PORT, processor=0, folder=folder)
    )
    operations, calls = _MODES[mode]
    settings = {
        "supergraph": {"path": "/graphql"},
        "traffic_shaping": {
            "router": {"deduplicate_query": operations},
            "all": {"deduplicate_query": calls},
        },
    }
    (folder / "hub.yaml").write_text(json.dumps(settings), encoding="utf-8")
    own_port, hand_port = _free_port(), _free_port()
    own = [python, str(ROOT / "gateway.py"), "serve", "--supergraph"]
    own += [
        str(_KIT / "supergraph.graphql"),
        "--config",
        "hub.yaml",
        "--host",
        "127.0.0.1",
        "--port",
        str(own_port),
    ]
    hand = [python, "-m", "uvicorn", "hand_compiled:app", "--port", str(hand_port)]
    hand += ["--loop", "uvloop", "--http", "httptools", "--log-level", "warning"]
    hand += ["--app-dir", str(_KIT)]
    environment = {"MODE": mode, "CLIENT": "pyreqwest", "PYTHONDONTWRITEBYTECODE": "1"}
    return (
        stack.enter_context(running("ours", own, own_port, processor=1, folder=folder)),
        stack.enter_context(
            running("hand", hand, hand_port, processor=1, folder=folder, environment=environment)
        ),
    )


def _free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        port: int = one.getsockname()[1]
        return port
