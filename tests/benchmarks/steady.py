"""`steady`: reloads under load without a failed request, and memory that stays flat.

    python -m tests.benchmarks steady --reloads 300 --swaps 30
    python -m tests.benchmarks steady --only memory --quiet-reloads 2000 --operations 200000

Under load, every answer is compared with the expected bytes while the gateway swaps supergraphs and
settings as fast as it can. For memory, what is resident is read after each tenth of the work; the
first tenths fill caches to their bounds, so the last five tell.
"""

from __future__ import annotations

import argparse
import asyncio
import itertools
import json
import sys
from typing import Any

from tests.benchmarks.load import Answer, Load, post, run_load
from tests.benchmarks.measure import print_table
from tests.benchmarks.programs import free_port
from tests.support.shared import ROOT

_QUERY = json.dumps({"query": "query Load { items { id name price } }"}).encode()
_CONNECTIONS = 20
_CACHE_BYTES = 32 * 1024 * 1024


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--reloads", type=int, default=300, help="under load")
    parser.add_argument("--swaps", type=int, default=30, help="of settings, under load")
    parser.add_argument("--quiet-reloads", type=int, default=2_000)
    parser.add_argument("--operations", type=int, default=200_000, help="distinct ones")
    parser.add_argument("--only", nargs="+", choices=("load", "memory"), default=["load", "memory"])


def run(options: argparse.Namespace) -> dict[str, Any]:
    """Print the tables; return the same as data."""
    if options.brief:
        options.reloads, options.swaps = 20, 4
        options.quiet_reloads, options.operations = 50, 2_000
    return asyncio.run(_run(options))


async def _run(options: argparse.Namespace) -> dict[str, Any]:
    found: dict[str, Any] = {}
    if "load" in options.only:
        async with Server() as server:
            found["load"] = await _under_load(server, options.reloads, options.swaps)
    if "memory" in options.only:
        async with Server() as server:
            found["reloads"] = await _steps(server, "reload", options.quiet_reloads)
        async with Server() as server:
            found["operations"] = await _operations(server, options.operations)
        rows = [(what, *found[what]) for what in ("reloads", "operations")]
        print_table(("MiB after each tenth", *(f"{n}/10" for n in range(1, 11))), rows)
    return found


async def _under_load(server: Server, reloads: int, swaps: int) -> dict[str, Any]:
    request = post("/graphql", _QUERY)
    expected = await server.answer(request)
    still = asyncio.ensure_future(_load(server, request, expected, 5.0))
    await still
    loading = asyncio.ensure_future(_load(server, request, expected, None))
    for part in range(10):
        await server.command(f"reload {_share(reloads, part)}")
        await server.command(f"swap {_share(swaps, part)}")
    server.over.set()
    found = await loading
    rows = []
    for name, load in (("undisturbed", still.result()), ("with reloads", found)):
        rate = load.answers / load.seconds
        p50, p99 = load.percentile(0.5), load.percentile(0.99)
        rows.append((name, load.answers, load.wrong, round(rate), round(p50, 1), round(p99, 1)))
    print(f"{reloads} reloads and {swaps} swaps of settings in {found.seconds:.1f} s")
    print_table(("", "answers", "failed", "req/s", "p50 ms", "p99 ms"), rows)
    return {"reloads": reloads, "swaps": swaps, "rows": rows}


async def _load(server: Server, request: bytes, expected: bytes, seconds: float | None) -> Load:
    """Return what clients got in that time, or until the server's work is over."""
    total = Load()
    answer = Answer(json.loads(expected))
    while seconds is not None or not server.over.is_set():
        load = await run_load(
            server.port,
            itertools.repeat((request, answer)),
            connections=_CONNECTIONS,
            seconds=seconds or 1.0,
        )
        total.answers += load.answers
        total.wrong += load.wrong
        total.seconds += load.seconds
        total.latencies += load.latencies
        if seconds is not None:
            break
    return total


async def _steps(server: Server, command: str, count: int) -> list[float]:
    found = []
    for part in range(10):
        answer = await server.command(f"{command} {_share(count, part)}")
        found.append(answer["rss_mib"])
    return found


async def _operations(server: Server, count: int) -> list[float]:
    """Send distinct operations; each asks for other names and another shape."""
    found = []
    number = 0
    for part in range(10):
        todo = _share(count, part)
        await asyncio.gather(
            *(_distinct(server, range(number + n, number + todo, 8)) for n in range(8))
        )
        number += todo
        found.append((await server.command("memory"))["rss_mib"])
    return found


async def _distinct(server: Server, numbers: range) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
    for number in numbers:
        fields = " ".join(f"f{bit}: name" for bit in range(17) if number >> bit & 1)
        query = f"query Q{number} {{ items {{ id {fields} price }} }}"
        writer.write(post("/graphql", json.dumps({"query": query}).encode()))
        head = await reader.readuntil(b"\r\n\r\n")
        if not head.startswith(b"HTTP/1.1 200"):
            raise RuntimeError(f"operation {number} was refused: {head[:100]!r}")
        length = next(line for line in head.lower().split(b"\r\n") if b"content-length:" in line)
        body = await reader.readexactly(int(length.partition(b":")[2]))
        if b'"errors"' in body:
            raise RuntimeError(f"operation {number} failed: {body[:200]!r}")
    writer.close()
    await writer.wait_closed()


def _share(count: int, part: int) -> int:
    return count * (part + 1) // 10 - count * part // 10


class Server:
    """The gateway in a process of its own, told what to do on its standard input."""

    def __init__(self) -> None:
        self.port = free_port()
        self.over = asyncio.Event()

    async def __aenter__(self) -> Server:
        command = (sys.executable, "-m", "tests.benchmarks.steady_server")
        self._process = await asyncio.create_subprocess_exec(
            *command,
            *("--port", str(self.port), "--cache-bytes", str(_CACHE_BYTES)),
            cwd=ROOT,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
        )
        await self.command("memory")
        return self

    async def __aexit__(self, *error: object) -> None:
        self._process.terminate()
        await self._process.wait()

    async def command(self, text: str) -> dict[str, Any]:
        """Return what the gateway answers to a command."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(text.encode() + b"\n")
        await self._process.stdin.drain()
        line = await self._process.stdout.readline()
        if not line:
            raise RuntimeError("the gateway has ended")
        answer: dict[str, Any] = json.loads(line)
        return answer

    async def answer(self, request: bytes) -> bytes:
        """Return the body of one answer."""
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
        writer.write(request.replace(b"HTTP/1.1\r\n", b"HTTP/1.1\r\nconnection: close\r\n", 1))
        text = await reader.read()
        writer.close()
        return text.partition(b"\r\n\r\n")[2]
