"""All workloads, by their letters, and what can be chosen for them."""

from __future__ import annotations

import argparse
from pathlib import Path

from tests.benchmarks.gateways.workload import Workload
from tests.benchmarks.gateways.workloads import callers, passthrough
from tests.benchmarks.gateways.workloads.heavy import Heavy
from tests.benchmarks.gateways.workloads.journeys import Journeys
from tests.benchmarks.gateways.workloads.mutation import Mutation
from tests.benchmarks.gateways.workloads.operations import Operations
from tests.benchmarks.gateways.workloads.slow import Slow
from tests.benchmarks.gateways.workloads.subscribers import Subscribers
from tests.benchmarks.gateways.workloads.variables import Variables

LETTERS = ("a", "b", "b2", "c", "d", "e", "e2", "f", "g", "h", "i")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the options of single workloads."""
    parser.add_argument("--subscribers", type=int, default=1_000, help="of workload h")
    parser.add_argument("--patents", type=int, default=1_000_000, help="of workload i")
    parser.add_argument("--database", type=Path, help="folder in which that of workload i stays")


def workloads(options: argparse.Namespace) -> list[Workload]:
    """Return them in the order of the tables."""
    return [
        Heavy(),
        callers.CALLERS,
        callers.FRESH,
        Variables(),
        Operations(),
        passthrough.EQUAL,
        passthrough.FRESH,
        Slow(),
        Mutation(),
        Subscribers(count=options.subscribers),
        Journeys(patents=options.patents, folder=options.database),
    ]
