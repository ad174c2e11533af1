"""The graph of the public benchmark, from the kit: four subgraphs, users, products and reviews."""

from __future__ import annotations

import enum
import json
import socket
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import uvloop

from tests.benchmarks.gateways.programs.hand import KIT
from tests.benchmarks.gateways.workload import LOAD, Graph
from tests.benchmarks.load import Exchange, Load, run_load
from tests.benchmarks.programs import Program, running
from tests.support.shared import ROOT

# The yardstick and the supergraph of the kit have it in their text.
PORT = 4200
CONNECTIONS = 50
_FREE_SECONDS = 30


class StandIn(enum.Enum):
    """Which stand-in for the kit's subgraphs; see `standins.kit` for those that are ours."""

    KIT = "kit"
    USERS = "users"
    FRESH = "fresh"


def start_kit(
    stack: ExitStack,
    folder: Path,
    stand_in: StandIn = StandIn.KIT,
    *,
    forwarded: tuple[str, ...] = (),
) -> Graph:
    """Start its subgraphs; the kit's own stand-in is for requests that come again.

    Raises `FileNotFoundError` without the kit, `RuntimeError` when its port stays taken.
    """
    supergraph = KIT / "supergraph.graphql"
    if not supergraph.is_file():
        raise FileNotFoundError(f"{KIT} is missing: set HUB_SHARED to the folder above bench/")
    _wait_until_free()
    if stand_in is StandIn.KIT:
        command = [sys.executable, str(KIT / "subgraphs.py"), str(PORT)]
    else:
        folder = ROOT
        command = [sys.executable, "-m", "tests.benchmarks.gateways.standins.kit"]
        command += [str(KIT), str(PORT), stand_in.value]
    stack.enter_context(running("subgraphs", command, PORT, processor=LOAD, folder=folder))
    return Graph(supergraph, _calls, forwarded, by_hand=stand_in is not StandIn.USERS)


def _wait_until_free() -> None:
    """Raise `RuntimeError` when something else listens on the port and does not end soon."""
    end = time.monotonic() + _FREE_SECONDS
    while True:
        with socket.socket() as one:
            if one.connect_ex(("127.0.0.1", PORT)):
                return
        if time.monotonic() > end:
            raise RuntimeError(f"port {PORT} is taken: another run of this benchmark?")
        time.sleep(0.5)


def heavy_body() -> bytes:
    """Return the heavy query as the body of a POST."""
    return (KIT / "query.json").read_bytes()


def heavy_query() -> str:
    """Return the heavy query."""
    query: str = json.loads(heavy_body())["query"]
    return query


def measure(program: Program, exchanges: Iterator[Exchange], seconds: float) -> Load:
    """Run the load. Raises `RuntimeError` on a wrong answer, and when there is none."""
    load = uvloop.run(run_load(program.port, exchanges, connections=CONNECTIONS, seconds=seconds))
    if load.wrong or not load.answers:
        raise RuntimeError(
            f"{program.name}: {load.wrong} wrong answers of {load.answers}: {load.fault}"
        )
    return load


def _calls() -> int:
    """Return how many requests the subgraphs have had."""
    with urllib.request.urlopen(f"http://127.0.0.1:{PORT}/stats", timeout=10) as answer:
        return sum(json.loads(answer.read()).values())
