"""`serve --workers` as processes: shared port, one that dies, how all end."""

from __future__ import annotations

import contextlib
import json
import os
import re
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from http.client import HTTPConnection
from pathlib import Path
from typing import Any

import pytest

from tests.support.shared import ROOT

SUPERGRAPH = ROOT / "tests/federation/server/supergraph.graphql"
pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="processes are found in /proc")


class Hub:
    """`hub serve` with several workers over a supergraph whose subgraph is not there."""

    def __init__(self, folder: Path, *arguments: str, config: str = "") -> None:
        self.log = folder / "log"
        file = folder / "hub.yaml"
        file.write_text(config or "homepage: { enabled: true }", encoding="utf-8")
        command = [sys.executable, "-m", "gateway", "serve", "--config", str(file), "--port", "0"]
        with self.log.open("w") as log:
            self.process = subprocess.Popen(
                [*command, "--supergraph", str(SUPERGRAPH), *arguments],
                cwd=ROOT,
                stderr=log,
                stdout=log,
            )
        self.port = 0

    def text(self) -> str:
        return self.log.read_text(encoding="utf-8")

    def until(self, pattern: str, within: float = 10.0) -> re.Match[str]:
        end = time.monotonic() + within
        while time.monotonic() < end:
            if found := re.search(pattern, self.text()):
                return found
            time.sleep(0.02)
        raise AssertionError(f"{pattern} is not in:\n{self.text()}")

    def ready(self) -> Hub:
        self.port = int(self.until(r"ready: http://127.0.0.1:(\d+)/")[1])
        return self

    def workers(self) -> list[int]:
        path = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children")
        return [int(pid) for pid in path.read_text().split()]

    def connect(self) -> HTTPConnection:
        return HTTPConnection("127.0.0.1", self.port, timeout=5)

    def get(self, path: str) -> tuple[int, str]:
        with contextlib.closing(self.connect()) as connection:
            return _got(connection, path)

    def ask(self, connection: HTTPConnection, query: str) -> Any:
        body = json.dumps({"query": query})
        connection.request("POST", "/graphql", body, {"content-type": "application/json"})
        return json.loads(connection.getresponse().read())


def _got(connection: HTTPConnection, path: str) -> tuple[int, str]:
    connection.request("GET", path)
    reply = connection.getresponse()
    return reply.status, reply.read().decode()


def alive(pid: int) -> bool:
    try:
        return ") Z" not in Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return False


def gone(pids: list[int], within: float) -> bool:
    end = time.monotonic() + within
    while any(map(alive, pids)) and time.monotonic() < end:
        time.sleep(0.02)
    return not any(map(alive, pids))


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Any]:
    started: list[Hub] = []

    def begin(*arguments: str, config: str = "") -> Hub:
        started.append(Hub(tmp_path, *arguments, config=config))
        return started[-1]

    yield begin
    for hub in started:
        workers = hub.workers() if hub.process.poll() is None else []
        for pid in (hub.process.pid, *workers):
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        hub.process.wait()


def test_workers_share_the_port_and_all_end_in_order(start: Any) -> None:
    hub = start("--workers", "3", "--dev").ready()
    assert ", 3 workers)" in hub.text()
    workers = hub.workers()
    assert len(workers) == 3
    with contextlib.ExitStack() as stack:
        many = [stack.enter_context(contextlib.closing(hub.connect())) for _ in range(60)]
        for connection in many:
            assert hub.ask(connection, "{ __typename }") == {"data": {"__typename": "Query"}}
        _, text = hub.get("/metrics")
        found = re.findall(r'hub_client_operations_total\{.*worker="(\d)".*\} (\S+)', text)
        served = Counter({worker: float(count) for worker, count in found})
        assert sum(served.values()) == 60
        # Each has 20 on the average; fewer than 3 would happen once in some ten million runs.
        assert set(served) == {"0", "1", "2"}
        assert min(served.values()) >= 3
        hub.process.terminate()
        assert hub.process.wait(10) == 0
    assert gone(workers, 1.0)
    assert "WORKER_ENDED" not in hub.text()


def test_all_are_unready_before_any_ends(start: Any) -> None:
    hub = start("--workers", "2", config="health_check: { drain_delay: 1s }").ready()
    with contextlib.ExitStack() as stack:
        many = [stack.enter_context(contextlib.closing(hub.connect())) for _ in range(12)]
        assert {_got(connection, "/readiness")[0] for connection in many} == {200}
        hub.process.terminate()
        # Who ends a whole group of processes tells the workers, too; that is no second signal.
        for pid in hub.workers():
            os.kill(pid, signal.SIGTERM)
        time.sleep(0.3)
        late = [stack.enter_context(contextlib.closing(hub.connect())) for _ in range(12)]
        for connection in late:
            status, text = _got(connection, "/readiness")
            assert (status, "draining" in text) == (503, True)
    assert hub.process.wait(10) == 0


def test_a_worker_that_dies_is_started_again(start: Any) -> None:
    hub = start("--workers", "2", "--dev").ready()
    before = hub.workers()
    os.kill(before[0], signal.SIGKILL)
    hub.until(r"WORKER_ENDED: worker 0 \(pid \d+\) was ended by SIGKILL; it is started again")
    end = time.monotonic() + 5
    while hub.get("/readiness")[0] != 200:
        assert time.monotonic() < end
    assert len(hub.workers()) == 2
    assert before[1] in hub.workers()
    text = hub.get("/metrics")[1]
    assert 'hub_worker_restarts_total{worker="0"} 1.0' in text
    hub.process.send_signal(signal.SIGINT)
    assert hub.process.wait(10) == 0


def test_workers_that_keep_dying_end_the_server(start: Any) -> None:
    hub = start("--workers", "2").ready()
    other = hub.workers()[1]
    end = time.monotonic() + 15
    while hub.process.poll() is None and time.monotonic() < end:
        for pid in hub.workers():
            if pid != other:
                os.kill(pid, signal.SIGKILL)
        time.sleep(0.05)
    assert hub.process.returncode == 1
    hub.until(r"WORKERS_KEEP_ENDING: worker 0 .* 6 times in a row .* the server ends")
    assert gone([other], 1.0)


def test_nothing_is_left_of_a_killed_supervisor(start: Any) -> None:
    hub = start("--workers", "2").ready()
    workers = hub.workers()
    hub.process.kill()
    assert gone(workers, 5.0)


def test_what_cannot_start_is_told_once(start: Any, tmp_path: Path) -> None:
    hub = start("--workers", "3", config="hooks: [{ use: no_such_module:Hook }]")
    assert hub.process.wait(10) == 1
    assert hub.text().count("no_such_module") == 1, hub.text()
    single = "subscription: { sse_single_connection: { enabled: true } }"
    refused = start("--workers", "2", config=single)
    assert refused.process.wait(10) == 1
    assert "--workers 1" in refused.text()


def test_each_worker_reads_files_again(start: Any, tmp_path: Path) -> None:
    hub = start("--workers", "2", "--hot-reload", config="limits: { max_depth: 50 }").ready()
    (tmp_path / "hub.yaml").write_text("limits: { max_depth: 1 }", encoding="utf-8")
    end = time.monotonic() + 10
    while hub.text().count("the new settings are live") < 2:
        assert time.monotonic() < end, hub.text()
        time.sleep(0.05)
    for _ in range(12):
        with contextlib.closing(hub.connect()) as connection:
            refused = hub.ask(connection, "{ tree { child { name } } }")
            assert refused["errors"][0]["extensions"]["code"] == "MAX_DEPTH_LIMIT", refused
