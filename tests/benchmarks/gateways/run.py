"""`gateways`: our gateway beside its peers and a plan written by hand, under several workloads.

Each program has one processor for itself, load and stand-ins the other one. All programs of a
workload and mode run in turn in the same rounds, and every answer is checked. What is not installed
or cannot do something is told, and the others are compared without it.

    python -m tests.benchmarks gateways --workloads a b --modes none --only ours hand
    python -m tests.benchmarks gateways --workloads a --base ../before

`--base` measures another checkout of this repository in the same rounds: before and after.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import Any

from tests.benchmarks.gateways.machine import machine
from tests.benchmarks.gateways.programs.all_programs import contenders
from tests.benchmarks.gateways.report import print_rows, rows
from tests.benchmarks.gateways.rounds import Result, compare
from tests.benchmarks.gateways.workload import LOAD, Contender, Mode, Workload
from tests.benchmarks.gateways.workloads import all_workloads
from tests.benchmarks.programs import pin

_ROUNDS, _SECONDS = 3, 4.0
_BRIEF_ROUNDS, _BRIEF_SECONDS = 1, 1.0


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add what can be chosen."""
    names = [one.name for one in contenders(Path())]
    parser.add_argument("--workloads", nargs="+", choices=all_workloads.LETTERS, metavar="LETTER")
    parser.add_argument("--modes", nargs="+", choices=[str(mode) for mode in Mode])
    parser.add_argument("--only", nargs="+", choices=names, metavar="PROGRAM", help=str(names))
    parser.add_argument("--rounds", type=int, help=f"default {_ROUNDS}, briefly {_BRIEF_ROUNDS}")
    parser.add_argument("--seconds", type=float, help="per program and round")
    parser.add_argument("--base", type=Path, help="another checkout, measured in the same rounds")
    all_workloads.add_arguments(parser)


def run(options: argparse.Namespace) -> dict[str, Any]:
    """Print the table; return the same as data, with `failed` where a program answered wrongly."""
    rounds = options.rounds or (_BRIEF_ROUNDS if options.brief else _ROUNDS)
    seconds = options.seconds or (_BRIEF_SECONDS if options.brief else _SECONDS)
    facts = machine()
    pin(LOAD)
    all_programs = contenders(options.base)
    chosen = [one for one in all_programs if not options.only or one.name in options.only]
    letters = options.workloads or (["a"] if options.brief else all_workloads.LETTERS)
    # A letter alone stands for all variants of its workload (e, e2).
    everything = all_workloads.workloads(options)
    found = [one for one in everything if one.letter in letters or one.letter[0] in letters]
    results: list[Result] = []
    for workload in found:
        for mode in workload.modes:
            if not options.modes or mode in options.modes:
                results += _compare(workload, mode, chosen, rounds, seconds)
    table = rows(results)
    print_rows(table)
    failed = [row for row in table if row["failed"]]
    for row in failed:
        print(f"FAILED: {row['workload']} {row['mode']} {row['program']}: {row['note']}")
    return {
        "machine": facts,
        "rounds": rounds,
        "seconds": seconds,
        "programs": {one.name: _about(one) for one in chosen},
        "workloads": {one.letter: {"name": one.name, "about": one.about} for one in found},
        "rows": table,
        "failed": bool(failed),
    }


def _compare(
    workload: Workload, mode: Mode, chosen: list[Contender], rounds: int, seconds: float
) -> list[Result]:
    fit = [one for one in chosen if one.name in workload.programs]
    if not fit:
        return []
    print(f"{workload.letter} {workload.name}, {mode} …", file=sys.stderr, flush=True)
    try:
        return compare(workload, mode, fit, rounds, seconds)
    except FileNotFoundError as error:
        return [Result(workload.letter, mode, one.name, note=str(error)) for one in fit]


def _about(one: Contender) -> dict[str, Any]:
    return {"version": one.version(), "missing": one.missing()}
