"""The response cache: microseconds of processor per answer, off, on for nothing, and on with hits.

One plan of two calls (a list, then its entities) is executed over two transports, once to callables
in this process and once to a server over HTTP. The ways take turns in each round, and the median of
the rounds is told. `nothing kept`: the cache is on, and subgraphs say `no-store`.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import statistics
import time
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from federation.composition import Composed, SubgraphSource, compose
from federation.execution.caching.caching_transport import CacheRules, CachingTransport
from federation.execution.caching.freshness import KEPT_HEADERS
from federation.execution.caching.memory import MemoryStore
from federation.execution.caching.response_cache import ResponseCache
from federation.execution.context import ExecutionContext
from federation.execution.executor import CompiledPlan, compile_plan
from federation.execution.transport import SubgraphTransport
from federation.execution.transports.http import HttpTransport
from federation.execution.transports.in_process import InProcessTransport
from federation.execution.transports.options import HttpOptions
from federation.planning import Planner

_KEY = 'extend schema @link(url: "https://specs.apollo.dev/federation/v2.5", import: ["@key"])'
_SHOP = _KEY + ' type Query { list: [Item] } type Item @key(fields: "id") { id: ID! name: String }'
_STOCK = _KEY + ' type Item @key(fields: "id") { id: ID! count: Int place: String }'
_QUERY = "{ list { id name count place } }"

Measure = Callable[[], Awaitable[Any]]


class _Answer(dict[str, Any]):
    """A response with headers, as a subgraph in this process gives it."""

    headers: Mapping[str, str] = {}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--entities", type=int, default=100, help="in the list")
    parser.add_argument("--rounds", type=int, default=9)
    parser.add_argument("--seconds", type=float, default=0.4, help="of each way in each round")


def run(options: argparse.Namespace) -> dict[str, Any]:
    rounds = 3 if options.brief else options.rounds
    figures = asyncio.run(_run(options.entities, rounds, options.seconds))
    print(f"  {options.entities} entities, µs of processor per answer, median of {rounds} rounds")
    for name, value in figures.items():
        print(f"  {name:<28}{value:>10.1f}")
    return figures


def _data(entities: int) -> tuple[dict[str, Any], dict[str, Any]]:
    items = [{"__typename": "Item", "id": str(n), "name": f"name {n}"} for n in range(entities)]
    found = [{"count": n, "place": f"place {n}"} for n in range(entities)]
    return {"data": {"list": items}}, {"data": {"_entities": found}}


async def _run(entities: int, rounds: int, seconds: float) -> dict[str, float]:
    sources = [SubgraphSource("shop", "", _SHOP), SubgraphSource("stock", "", _STOCK)]
    composed = compose(sources)
    assert isinstance(composed, Composed)
    plan = compile_plan(Planner(composed.supergraph_sdl).plan(_QUERY))
    texts = {
        name: json.dumps(answer).encode()
        for name, answer in zip(("shop", "stock"), _data(entities), strict=True)
    }
    said = {"cache-control": "no-store"}
    server = await asyncio.start_server(
        lambda reader, writer: _serve(texts, said, reader, writer), "127.0.0.1", 0
    )
    port = server.sockets[0].getsockname()[1]

    def wire(name: str) -> SubgraphTransport:
        options = HttpOptions(f"http://127.0.0.1:{port}/{name}", keep_headers=KEPT_HEADERS)
        return HttpTransport(options)

    def local(name: str) -> SubgraphTransport:
        async def execute(*_: Any) -> Mapping[str, Any]:
            answer = _Answer(json.loads(texts[name]))
            answer.headers = said
            return answer

        return InProcessTransport(execute, 30.0)

    figures: dict[str, float] = {}
    try:
        for place, make in (("in process", local), ("over HTTP", wire)):
            found = await _compare(plan, make, said, rounds, seconds)
            figures |= {f"{place}: {way}": value for way, value in found.items()}
    finally:
        server.close()
    return figures


async def _compare(
    plan: CompiledPlan,
    make: Callable[[str], SubgraphTransport],
    said: dict[str, str],
    rounds: int,
    seconds: float,
) -> dict[str, float]:
    def cached() -> dict[str, SubgraphTransport]:
        cache = ResponseCache(MemoryStore(64 * 1024 * 1024))
        return {n: CachingTransport(make(n), cache, CacheRules(n)) for n in ("shop", "stock")}

    ways: dict[str, tuple[Mapping[str, SubgraphTransport], str]] = {
        "off": ({name: make(name) for name in ("shop", "stock")}, "no-store"),
        "on, nothing kept": (cached(), "no-store"),
        "on, all found": (cached(), "public, max-age=3600"),
    }
    taken: dict[str, list[float]] = {way: [] for way in ways}
    for _ in range(rounds):
        for way, (transports, control) in ways.items():
            said["cache-control"] = control
            taken[way].append(await _measure(plan, transports, seconds))
    for transports, _ in ways.values():
        for transport in transports.values():
            await transport.close()
    return {way: statistics.median(values) for way, values in taken.items()}


async def _measure(
    plan: CompiledPlan, transports: Mapping[str, SubgraphTransport], seconds: float
) -> float:
    """Return microseconds of processor per answer, of this process: client, gateway, subgraph."""
    context = ExecutionContext(variables={}, transports=transports)
    answer = await plan.execute(context)
    assert not answer.errors
    count, cpu, end = 0, time.process_time(), time.perf_counter() + seconds
    while time.perf_counter() < end:
        await plan.execute(context)
        count += 1
    return (time.process_time() - cpu) / count * 1e6


async def _serve(
    texts: Mapping[str, bytes],
    said: Mapping[str, str],
    reader: asyncio.StreamReader,
    writer: asyncio.StreamWriter,
) -> None:
    try:
        while True:
            head = (await reader.readuntil(b"\r\n\r\n")).decode().lower()
            length = next(x.split(":")[1] for x in head.split("\r\n") if "content-length" in x)
            await reader.readexactly(int(length))
            body = texts[head.split(" ")[1].strip("/")]
            told = f"cache-control: {said['cache-control']}\r\ncontent-length: {len(body)}"
            start = "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n"
            writer.write(f"{start}{told}\r\n\r\n".encode() + body)
            await writer.drain()
    except (asyncio.IncompleteReadError, ConnectionError, asyncio.CancelledError):
        return  # the client, or the benchmark, is done
    finally:
        writer.close()
