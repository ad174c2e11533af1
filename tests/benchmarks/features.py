"""`features`: what each feature costs per request, all in one run, against none of them.

One server per line of `FEATURES`, all in this process and without a network, answer the same small
operation (two subgraph calls) in turns. What is told is processor time per request with the threads
that write and send, and how much more that is than with nothing turned on: the median of the
rounds' differences, in which what else the machine does falls out.

To add a feature, add a line: its name, what it changes in hub.yaml, and what is around the server.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import statistics
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from federation.composition import Composed, SubgraphSource, compose
from federation.config.load import parse_config
from federation.registry.usage import OperationUsage
from federation.server.app import Application, Surroundings, build_app
from federation.server.settings.engine import EngineSettings
from tests.benchmarks.layers import merged
from tests.benchmarks.measure import print_table
from tests.federation.server.harness import running

_LINK = 'extend schema @link(url: "https://specs.apollo.dev/federation/v2.5", import: ["@key"])'
_SOURCES = (
    SubgraphSource(
        "catalogue",
        "http://catalogue.example/",
        _LINK + ' type Query { item(id: ID!): Item } type Item @key(fields: "id")'
        " { id: ID! name: String! }",
    ),
    SubgraphSource(
        "stock",
        "http://stock.example/",
        _LINK + ' type Item @key(fields: "id") { id: ID! available: Int! }',
    ),
)
_QUERY = "query Item($i: ID!) { item(id: $i) { name available } }"
_BODY = json.dumps({"query": _QUERY, "variables": {"i": "1"}}).encode()
_HEADERS = (
    (b"host", b"localhost"),
    (b"content-type", b"application/json"),
    (b"content-length", b"%d" % len(_BODY)),
    (b"apollographql-client-name", b"benchmark"),
    (b"apollographql-client-version", b"1.0"),
)

Settings = Mapping[str, Any]


class _Sink:
    async def record_usage(self, batch: Sequence[OperationUsage]) -> None:
        """Take it and forget it."""


@dataclass(frozen=True, slots=True)
class Feature:
    """`settings`: of hub.yaml, over the base; `around`: see `Surroundings`; `alone`: only
    when it is named. `{folder}` in a text is a folder that is deleted afterwards.
    """

    name: str
    settings: Settings
    around: Callable[[], Surroundings] = Surroundings
    headers: tuple[tuple[bytes, bytes], ...] = ()
    alone: bool = False


_METRICS = {"metrics": {"prometheus": {"enabled": True, "listen": None}}}
_ACCESS = {"logging": {"access": {"enabled": True, "file": "{folder}/{name}.jsonl"}}}
# A collector that is not there: what the request costs, not what sending does.
_OTLP = {"tracing": {"otlp": {"enabled": True, "endpoint": "http://127.0.0.1:9/v1/traces"}}}
# So much that nobody is refused.
_LIMITS = {"requests_per_second": 1e6, "cost_per_minute": 10**9, "concurrency": 1000}


def _sinking() -> Surroundings:
    return Surroundings(usage_sink=_Sink())


FEATURES: tuple[Feature, ...] = (
    Feature("metrics", {"telemetry": {"exporters": _METRICS}}),
    Feature("access log", {"telemetry": {"exporters": _ACCESS}}),
    Feature("usage", {}, _sinking),
    Feature("rate limits", {"rate_limits": {"anonymous": _LIMITS}}),
    Feature(
        "traces, none sampled",
        {"telemetry": {"exporters": {"tracing": {**_OTLP["tracing"], "common": {"sampler": 0}}}}},
    ),
    Feature("traces, all sampled", {"telemetry": {"exporters": _OTLP}}, alone=True),
)
_BASE: Settings = {
    "traffic_shaping": {
        "router": {"deduplicate_query": False},
        "all": {"deduplicate_query": False},
    }
}


@dataclass(slots=True)
class _Running:
    feature: Feature
    app: Application
    figures: list[float] = field(default_factory=list)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--rounds", type=int, default=60)
    parser.add_argument("--requests", type=int, default=200, help="per feature and round")
    parser.add_argument("--only", nargs="+", help="names of features")


def run(options: argparse.Namespace) -> dict[str, Any]:
    """Print the table; return the same as data."""
    rounds = 3 if options.brief else options.rounds
    rows = asyncio.run(_measure(rounds, options.requests, options.only))
    columns = ("feature", "cpu_us", "more_us", "lower", "upper")
    print_table(
        ("feature", "cpu µs", "more µs", "quarter", "to"),
        [tuple(row[key] for key in columns) for row in rows],
    )
    return {"rounds": rounds, "requests": options.requests, "rows": rows}


async def _measure(rounds: int, requests: int, only: list[str] | None) -> list[dict[str, Any]]:
    # Threads that try in vain to reach a collector would be counted for whoever is measured.
    chosen = [one for one in FEATURES if (one.name in only if only else not one.alone)]
    features = [Feature("nothing", {}), *chosen]
    together = [one for one in chosen if not one.alone]
    if len(together) > 1:
        features.append(_everything(together))
    async with AsyncExitStack() as stack:
        folder = stack.enter_context(tempfile.TemporaryDirectory())
        found = [await _start(stack, feature, Path(folder)) for feature in features]
        for one in found:
            await _ask(one, 200)
        for number in range(rounds):
            for one in found if number % 2 else found[::-1]:
                before = time.process_time()
                await _ask(one, requests)
                one.figures.append((time.process_time() - before) / requests * 1e6)
        nothing = found[0].figures
        return [_row(one, nothing) for one in found]


def _everything(features: list[Feature]) -> Feature:
    settings: dict[str, Any] = {}
    around: dict[str, Any] = {}
    plain = Surroundings()
    for feature in features:
        settings = merged(settings, feature.settings)
        given = feature.around()
        names = Surroundings.__dataclass_fields__
        around |= {n: getattr(given, n) for n in names if getattr(given, n) != getattr(plain, n)}
    headers = tuple(header for feature in features for header in feature.headers)
    return Feature("everything", settings, lambda: Surroundings(**around), headers)


def _row(one: _Running, nothing: list[float]) -> dict[str, Any]:
    more = [own - base for own, base in zip(one.figures, nothing, strict=True)]
    return {
        "feature": one.feature.name,
        "cpu_us": round(statistics.median(one.figures), 1),
        "more_us": round(statistics.median(more), 1),
        "lower": round(_quartile(more, 0), 1),
        "upper": round(_quartile(more, 2), 1),
    }


def _quartile(figures: list[float], number: int) -> float:
    return statistics.quantiles(figures, n=4)[number]


async def _start(stack: AsyncExitStack, feature: Feature, folder: Path) -> _Running:
    composed = compose(list(_SOURCES))
    assert isinstance(composed, Composed), composed

    async def source() -> str:
        return composed.supergraph_sdl

    text = json.dumps(merged(_BASE, feature.settings))
    text = text.replace("{folder}", str(folder)).replace("{name}", feature.name.replace(" ", "-"))
    app = build_app(
        parse_config(text, EngineSettings),
        source,
        local={"catalogue": _catalogue, "stock": _stock},
        surroundings=feature.around(),
    )
    await stack.enter_async_context(running(app))
    return _Running(feature, app)


async def _catalogue(*_: Any) -> Mapping[str, Any]:
    return {"data": {"item": {"__typename": "Item", "id": "1", "name": "Item number 1"}}}


async def _stock(*_: Any) -> Mapping[str, Any]:
    return {"data": {"_entities": [{"available": 3}]}}


async def _ask(one: _Running, requests: int) -> None:
    """Have the operation answered so often, one after the other, and check each answer."""
    headers = [*_HEADERS, *one.feature.headers]
    scope = {
        "type": "http",
        "method": "POST",
        "path": "/graphql",
        "query_string": b"",
        "headers": headers,
        "client": ("127.0.0.1", os.getpid() % 60_000),
    }
    for _ in range(requests):
        answers: list[Any] = []
        body = [{"type": "http.request", "body": _BODY, "more_body": False}]

        async def receive() -> Any:
            if body:  # noqa: B023 - awaited before the next round
                return body.pop()  # noqa: B023
            await asyncio.Event().wait()

        async def send(message: Any) -> None:
            answers.append(message)  # noqa: B023

        await one.app(scope, receive, send)
        assert answers[1]["body"] == _ANSWER, answers


_ANSWER = b'{"data":{"item":{"name":"Item number 1","available":3}}}'
