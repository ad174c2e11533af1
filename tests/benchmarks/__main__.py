"""`python -m tests.benchmarks [NAME] [options]`: one benchmark, or briefly all of them.

Prints a table for people; `--json FILE` writes the same as data, with the machine it ran on.
"""

from __future__ import annotations

import argparse
import json
import platform
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Protocol

from tests.benchmarks import (
    compose,
    execute,
    features,
    flame,
    growth,
    hub,
    ingest,
    plan,
    replicas,
    response_cache,
    start,
    steady,
)
from tests.benchmarks.gateways import chart
from tests.benchmarks.gateways import run as gateways
from tests.benchmarks.instructions import check as instructions


class Benchmark(Protocol):
    """A module with one benchmark; its first docstring line is its help."""

    __doc__: str | None

    def add_arguments(self, parser: argparse.ArgumentParser) -> None: ...
    def run(self, options: argparse.Namespace) -> dict[str, Any]: ...


class Drawing(Protocol):
    """A module that draws what others measured."""

    __doc__: str | None

    def add_arguments(self, parser: argparse.ArgumentParser) -> None: ...
    def run(self, options: argparse.Namespace) -> int: ...


BENCHMARKS: dict[str, Benchmark] = {
    "compose": compose,
    "plan": plan,
    "execute": execute,
    "features": features,
    "gateways": gateways,
    "growth": growth,
    "hub": hub,
    "ingest": ingest,
    "instructions": instructions,
    "replicas": replicas,
    "response_cache": response_cache,
    "start": start,
    "steady": steady,
}
DRAWINGS: dict[str, Drawing] = {"chart": chart, "flame": flame}


def main(arguments: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks", description=__doc__)
    parser.add_argument("--json", type=Path, help="also write the figures to this file")
    names = parser.add_subparsers(dest="name", metavar="NAME")
    for name, benchmark in BENCHMARKS.items():
        sub = names.add_parser(name, help=(benchmark.__doc__ or "").partition("\n")[0])
        sub.add_argument("--brief", action="store_true", help="small sizes only")
        sub.add_argument("--json", type=Path, default=argparse.SUPPRESS, help="as above")
        benchmark.add_arguments(sub)
    for name, drawing in DRAWINGS.items():
        drawing.add_arguments(
            names.add_parser(name, help=(drawing.__doc__ or "").partition("\n")[0])
        )
    options = parser.parse_args(arguments)
    if options.name in DRAWINGS:
        return DRAWINGS[options.name].run(options)
    chosen = [options.name] if options.name else list(BENCHMARKS)
    figures: dict[str, Any] = {"python": platform.python_version(), "machine": platform.machine()}
    for name in chosen:
        own = options if options.name else parser.parse_args([name, "--brief"])
        print(f"{name}:")
        figures[name] = BENCHMARKS[name].run(own)
    if options.json is not None:
        options.json.write_text(json.dumps(figures, indent=2) + "\n", encoding="utf-8")
    else:
        print(json.dumps(figures))
    return 1 if any(figures[name].get("failed") for name in chosen) else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
