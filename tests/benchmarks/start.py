"""How soon `hub serve --supergraph` answers, and its memory at start and after requests.

Each size is one server, started several times: seconds from the command to the first answer
(median), seconds of the processor (least) and resident MiB then and after 1,000 requests of 50
different documents. With `--workers`
also what each worker has for itself, and how evenly connections are spread over them.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import re
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from http.client import HTTPConnection
from pathlib import Path
from typing import Any

from federation.composition import Composed, compose
from tests.benchmarks.large_graph import large_graph

SIZES = (10, 50, 100)
_REQUESTS = 1_000
_DOCUMENTS = 50
_CONNECTIONS = 64
_START_SECONDS = 120


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--subgraphs", type=int, nargs="*", help=f"default: {SIZES}")
    parser.add_argument("--times", type=int, default=3, help="starts of each size")
    parser.add_argument("--workers", type=int, default=1)


def run(options: argparse.Namespace) -> dict[str, Any]:
    """Measure, print the table and return its figures."""
    sizes = options.subgraphs or (SIZES[:1] if options.brief else SIZES)
    times = 1 if options.brief else options.times
    rows = []
    print(
        f"{'subgraphs':>9} {'KB SDL':>7} {'first answer':>13} {'processor':>11}"
        f" {'MiB':>6} {'after':>6} {'own':>6}"
    )
    with tempfile.TemporaryDirectory() as folder:
        for size in sizes:
            row = _row(size, times, options.workers, Path(folder, f"{size}.graphql"))
            rows.append(row)
            print(
                f"{size:>9} {row['sdl_kb']:>7} {row['first_answer']:>11} s {row['cpu']:>9} s"
                f" {row['mib']:>6} {row['mib_after']:>6} {row['mib_own']:>6}"
            )
            if "connections" in row:
                print(f"  connections by worker: {row['connections']}")
    return {"workers": options.workers, "sizes": rows}


def _row(size: int, times: int, workers: int, file: Path) -> dict[str, Any]:
    result = compose(large_graph(size))
    assert isinstance(result, Composed)
    file.write_text(result.supergraph_sdl, encoding="utf-8")
    # No subgraph is there; that is found out at once.
    urls = {f"platform{number:03}": "http://127.0.0.1:1/graphql" for number in range(size)}
    shaping = {"all": {"retry": {"enabled": False}}}
    settings = {"override_subgraph_url": urls, "traffic_shaping": shaping}
    file.with_suffix(".yaml").write_text(json.dumps(settings), encoding="utf-8")
    starts = [_measure(file, size, workers) for _ in range(times)]
    row: dict[str, Any] = {
        "subgraphs": size,
        "sdl_kb": round(len(result.supergraph_sdl) / 1000),
        "first_answer": round(statistics.median(one.seconds for one in starts), 2),
        "cpu": round(min(one.cpu for one in starts), 2),
        "mib": max(one.mib for one in starts),
        "mib_after": max(one.mib_after for one in starts),
        "mib_own": max(one.mib_own for one in starts),
    }
    if workers > 1:
        row["connections"] = starts[-1].connections
    return row


@dataclass(slots=True)
class _Start:
    """`mib`, `mib_after`: resident in the largest process that serves; `mib_own`: of the latter
    what no other process has. `connections`: how many each worker got.
    """

    seconds: float
    cpu: float
    mib: float
    mib_after: float
    mib_own: float
    connections: list[int]


def _measure(file: Path, size: int, workers: int) -> _Start:
    with _serving(file, workers) as (process, port, began):
        with contextlib.closing(_connection(port)) as connection:
            _ask(connection, "{ __typename }")
            seconds = time.perf_counter() - began
            cpu = sum(_cpu_seconds(pid) for pid in (process.pid, *_children(process.pid)))
        serving = _children(process.pid) or [process.pid]
        mib = max(_mib(pid, "Rss") for pid in serving)
        _load(port, size)
        return _Start(
            seconds,
            cpu,
            mib,
            max(_mib(pid, "Rss") for pid in serving),
            max(_mib(pid, "Private_Clean") + _mib(pid, "Private_Dirty") for pid in serving),
            _spread(port, process.pid) if workers > 1 else [],
        )


@contextlib.contextmanager
def _serving(file: Path, workers: int) -> Iterator[tuple[subprocess.Popen[bytes], int, float]]:
    """Give the process, its port, and when it was started."""
    command = [sys.executable, "-m", "gateway", "serve", "--supergraph", str(file), "--port", "0"]
    command += ["--config", str(file.with_suffix(".yaml")), "--workers", str(workers)]
    log = file.with_suffix(".log")
    began = time.perf_counter()
    with log.open("w", encoding="utf-8") as told:
        process = subprocess.Popen(command, stderr=told)
    try:
        while not (found := re.search(r"ready: http://[^:]+:(\d+)/", log.read_text("utf-8"))):
            if process.poll() is not None or time.perf_counter() - began > _START_SECONDS:
                raise RuntimeError(f"the server does not start: {log.read_text('utf-8')}")
            time.sleep(0.005)
        yield process, int(found[1]), began
    finally:
        process.terminate()
        process.wait()


def _load(port: int, size: int) -> None:
    """Send requests for entities all over the graph; their subgraphs are not there."""
    connections = [_connection(port) for _ in range(8)]
    for number in range(_REQUESTS):
        which = number % _DOCUMENTS
        owner = which * size // _DOCUMENTS
        name = f"thing{owner}x{which % 3}"
        query = f'{{ {name}(id: "1") {{ id name price {{ amount }} next {{ __typename }} }} }}'
        answer = _ask(connections[number % len(connections)], query)
        if "errors" in answer and answer["errors"][0]["extensions"]["code"].startswith("GRAPHQL_"):
            raise AssertionError(answer)
    for connection in connections:
        connection.close()


def _spread(port: int, supervisor: int) -> list[int]:
    """Return how many of many connections each worker has."""
    connections = [_connection(port) for _ in range(_CONNECTIONS)]
    before = [_sockets(pid) for pid in _children(supervisor)]
    for connection in connections:
        _ask(connection, "{ __typename }")
    after = [_sockets(pid) for pid in _children(supervisor)]
    for connection in connections:
        connection.close()
    return [late - early for late, early in zip(after, before, strict=True)]


def _sockets(pid: int) -> int:
    links = []
    for one in Path(f"/proc/{pid}/fd").iterdir():
        with contextlib.suppress(OSError):
            links.append(str(one.readlink()))
    return sum(link.startswith("socket:") for link in links)


def _connection(port: int) -> HTTPConnection:
    return HTTPConnection("127.0.0.1", port, timeout=30)


def _ask(connection: HTTPConnection, query: str) -> Any:
    body = json.dumps({"query": query})
    connection.request("POST", "/graphql", body, {"content-type": "application/json"})
    return json.loads(connection.getresponse().read())


def _children(pid: int) -> list[int]:
    return [int(one) for one in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def _cpu_seconds(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def _mib(pid: int, key: str) -> float:
    found = re.search(rf"^{key}:\s*(\d+) kB", Path(f"/proc/{pid}/smaps_rollup").read_text(), re.M)
    assert found is not None
    return round(int(found[1]) / 1024, 1)
