"""The access log: what is in a line, what never is, and that nobody waits for the disk."""

from __future__ import annotations

import asyncio
import json
import logging
import os
import threading
import time
from pathlib import Path
from typing import Any

import pytest

from federation.config.load import parse_config
from federation.errors import FederationError
from federation.server.observing.line_writer import LineWriter, RotatingFile
from federation.server.observing.logs import formatter
from federation.server.settings.engine import EngineSettings
from tests.federation.server.harness import engine

TRACE = "0af7651916cd43dd8448eb211c80319c"
HEADERS = {
    "apollographql-client-name": "桌面/client",
    "apollographql-client-version": "1.2",
    "authorization": "Bearer topsecret",
    "traceparent": f"00-{TRACE}-b7ad6b7169203331-01",
}


def settings(path: Path, more: str = "") -> EngineSettings:
    text = f"{{enabled: true, file: {path}{more}}}"
    return parse_config(
        f"telemetry: {{exporters: {{logging: {{access: {text}}}}}}}", EngineSettings
    )


def lines(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text("utf-8").splitlines()]


async def test_a_line_per_operation(tmp_path: Path) -> None:
    path = tmp_path / "access.jsonl"
    async with engine(settings(path)) as client:
        query = 'query Greet($n: String!) { hello(name: $n) extra: hello(name: "topsecret") }'
        sent = {"variables": {"n": "topsecret"}, "headers": HEADERS}
        await client.post(query, **sent)
        await client.post(query.replace("topsecret", "another"), **sent)
        await client.post("{ nope }")
        await client.post_bytes(b"{")
        await client.get(query="{ hello }")
    first, same, invalid, broken, got = lines(path)
    assert first["time"].endswith("+08:00")
    assert first["trace_id"] == TRACE
    assert (first["operation_name"], first["operation_kind"]) == ("Greet", "query")
    assert (first["client_name"], first["client_version"]) == ("桌面/client", "1.2")
    assert (first["protocol"], first["method"], first["status"]) == ("http", "POST", 200)
    assert first["bytes_out"] > 0
    assert 0 < first["own_ms"] <= first["duration_ms"]
    (fetch,) = first["subgraphs"]
    assert (fetch["name"], fetch["status"]) == ("demo", 200)
    assert "errors" not in first
    # Documents that differ in values only are one operation.
    assert same["operation_id"] == first["operation_id"]
    assert invalid["errors"] == {"GRAPHQL_VALIDATION_FAILED": 1}
    assert "operation_id" not in invalid
    assert (broken["status"], broken["errors"]) == (400, {"INVALID_GRAPHQL_REQUEST": 1})
    assert got["method"] == "GET"
    assert "topsecret" not in path.read_text("utf-8")


async def test_clients_cannot_write_lines_of_their_own(tmp_path: Path) -> None:
    path = tmp_path / "access.jsonl"
    async with engine(settings(path)) as client:
        for name in ('x\n{"status":200}', "\u2028", "\x1b[2J", '"}', "n" * 100_000):
            await client.post("{ hello }", headers={"apollographql-client-name": name})
    text = path.read_text("utf-8")
    assert len(text.split("\n")) == 6
    assert len(text.splitlines()) == 5
    assert text.replace("\n", "").isprintable()
    assert max(map(len, text.splitlines())) < 1000


async def test_streams_have_their_line_when_they_end(tmp_path: Path) -> None:
    path = tmp_path / "access.jsonl"
    async with engine(settings(path)) as client:
        await client.post("{ hello }", headers={"accept": "text/event-stream"})
    (line,) = lines(path)
    assert (line["protocol"], line["events"], line["status"]) == ("sse", 1, 200)
    assert line["subgraph_totals"][0]["calls"] == 1


async def test_a_sample_has_all_failures(tmp_path: Path) -> None:
    path = tmp_path / "access.jsonl"
    async with engine(settings(path, ", sample: 0")) as client:
        for _ in range(20):
            await client.post("{ hello }")
        await client.post("{ nope }")
        await client.post("{ secret }")
    assert [list(line["errors"]) for line in lines(path)] == [
        ["GRAPHQL_VALIDATION_FAILED"],
        ["DOWNSTREAM_SERVICE_ERROR"],
    ]


async def test_a_file_that_cannot_be_written_ends_the_start(tmp_path: Path) -> None:
    with pytest.raises(FederationError, match=r"access\.file cannot be written: No such file"):
        async with engine(settings(tmp_path / "nowhere" / "access.jsonl")):
            pass


async def test_files_are_set_aside_by_size_and_no_line_is_lost(tmp_path: Path) -> None:
    path = tmp_path / "access.jsonl"
    written: LineWriter[int] = LineWriter(
        RotatingFile(path, 4096, 3), lambda number: b"%08d\n" % number, 10_000
    )
    for number in range(1500):
        written.add(number)
        if number % 100 == 0:
            await asyncio.sleep(0.11)
    await written.close()
    names = ["access.jsonl.3", "access.jsonl.2", "access.jsonl.1", "access.jsonl"]
    assert sorted(os.listdir(tmp_path)) == sorted(names)
    found = b"".join((tmp_path / name).read_bytes() for name in names).split()
    assert list(map(int, found)) == list(range(1500))[-len(found) :]
    assert all((tmp_path / name).stat().st_size <= 4096 for name in names)
    assert path.stat().st_mode & 0o007 == 0


def test_two_processes_set_aside_one_file_once(tmp_path: Path) -> None:
    path = tmp_path / "log"
    writers = [RotatingFile(path, 4096, 9) for _ in range(2)]

    def write(writer: RotatingFile, letter: bytes) -> None:
        for _ in range(300):
            writer.write(letter * 63 + b"\n")

    # Two open files, each with its own lock: as two processes have them.
    threads = [
        threading.Thread(target=write, args=pair)
        for pair in zip(writers, (b"a", b"b"), strict=True)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for writer in writers:
        writer.close()
    found = [line for file in tmp_path.iterdir() for line in file.read_bytes().splitlines()]
    assert {bytes(line) for line in found} == {b"a" * 63, b"b" * 63}
    assert len(found) == 600


def test_a_file_moved_by_others_is_opened_anew(tmp_path: Path) -> None:
    path = tmp_path / "log"
    writer = RotatingFile(path, 10_000, 1)
    writer.write(b"one\n")
    path.rename(tmp_path / "moved")
    writer.write(b"two\n")
    writer.close()
    assert (tmp_path / "moved").read_bytes() == b"one\n"
    assert path.read_bytes() == b"two\n"


class SlowDisk:
    def __init__(self) -> None:
        self.go = threading.Event()
        self.data = b""

    def write(self, data: bytes) -> None:
        self.go.wait(10)
        self.data += data

    def close(self) -> None:
        pass


async def test_a_slow_disk_makes_nobody_wait(caplog: pytest.LogCaptureFixture) -> None:
    disk = SlowDisk()
    writer: LineWriter[bytes] = LineWriter(disk, bytes, 100)
    began = time.perf_counter()
    for _ in range(3):
        for _ in range(100):
            writer.add(b"x")
        await asyncio.sleep(0.15)
    assert time.perf_counter() - began < 1
    # A hundred are being written, a hundred wait.
    assert writer.dropped == 100
    disk.go.set()
    await writer.close()
    assert (len(disk.data), writer.written) == (200, 200)
    assert "were dropped" in caplog.text


async def test_a_broken_disk_is_told_and_lines_are_counted(
    caplog: pytest.LogCaptureFixture,
) -> None:
    class Broken(SlowDisk):
        def write(self, data: bytes) -> None:
            raise OSError(28, "No space left on device")

    writer: LineWriter[bytes] = LineWriter(Broken(), bytes, 100)
    writer.add(b"x")
    await writer.close()
    assert writer.dropped == 1
    assert "No space left" in caplog.text


def record(message: str, *args: object) -> logging.LogRecord:
    return logging.LogRecord("hub", logging.WARNING, "f.py", 1, message, args, None)


def test_messages_stay_on_their_line() -> None:
    forged = record("subgraph %s failed", "a\n2026 ERROR hub: forged\x1b[31m")
    assert "\n" not in formatter("text").format(forged)
    assert "\x1b" not in formatter("text").format(forged)
    entry = json.loads(formatter("json").format(forged))
    assert (entry["level"], entry["logger"]) == ("warning", "hub")
    assert entry["message"] == "subgraph a\n2026 ERROR hub: forged\x1b[31m failed"
    assert "\n" not in formatter("json").format(forged)
    assert json.loads(formatter("json").format(record("\ud800")))["message"] == "?"
