"""`execute`: what the gateway itself costs per request once a document is known; no network.

Subgraphs answer at once with bytes made before, so what is counted is the pipeline from the ASGI
call to the reply: reading, looking up, executing, projecting, writing.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import re
import statistics
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any, cast

from federation.composition import compose
from federation.composition.result import Composed, SubgraphSource
from federation.execution.json_codec import encode
from federation.execution.transport import SubgraphRequest, SubgraphResponse
from federation.execution.transports.reading import read_response
from federation.server.app import Application, Surroundings, build_app
from federation.server.engine import Engine
from federation.server.settings.engine import EngineSettings
from federation.server.settings.traffic import RouterShaping, SubgraphShaping, TrafficShaping
from tests.benchmarks.measure import print_table

_LINK = '@link(url: "https://specs.apollo.dev/federation/v2.5", import: ["@key"])'
_SOURCES = (
    SubgraphSource(
        "catalogue",
        "http://catalogue.example/",
        f"""extend schema {_LINK}
        type Query {{ item(id: ID!): Item items(first: Int!): [Item!]! }}
        type Item @key(fields: "id") {{ id: ID! name: String! price: Int tags: [String!]! }}""",
    ),
    SubgraphSource(
        "stock",
        "http://stock.example/",
        f"""extend schema {_LINK}
        type Item @key(fields: "id") {{ id: ID! available: Int! seller: Seller }}
        type Seller {{ name: String! city: String }}""",
    ),
)


@dataclass(frozen=True, slots=True)
class Workload:
    name: str
    query: str
    variables: dict[str, Any]


_WORKLOADS = (
    Workload("smallest", "query ($i: ID!) { item(id: $i) { name } }", {"i": "1"}),
    Workload("one entity", "query ($i: ID!) { item(id: $i) { name available } }", {"i": "1"}),
    Workload(
        "100 entities",
        "query ($n: Int!) { items(first: $n) { id name price available seller { name city } } }",
        {"n": 100},
    ),
    Workload(
        "1,000 objects, passed through",
        "query ($n: Int!) { items(first: $n) { id name price tags } }",
        {"n": 1000},
    ),
    Workload(
        "1,000 objects, rebuilt",
        "query ($n: Int!) { items(first: $n) { key: id name price tags again: name } }",
        {"n": 1000},
    ),
)


class _Canned:
    """A subgraph that answers any request it has seen before from memory."""

    def __init__(self, answer: Callable[[SubgraphRequest], Any]) -> None:
        self._answer = answer
        self._known: dict[bytes, bytes] = {}

    async def send(self, request: SubgraphRequest) -> SubgraphResponse:
        body = self._known.get(request.body)
        if body is None:
            body = self._known[request.body] = encode({"data": self._answer(request)})
        return read_response(body, 200, request.subgraph, request.whole)

    async def close(self) -> None:
        """Nothing is held."""


def _catalogue(request: SubgraphRequest) -> dict[str, Any]:
    if "items(" in request.query:
        return {"items": [_item(i, request.query) for i in range(request.variables["n"])]}
    return {"item": _item(1, request.query)}


def _item(number: int, query: str) -> dict[str, Any]:
    known = {
        "__typename": "Item",
        "id": f"item-{number}",
        "name": f"Item number {number}",
        "price": number * 100,
        "tags": ["new", "used"],
    }
    aliased = {"key": known["id"], "again": known["name"]}
    asked = set(re.findall(r"\w+", query.partition("{")[2].partition("{")[2]))
    return {name: value for name, value in {**known, **aliased}.items() if name in asked}


def _stock(request: SubgraphRequest) -> dict[str, Any]:
    count = len(request.variables["representations"])
    seller = {"name": "Zhong Guan Cun", "city": "Beijing"}
    entity = {"__typename": "Item", "available": 3, "seller": seller}
    return {"_entities": [entity] * count}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=float, help="per workload and round")


def run(options: argparse.Namespace) -> dict[str, Any]:
    """Print the table; return the same as data."""
    seconds = options.seconds or (0.2 if options.brief else 1.0)
    rows = asyncio.run(_measure(options.rounds, seconds))
    print_table(
        ("workload", "cpu µs", "±", "answer bytes"),
        [(row["workload"], row["cpu_us"], row["spread"], row["bytes"]) for row in rows],
    )
    return {"rows": rows}


async def _measure(rounds: int, seconds: float) -> list[dict[str, Any]]:
    result = compose(_SOURCES)
    assert isinstance(result, Composed), result
    sdl = result.supergraph_sdl

    async def source() -> str:
        return sdl

    shaping = TrafficShaping(
        router=RouterShaping(deduplicate_query=False), all=SubgraphShaping(deduplicate_query=False)
    )
    engines: asyncio.Queue[Engine] = asyncio.Queue()
    around = Surroundings(companions=[engines.put])
    app = build_app(EngineSettings(traffic_shaping=shaping), source, surroundings=around)
    async with _started(app):
        snapshot = (await engines.get()).live.current
        assert snapshot is not None
        transports = cast(dict[str, Any], snapshot.transports)
        transports.update(catalogue=_Canned(_catalogue), stock=_Canned(_stock))
        return [await _one(app, workload, rounds, seconds) for workload in _WORKLOADS]


@asynccontextmanager
async def _started(app: Application) -> AsyncIterator[None]:
    """Run the application's startup and, after the block, its shutdown."""
    up, stop = asyncio.Event(), asyncio.Event()

    async def receive() -> dict[str, str]:
        if up.is_set():
            await stop.wait()
            return {"type": "lifespan.shutdown"}
        return {"type": "lifespan.startup"}

    async def send(message: Any) -> None:
        up.set()

    task = asyncio.create_task(app({"type": "lifespan", "state": {}}, receive, send))
    await up.wait()
    try:
        yield
    finally:
        stop.set()
        await task


async def _one(app: Application, workload: Workload, rounds: int, seconds: float) -> dict[str, Any]:
    body = json.dumps({"query": workload.query, "variables": workload.variables}).encode()
    answer = await ask(app, body)
    assert "errors" not in json.loads(answer), answer[:500]
    figures = []
    for _ in range(rounds):
        count = 0
        started_at, end = time.process_time(), time.perf_counter() + seconds
        while time.perf_counter() < end:
            for _ in range(20):
                await ask(app, body)
            count += 20
        figures.append((time.process_time() - started_at) / count * 1e6)
    median = statistics.median(figures)
    return {
        "workload": workload.name,
        "cpu_us": round(median, 1),
        "spread": round(max(abs(figure - median) for figure in figures), 1),
        "bytes": len(answer),
    }


async def ask(app: Application, body: bytes) -> bytes:
    """Return the application's answer to a POST, through ASGI but without a socket."""
    sent: list[Any] = []
    given = False

    async def receive() -> dict[str, Any]:
        nonlocal given
        if given:
            # The client stays: nothing more comes from it.
            await asyncio.Event().wait()
        given = True
        return {"type": "http.request", "body": body, "more_body": False}

    async def send(message: Any) -> None:
        sent.append(message)

    scope = {
        "type": "http",
        "method": "POST",
        "path": "/graphql",
        "query_string": b"",
        "headers": [
            (b"host", b"localhost"),
            (b"content-type", b"application/json"),
            (b"content-length", b"%d" % len(body)),
        ],
    }
    await app(scope, receive, send)
    answer: bytes = sent[-1]["body"]
    return answer
